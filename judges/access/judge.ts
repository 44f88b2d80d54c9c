import { callsOf, Circumstances, EXCEPTIONS, RequiredCall } from './calls';
import { judgeLeast } from './least';
import { judgeNecessity } from './necessary';
import { Outside, policiesOutside } from './outside';
import { Policy, rolePolicies, Statement } from './policies';
import { Replication, replicationsOf } from './replications';
import { isAllowed } from './simulate';
import { policiesElsewhere } from './targets';
import { World } from './world';
import { DeployedApp } from '../assembly/deployed';

export interface AccessOptions {
  /** Whether a bucket of the app is replicated, which is so when left out. */
  readonly replicates?: boolean;
  /** What exists outside of the app. */
  readonly outside?: Outside;
  /** Whether to prove every statement necessary. On when left out. */
  readonly necessary?: boolean;
  /**
   * Which of the calls that S3 does not need are tried: all when left out. A sample has all with an action that some
   * policy names, and a few others.
   */
  readonly least?: 'all' | 'sample' | 'none';
  /** Another number makes another sample. */
  readonly seed?: number;
  /** ARNs of keys beyond the default one that objects of a source are encrypted with, by the ARN of the source. */
  readonly sourceKeys?: Record<string, string[]>;
  /** Id of the organization that all accounts are in. */
  readonly organization?: string;
  /** Statements that must prove to be necessary; what is written inside of the source bucket's construct when left out. */
  readonly isOurs?: (statement: Statement, policy: Policy, replication: Replication) => boolean;
  /** How each question is asked. */
  readonly ask?: typeof isAllowed;
}

export interface AccessVerdict {
  /** Calls of S3 that are allowed. */
  allowed: number;
  /** Statements without which a call is denied that S3 cannot do without. */
  statementsNecessary: number;
  /** The same for actions, resources and values of conditions in them. */
  partsNecessary: number;
  /** Calls that S3 does not need and that are denied. */
  actionsDenied: number;
  /** What is there only for calls that S3 may do without, by the name of the reason. */
  readonly exceptions: Partial<Record<keyof typeof EXCEPTIONS, number>>;
  readonly findings: string[];
}

/** Whether the roles of an app may do what S3 does as them, and nothing else. */
export async function judgeAccess(app: DeployedApp, options: AccessOptions = {}): Promise<AccessVerdict> {
  const verdict: AccessVerdict = {
    allowed: 0,
    statementsNecessary: 0,
    partsNecessary: 0,
    actionsDenied: 0,
    exceptions: {},
    findings: [],
  };
  const { replicates = true, sourceKeys, outside } = options;
  const replications = replicationsOf(app, sourceKeys, outside?.aliases);
  if (replicates && replications.length === 0) verdict.findings.push('nothing replicates');
  for (const replication of replications) {
    if (!replicates) verdict.findings.push(`${replication.source.arn} replicates, and nothing should`);
    await judgeReplication(app, replication, options, verdict);
  }
  return verdict;
}

async function judgeReplication(
  app: DeployedApp,
  replication: Replication,
  options: AccessOptions,
  verdict: AccessVerdict,
): Promise<void> {
  const { world, about, calls } = settingOf(app, replication, options);
  const { role } = world;
  const findings: string[] = [];
  findings.push(...role.unseen.map((arn) => `policy ${arn} of the role is not in the app`), ...skipped(replication));

  const allowed: RequiredCall[] = [];
  for (const call of calls) {
    if (await world.allows(call)) allowed.push(call);
    else findings.push(`denied: ${shown(call)}`);
  }
  verdict.allowed += allowed.length;

  if (options.necessary ?? true) {
    const necessity = { statements: 0, parts: 0, exceptions: verdict.exceptions, findings };
    const ours = oursIn(world, replication, options.isOurs ?? insideTheBucket);
    if (!ours.some(([{ kind }]) => kind === 'identity')) {
      findings.push(`no statement of role ${role.arn} is known to be the library's`);
    }
    for (const [policy, statement] of ours) {
      await judgeNecessity(world, policy, statement, allowed, necessity);
    }
    verdict.statementsNecessary += necessity.statements;
    verdict.partsNecessary += necessity.parts;
  }
  if (options.least !== 'none') {
    const least = { denied: 0, findings };
    const sample = options.least === 'sample' ? 20 : undefined;
    await judgeLeast(world, replication, calls, about, least, sample, options.seed);
    verdict.actionsDenied += least.denied;
  }
  // nobody can tell whether an imported bucket has Object Lock, so its role may read what that needs
  const lock = /(nothing needs|allowed:) s3:GetObject(Retention|LegalHold)/;
  verdict.findings.push(...findings.filter((it) => !(replication.imported && lock.test(it))));
}

/** Who is asked about what, for one source. */
export function settingOf(app: DeployedApp, replication: Replication, options: AccessOptions) {
  const role = rolePolicies(app, replication.role);
  const outside = policiesOutside(options.outside ?? {});
  const world = new World(app, role, { ...policiesElsewhere(replication), ...outside }, options.ask);
  const about: Circumstances = { organization: options.organization, roleId: roleIdIn(app, replication.role) };
  return { world, about, calls: callsOf(replication, about) };
}

export function oursIn(
  world: World,
  replication: Replication,
  isOurs: NonNullable<AccessOptions['isOurs']>,
): Array<[Policy, Statement]> {
  const { role } = world;
  const { source, sourceKeys, rules } = replication;
  const resources = new Set([
    source.arn,
    ...sourceKeys,
    ...rules.flatMap(({ destination, replicaKey }) => (replicaKey ? [destination.arn, replicaKey] : [destination.arn])),
  ]);
  const policies = [
    ...(role.trust ? [role.trust] : []),
    ...role.identity,
    ...[...resources].flatMap((arn) => world.resourcePolicyOf(arn) ?? []),
  ];
  return policies.flatMap((policy) =>
    policy.document.Statement.filter(
      (statement) => statement.Effect === 'Allow' && isOurs(statement, policy, replication),
    ).map((statement): [Policy, Statement] => [policy, statement]),
  );
}

/** The library makes role and policy inside of the source bucket; the policies of bucket and key are the user's. */
export function insideTheBucket(_: Statement, { kind, resource }: Policy, { bucket }: Replication): boolean {
  // in a nested stack logical ids have the ids of the nested stacks before them, and paths do not
  const path = (it: Policy['resource']) => it.stack.paths[it.logicalId.split('.').at(-1)!];
  return kind !== 'bucket' && kind !== 'key' && `${path(resource)}`.startsWith(`${path(bucket)}/`);
}

function roleIdIn(app: DeployedApp, arn: string): string | undefined {
  const role = app.find(arn);
  const [, nested, id] = /^(.*\.)?(.+)$/.exec(role?.logicalId ?? '-')!;
  return role && app.resolve(role.stack, { 'Fn::GetAtt': [id, 'RoleId'] }, nested);
}

/** Objects that S3 passes over: no call is made for them, so no call is missing. */
function skipped({ encryption, rules }: Replication): string[] {
  return encryption.startsWith('aws:kms')
    ? rules
        .filter((rule) => !rule.kmsObjects)
        .map((rule) => `rule ${rule.id} skips objects that are encrypted with KMS`)
    : [];
}

const shown = ({ principal, action, resource, context }: RequiredCall) =>
  [`${action} on ${resource} by ${principal}`, context['kms:EncryptionContext:aws:s3:arn']]
    .filter(Boolean)
    .join(' for ');
