import { canonical } from './intent';
import { AppPlan, Step } from './plan';
import { synthesize, Synthesized } from './synthesize';
import { Resource, StackOfApp, Template } from '../assembly/stacks';

/** What the user has is there as without this library, but for the two properties of buckets that replication needs. */
export function judgeUntouched(plan: AppPlan, stacks: readonly StackOfApp[]): string[] {
  // what somebody does to a bucket of a pair has no place to happen without the pair
  if (plan.mishaps.some(({ bucket }) => bucket.includes('.'))) return [];
  const without = synthesize(plan, false);
  if ('error' in without) return [`the app cannot be made without this library: ${without.error.message}`];
  // core lets S3 write access logs with a statement in the policy of the bucket for logs
  const isLogBucket = canonical(plan.steps).includes('"logsTo"');
  return without.stacks.flatMap((before) => {
    const after = stacks.find(({ id }) => id === before.id);
    if (!after) return [`stack ${before.id} is gone`];
    const templates = [[before.template, after.template], ...nestedBoth(before, after)] as const;
    return templates.flatMap(([one, other]) => changes(one, other, isLogBucket).map((it) => `${before.id}/${it}`));
  });
}

/** Nested stacks by their ids; those that were not there before are not looked at. */
const nestedBoth = (before: StackOfApp, after: StackOfApp): Array<[Template, Template]> =>
  Object.keys(before.nested).map((id) => [before.nested[id], after.nested[id]]);

function changes(before: Template, after: Template, policiesMayChange: boolean): string[] {
  return Object.entries(before.Resources ?? {}).flatMap(([id, resource]) => {
    const now = after.Resources?.[id];
    if (!now) return [`${id} is gone`];
    if (policiesMayChange && resource.Type === 'AWS::S3::BucketPolicy') return [];
    return canonical(essence(resource)) === canonical(essence(now))
      ? []
      : [`${id} is changed: ${canonical(essence(now))}`];
  });
}

const POLICIES: Readonly<Record<string, string>> = {
  'AWS::S3::BucketPolicy': 'PolicyDocument',
  'AWS::KMS::Key': 'KeyPolicy',
};

/** Without what replication sets: versioning and rules, and that the source waits for its role. */
function essence({ DependsOn, ...resource }: Resource): unknown {
  if (resource.Type === 'AWS::CloudFormation::Stack') return resource.Type;
  // what lets a role of another account in is the library's
  const policy = POLICIES[resource.Type];
  if (policy !== undefined) {
    const document = resource.Properties?.[policy];
    const Statement = document?.Statement?.filter?.(({ Sid }: any) => !/^ReplicasFrom\d/.test(`${Sid}`));
    return { ...resource, DependsOn, Properties: { ...resource.Properties, [policy]: { ...document, Statement } } };
  }
  if (resource.Type !== 'AWS::S3::Bucket') return { ...resource, DependsOn };
  const { VersioningConfiguration: _, ReplicationConfiguration: __, ...others } = resource.Properties ?? {};
  return { ...resource, Properties: others };
}

/** The same calls in another order make the same templates; only what {@link withoutOrder} leaves out follows the order. */
export function judgeOrder(plan: AppPlan, stacks: readonly StackOfApp[], make = synthesize): string[] {
  const steps = reordered(plan.steps);
  if (canonical(steps) === canonical(plan.steps)) return [];
  return compare(make({ ...plan, steps }), stacks, (it) => canonical(withoutOrder(it)));
}

/** A second build of the same app makes the same templates, to the letter. */
export const judgeRepetition = (plan: AppPlan, stacks: readonly StackOfApp[]): string[] =>
  compare(synthesize(plan), stacks, (it) => JSON.stringify(it));

function compare(again: Synthesized, stacks: readonly StackOfApp[], view: (template: Template) => string): string[] {
  if ('error' in again) return [`refused: ${again.error.message}`];
  const views = (some: readonly StackOfApp[]) =>
    new Map(
      some.flatMap(({ id, template, nested }) => [
        [id, view(template)],
        [`${id} nested`, view(nested as any)],
      ]),
    );
  const [one, other] = [views(stacks), views(again.stacks)];
  return [...new Set([...one.keys(), ...other.keys()])]
    .filter((id) => one.get(id) !== other.get(id))
    .map((id) => `${id} differs: ${difference(one.get(id) ?? '', other.get(id) ?? '')}`);
}

function difference(one: string, other: string): string {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return `…${one.slice(Math.max(0, at - 60), at + 120)}… was …${other.slice(Math.max(0, at - 60), at + 120)}…`;
}

/** The last call first, unless it needs another one: of the same source with props for the role, or of a pair. */
export function reordered(steps: readonly Step[]): Step[] {
  const left = [...steps];
  const result: Step[] = [];
  const sourceOf = (step: Step) => (step.kind === 'pair' ? (step.source ?? `${step.id}.Source`) : step.source);
  const needs = (step: Step, other: Step) =>
    (other.kind === 'replication' && sourceOf(other) === sourceOf(step)) ||
    (other.kind === 'pair' && other !== step && canonical(step).includes(`"${other.id}.`));
  while (left.length > 0) {
    const ready = left.filter((step) => !left.some((other) => other !== step && needs(step, other)));
    const next = ready.at(-1) ?? left[0];
    left.splice(left.indexOf(next), 1);
    result.push(next);
  }
  return result;
}

/** Without what may follow the order of calls: priorities, and the statements by which core lets access logs in. */
function withoutOrder(value: any): any {
  if (Array.isArray(value)) return value.map(withoutOrder);
  if (typeof value !== 'object' || value === null) return value;
  const plain = Object.fromEntries(
    Object.entries<any>(value)
      // the assets of nested stacks are named by a hash of their templates
      .filter(([key]) => key !== 'Priority' && key !== 'TemplateURL' && key !== 'Metadata')
      .map(([key, it]) => [key, withoutOrder(it)]),
  );
  if (Array.isArray(plain.Rules)) plain.Rules.sort(byText);
  const policy = POLICIES[plain.Type];
  if (policy !== undefined) plain.Properties?.[policy]?.Statement?.sort?.(byText);
  return plain;
}

const byText = (a: unknown, b: unknown) => (canonical(a) < canonical(b) ? -1 : 1);
