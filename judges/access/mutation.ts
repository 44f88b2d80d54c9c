import { afterTakeover, keyOf, RequiredCall } from './calls';
import { Demands } from './deputies';
import { ForbiddenCall, forbiddenCalls } from './forbidden';
import { AccessOptions, oursIn, settingOf } from './judge';
import { possibleCalls } from './least';
import { Loosened, loosened } from './loosened';
import { Document, Policy, Statement } from './policies';
import { Replication, replicationsOf } from './replications';
import { Call, isAllowed, namesAction } from './simulate';
import { DeployedApp } from '../assembly/deployed';

export interface MutationVerdict {
  /** Calls of others, and of the role, that the destinations deny by themselves, and that the role has no right to. */
  denied: number;
  /** Statements that were made wider by a step. */
  mutants: number;
  /** Those that somebody gets through by, who must not. */
  killed: number;
  /** What is allowed and must not be, and wider statements that nobody notices. */
  readonly findings: string[];
}

/** For policies that let everybody in, and for callers who may do everything. */
const ANYBODY: Document = { Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }] };
const EVERYTHING: Document = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

/**
 * Whether each side of a replication holds when the other one is open: the policies of destinations in other accounts,
 * whoever comes and whatever he may do, and those of the role, whatever the destinations allow. Then every statement is
 * made wider by one step, and somebody must get through.
 */
export async function judgeMutations(
  app: DeployedApp,
  options: AccessOptions & { readonly demands: Demands },
): Promise<MutationVerdict> {
  const verdict = await judgeDeputies(app, options);
  for (const replication of replicationsOf(app, options.sourceKeys, options.outside?.aliases)) {
    await judgeOtherSide(app, replication, options, verdict);
    await judgeRole(app, replication, options, verdict);
  }
  return verdict;
}

type Options = Parameters<typeof judgeMutations>[1];

/** Whom the policies of destinations let in who must not be, whoever he is and whatever he may do at home. */
export async function judgeDeputies(app: DeployedApp, options: Options): Promise<MutationVerdict> {
  const verdict: MutationVerdict = { denied: 0, mutants: 0, killed: 0, findings: [] };
  for (const replication of replicationsOf(app, options.sourceKeys, options.outside?.aliases)) {
    const { world, about } = settingOf(app, replication, options);
    for (const [arn, calls] of await forbiddenCalls(replication, about, options.demands)) {
      const resource = world.resourcePolicyOf(arn)?.document;
      for (const call of calls) await judgeDenied(call, asAnybody(call, resource), verdict);
    }
  }
  return verdict;
}

const asAnybody = (call: Call, resource?: Document) => isAllowed(call, { identity: [EVERYTHING], resource });

async function judgeOtherSide(
  app: DeployedApp,
  replication: Replication,
  options: Options,
  verdict: MutationVerdict,
): Promise<void> {
  const { world, about } = settingOf(app, replication, options);
  for (const [arn, calls] of await forbiddenCalls(replication, about, options.demands)) {
    const policy = world.resourcePolicyOf(arn);
    for (const [statement, wider] of loosenedIn(app, replication, options, (it) => it === policy)) {
      const resource = replaced(policy!, statement, wider);
      await judgeNoticed(policy!, statement, wider, calls, (call) => asAnybody(call, resource), verdict);
    }
  }
}

async function judgeRole(
  app: DeployedApp,
  replication: Replication,
  options: Options,
  verdict: MutationVerdict,
): Promise<void> {
  const { world, about, calls } = settingOf(app, replication, options);
  const { account } = replication.source;
  const open = (policy: Policy) => /^(bucket|key)$/.test(policy.kind) && policy.resource.stack.account !== account;
  const needed = new Set(calls.map(keyOf));
  const possible = await possibleCalls(world, replication, about);
  const unneeded = [
    ...[...possible.listed, ...possible.unlisted].map((make) => ({ what: 'itself', ...make() })),
    ...calls.flatMap(throughAnother),
    ...['ec2.amazonaws.com', 'batchoperations.s3.amazonaws.com'].map((principal) => ({
      what: `by ${principal}`,
      ...{ ...calls[0], principal },
    })),
  ].filter((call) => !needed.has(keyOf(call)));
  const elsewhere = afterTakeover(calls, replication).map((call) => ({
    what: 'in a bucket of somebody else',
    ...call,
  }));
  const withOpen = (policy: Policy) => (open(policy) ? ANYBODY : policy.document);
  for (const call of unneeded) await judgeDenied(call, world.allows(call, withOpen), verdict);
  for (const call of elsewhere) await judgeDenied(call, world.allowsItself(call), verdict);
  const ofRole = ({ kind }: Policy) => kind === 'trust' || kind === 'identity';
  for (const [statement, wider, policy] of loosenedIn(app, replication, options, ofRole)) {
    const document = replaced(policy, statement, wider);
    const changed = (it: Policy) => (it === policy ? document : withOpen(it));
    const asks = (call: Call) =>
      elsewhere.some((it) => it === call) ? world.allowsItself(call, changed) : world.allows(call, changed);
    await judgeNoticed(policy, statement, wider, [...unneeded, ...elsewhere], asks, verdict);
  }
}

/** The same call, through a service whose name begins like that of S3. */
const throughAnother = (call: RequiredCall): ForbiddenCall[] => {
  const via = call.context['kms:ViaService'];
  return via === undefined
    ? []
    : [{ ...call, what: 'through what begins alike', context: { ...call.context, 'kms:ViaService': `${via}.cn` } }];
};

function loosenedIn(
  app: DeployedApp,
  replication: Replication,
  options: Options,
  among: (policy: Policy) => boolean,
): Array<[Statement, Loosened, Policy]> {
  const { world } = settingOf(app, replication, options);
  return oursIn(world, replication, options.isOurs!)
    .filter(([policy]) => among(policy))
    .flatMap(([policy, statement]) =>
      loosened(statement, policy).map((wider): [Statement, Loosened, Policy] => [statement, wider, policy]),
    );
}

const replaced = ({ document }: Policy, statement: Statement, { statement: wider }: Loosened): Document => ({
  ...document,
  Statement: document.Statement.map((it) => (it === statement ? wider : it)),
});

async function judgeDenied(call: ForbiddenCall, allowed: Promise<boolean>, verdict: MutationVerdict): Promise<void> {
  if (!(await allowed)) verdict.denied++;
  else verdict.findings.push(`${call.action} on ${call.resource} is allowed ${call.what}, by ${call.principal}`);
}

/** One of the calls must get through now; those that only the wider statement names are asked about first. */
async function judgeNoticed(
  policy: Policy,
  statement: Statement,
  { what, statement: wider }: Loosened,
  calls: readonly ForbiddenCall[],
  asks: (call: Call) => Promise<boolean>,
  verdict: MutationVerdict,
): Promise<void> {
  verdict.mutants++;
  const about = calls.filter(({ action }) => namesAction(wider, action));
  const isNew = (call: Call) => (namesAction(statement, call.action) ? 1 : 0);
  // in an order in which those that get through are met early
  const spread = about.map((call, index): [ForbiddenCall, number] => [call, isNew(call) + ((index * 0.618) % 1)]);
  for (const [call] of spread.sort(([, one], [, other]) => one - other)) {
    if (!(await asks(call))) continue;
    verdict.killed++;
    return;
  }
  verdict.findings.push(`${policy.kind} policy ${policy.name}, ${statement.Sid}: nobody notices ${what}`);
}
