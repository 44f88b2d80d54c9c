import { basename, relative } from 'node:path';
import { readReport } from './checks';
import { Flow, nameOf } from './flows';
import { Synthesized } from './synthesize';
import { judgeHandlers, oursIn } from '../../judges/access/handlers';
import { judgeAccess } from '../../judges/access/judge';
import { DeployedApp } from '../../judges/assembly/deployed';
import { templateFiles } from '../../judges/assembly/template-files';
import { judgeRules } from '../../judges/generated/rules';
import { PythonEnvironment } from '../../judges/python/environment';
import { rehearse, rehearseDestroy } from '../../judges/rehearsal/rehearse';
import { checkWithCfnLint } from '../../judges/third-party/cfn-lint';
import { Finding } from '../../judges/third-party/finding';
import { checkWithGuard } from '../../judges/third-party/guard';
import { bootstrapped, deployedTemplateFiles } from '../../test/examples/deployment';
import { ORGANIZATION } from '../../test/examples/load';

/** A role with a name goes with its stack; one that other accounts do not know is retained with the source. */
const leftDead = (what: string) =>
  `after cdk destroy --all, ${what}: what is written to it then is FAILED. Deploy without rules before (docs/cross-account.md)`;

/** The permissions of a source with a name are there before its rules are: so the documentation says. */
const namedWindows = (app: DeployedApp, windows: readonly string[]): string[] =>
  app
    .ofType('AWS::S3::Bucket')
    .filter(({ properties }) => properties.BucketName !== undefined)
    .flatMap((bucket) => windows.filter((it) => it.startsWith(`${nameOf(bucket)}: `)))
    .map((it) => `although its name is known, ${it}`);

/** What the judges of the tests say about a synthesized app. */
export interface Judgement {
  /** The files of all templates, relative to the directory of the app. */
  readonly templates: string[];
  /** Calls of S3 as a replication role that IAM and KMS would allow. */
  readonly callsAllowed: number;
  /** Statements without which such a call would be denied. */
  readonly statementsNecessary: number;
  /** Calls that S3 does not need, and that would be denied. */
  readonly actionsDenied: number;
  /** Ids of stacks in the order in which the rehearsal deployed them. */
  readonly rehearsed: string[];
  /** Moments of a deployment in which a rule is live and its permissions are not. */
  readonly windows: string[];
  /** Any of these fails the demo. */
  readonly failures: Finding[];
  /** What the app's author is told and may decide to live with: warnings of constructs, and what a destruction leaves behind. */
  readonly warnings: Finding[];
}

/**
 * Asks every judge that needs no server.
 *
 * @param synthesized where its templates and reports are
 * @param python without it cfn-lint is left out
 */
export async function judge(
  { directory, assemblies }: Synthesized,
  app: DeployedApp,
  flows: Flow[],
  python: PythonEnvironment | undefined,
): Promise<Judgement> {
  const { stacks } = app;
  const templates = assemblies.flatMap(templateFiles);
  const deployed = assemblies.flatMap(deployedTemplateFiles);
  const regions = [...new Set(stacks.map(({ region }) => region))];
  const access = await judgeAccess(app, { isOurs: oursIn(app), organization: ORGANIZATION });
  const deployment = rehearse(stacks, { outside: bootstrapped(stacks) });
  const destruction = deployment.refusals.length > 0 ? undefined : rehearseDestroy(deployment.state);
  const reports = assemblies.map(readReport);
  const found = (check: string, messages: string[]): Finding[] =>
    messages.map((message) => ({ check, rule: 'finding', message, where: [basename(directory)] }));
  return {
    templates: templates.map((file) => relative(directory, file)),
    callsAllowed: access.allowed,
    statementsNecessary: access.statementsNecessary,
    actionsDenied: access.actionsDenied,
    rehearsed: deployment.order,
    windows: deployment.windows,
    failures: [
      ...found('Flows', flows.length === 0 ? ['no bucket is replicated'] : []),
      ...found('Rules of S3', judgeRules(app)),
      ...found('Access', [...access.findings, ...(await judgeHandlers(app))]),
      ...found('Deployment', [...deployment.refusals, ...deployment.dead, ...namedWindows(app, deployment.windows)]),
      ...found('Destruction', destruction?.refusals ?? []),
      ...checkWithGuard(deployed),
      ...(python ? checkWithCfnLint(python, deployed, regions) : []),
      ...reports.flatMap((it) => it.failures),
    ],
    warnings: [
      ...reports.flatMap((it) => it.warnings),
      ...found('Destruction', (destruction?.dead ?? []).map(leftDead)),
    ],
  };
}
