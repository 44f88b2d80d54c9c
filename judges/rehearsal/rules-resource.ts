import { putReplicationRefusals } from './configuration';
import { Bucket, Model, Refuse, StackResource } from './model';
import { allows } from './policies';
import { HANDLED, HandledRules, handledRules } from '../assembly/handled-rules';
import { partitionOf } from '../assembly/physical';

/** The custom resource that writes some rules of a bucket: its function does what its role may do at that time. */
export function putRules(model: Model, next: StackResource, before: StackResource | undefined, refuse: Refuse): void {
  const wanted = handledRules(next.properties);
  const bucket = model.buckets.get(arnOf(next, wanted));
  if (!bucket) return refuse('The specified bucket does not exist');
  if (bucket.account !== undefined && bucket.account !== wanted.owner) refuse('Access Denied');
  const actions = ['s3:GetReplicationConfiguration', 's3:PutReplicationConfiguration'];
  if (wanted.enableVersioning) actions.push('s3:GetBucketVersioning', 's3:PutBucketVersioning');
  for (const action of actions) mustMay(model, next, action, bucket.arn, refuse);
  mustMay(model, next, 'iam:PassRole', wanted.role, refuse);
  if (!model.roles.has(wanted.role)) refuse(`Invalid Role specified in replication configuration`);
  const own = [wanted.prefix, before ? handledRules(before.properties).prefix : wanted.prefix];
  const foreign = others(bucket, own);
  if (foreign.length > 0 && bucket.replication!.Role !== wanted.role) {
    refuse(`give role ${bucket.replication!.Role} to this replication`);
  }
  let last = Math.max(0, ...foreign.map(({ Priority = 0 }) => Priority));
  const rules = wanted.rules.map((rule) => ({ ...rule, Priority: rule.Priority ?? ++last }));
  const written: Bucket = {
    ...bucket,
    versioning: wanted.enableVersioning ? 'Enabled' : bucket.versioning,
    replication: rules.length + foreign.length > 0 ? { Role: wanted.role, Rules: [...foreign, ...rules] } : undefined,
  };
  model.buckets.set(bucket.arn, written);
  if (written.replication) putReplicationRefusals(model, written).forEach(refuse);
}

/** Its rules go; a bucket that is not there has none. */
export function deleteRules(model: Model, gone: StackResource, refuse: Refuse): void {
  const wanted = handledRules(gone.properties);
  const bucket = model.buckets.get(arnOf(gone, wanted));
  if (!bucket) return;
  for (const action of ['s3:GetReplicationConfiguration', 's3:PutReplicationConfiguration']) {
    mustMay(model, gone, action, bucket.arn, refuse);
  }
  const left = others(bucket, [wanted.prefix]);
  const replication = left.length > 0 ? { Role: bucket.replication!.Role, Rules: left } : undefined;
  model.buckets.set(bucket.arn, { ...bucket, replication });
}

/** Another bucket, or another prefix, is another resource. */
export const sameRules = (before: any, next: any): boolean =>
  before.Bucket === next.Bucket && before.RuleIdPrefix === next.RuleIdPrefix;

export const isRules = (type: string): boolean => type === HANDLED;

const arnOf = ({ stack }: StackResource, { bucket }: HandledRules) =>
  `arn:${partitionOf(stack.region).partition}:s3:::${bucket}`;

const others = ({ replication }: Bucket, prefixes: readonly string[]): any[] =>
  (replication?.Rules ?? []).filter(({ Id }) => !prefixes.some((prefix) => String(Id).startsWith(prefix)));

/** Whether the function that the resource names is there, and its role may make a call. */
function mustMay(model: Model, resource: StackResource, action: string, target: string, refuse: Refuse): void {
  const named = String(resource.properties.ServiceToken);
  const fn = [...model.resources.values()].find(
    ({ type, physicalId }) => type === 'AWS::Lambda::Function' && named.endsWith(`/${physicalId}/Arn`),
  );
  const role = fn && model.roles.get(fn.properties.Role);
  if (!role) return refuse('Function not found');
  if (!model.documents(role).some((document) => allows(document, action, target))) {
    refuse(`${role.label} is not authorized to perform: ${action}`);
  }
}
