import { IConstruct } from 'constructs';
import { importedName, locate } from './intent';
import type { Subject } from './judges';
import { BucketFacts, Flow, isForeign, meaningOf } from './meaning';
import { outsideOf } from './outside';
import { ofPair } from './plan';
import { partitionOf } from '../assembly/physical';
import { StackOfApp } from '../assembly/stacks';
import { Model } from '../rehearsal/model';
import { closures, orderOf } from '../rehearsal/order';
import { emptyModel, rehearse, rehearseDestroy } from '../rehearsal/rehearse';

/** What goes wrong when an app is deployed, and then destroyed. */
export function judgeRehearsal(subject: Subject): string[] {
  const { plan, built, app, stacks } = subject;
  const { flows } = meaningOf(plan);
  const placed = (it: BucketFacts) => locate(app, built.buckets.get(it.id)!);
  const ordered = asTold(
    stacks,
    flows.map(({ source, destination }) => [placed(source)?.stack, placed(destination)?.stack]),
  );
  // two Stages that wait for each other: no order of the user's makes up for that
  if (ordered === undefined) return [];

  const outside = outsideOf(plan);
  const model = emptyModel({ outside: { ...outside, roles: [...outside.roles, ...stacks.map(bootstrapped)] } });
  for (const { source, destination } of flows.filter((it) => it.destination.imported)) {
    const partition = partitionOf(source.place.region ?? 'us-east-1').partition;
    const arn = `arn:${partition}:s3:::${importedName(destination)}`;
    model.buckets.set(arn, { arn, label: destination.id, versioning: 'Enabled', objectLock: true, holdsObjects: true });
  }
  const { refusals, dead, windows, state } = rehearse(ordered, {}, model);
  const named = new Set(flows.filter(isNamed).map(({ source }) => state.buckets.get(placed(source)!.arn!)!.label));
  const opened = windows.filter((it) => named.has(it.slice(0, it.indexOf(': '))));
  const found = [...refusals, ...dead, ...opened.map((it) => `although its name is known, ${it}`)];
  return refusals.length > 0 ? found : [...found, ...judgeDestruction(subject, state)];
}

/** With this role, which `cdk bootstrap` makes, CloudFormation reads the outputs of another account's stack. */
const bootstrapped = ({ account, region }: StackOfApp) =>
  `arn:${partitionOf(region).partition}:iam::${account}:role/cdk-hnb659fds-cfn-exec-role-${account}-${region}`;

/** Whether the documentation promises that the permissions of a source are there before its configuration is. */
const isNamed = ({ source: { name } }: Flow) => name === 'literal' || name === 'shared' || name === 'account';

/** CDK knows no order of stacks in two Stages: the user is told to deploy the destination's first. */
function asTold(
  stacks: StackOfApp[],
  waits: Array<[from: StackOfApp | undefined, to: StackOfApp | undefined]>,
): StackOfApp[] | undefined {
  const nodes = new Map(
    stacks.map((stack) => {
      const more = waits.flatMap(([from, to]) => (from === stack && to && to !== stack ? [to.id] : []));
      return [stack.id, { id: stack.id, needs: [...new Set([...stack.after, ...more])], stack }];
    }),
  );
  if (closures(nodes).circle.length > 0) return undefined;
  return orderOf(nodes, () => false).map(({ needs, stack }) => ({ ...stack, after: needs }));
}

/**
 * Nothing is refused, and what is retained with its rules keeps what they need: its role, unless that has a name or is
 * the user's, and what a pair made to be retained.
 */
function judgeDestruction({ plan, built, app }: Subject, state: Model): string[] {
  const { refusals, dead } = rehearseDestroy(state);
  const arnAt = (construct?: IConstruct) => construct && locate(app, construct)?.arn;
  const kept = new Set(
    plan.steps.flatMap((step) => {
      if (step.kind !== 'pair' || step.removal === 'destroy') return [];
      return (['Source', 'Destination'] as const).flatMap((end) => {
        if (step[end === 'Source' ? 'source' : 'destination'] !== undefined) return [];
        const id = ofPair(step.id, end);
        const given = step[end === 'Source' ? 'sourceOptions' : 'destinationOptions']?.encryptionKey;
        return [arnAt(built.buckets.get(id)), given === undefined ? arnAt(built.keys.get(`${id}.Key`)) : undefined];
      });
    }),
  );
  const labelOf = (id: string) => [state.buckets.get(arnAt(built.buckets.get(id))!)?.label ?? []].flat();
  const ownRole = plan.steps.flatMap((step) => {
    const own = step.kind === 'replication' && (step.role !== undefined || step.roleName !== undefined);
    return own ? labelOf(step.source) : [];
  });
  // the other account knows it by its name
  for (const flow of meaningOf(plan).flows.filter(isForeign)) ownRole.push(...labelOf(flow.source.id));
  const lost = dead.filter((it) => {
    const [, label, what] = /^(.*?)(?: \(retained\))?: (.*)$/.exec(it)!;
    const gone = /^(arn:\S+) is not there$/.exec(what)?.[1];
    if (gone !== undefined) return kept.has(gone);
    return !(ownRole.includes(label) && /role is not there|^no permission/.test(what));
  });
  return [...refusals, ...lost].map((it) => `destroyed: ${it}`);
}
