import { aws_iam as iam, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { Model } from './model';
import { statement, TRUST } from './plain-resources';
import { rehearse, Rehearsal, rehearseUpdate } from './rehearse';
import { quietApp } from '../../test/app';
import { ENV } from '../../test/builders';
import { readStacks, StackOfApp } from '../assembly/stacks';
import { BucketReplication, BucketReplicationProps } from 'cdk-s3-replication';

export type Encryption = s3.BucketEncryption | undefined;

interface Place {
  readonly other?: typeof ENV;
  readonly context?: Record<string, string | boolean>;
}

/** The stacks of an app with 'App' in us-east-1, and 'Other' where it is wanted. */
export function stacksOf(define: (stack: Stack, other: Stack) => void, { other = ENV, context = {} }: Place = {}) {
  const app = quietApp();
  for (const [flag, value] of Object.entries(context)) app.node.setContext(flag, value);
  const crossRegionReferences = other.region !== ENV.region;
  const stacks = { Other: other, App: ENV };
  const [there, here] = Object.entries(stacks).map(([id, env]) => new Stack(app, id, { env, crossRegionReferences }));
  define(here, there);
  return readStacks(app.synth());
}

/** `cdk deploy --exclusively` */
export const only = (id: string, stacks: StackOfApp[]) =>
  stacks.filter((it) => it.id === id).map((it) => ({ ...it, after: [] }));

export const otherOf = (other: typeof ENV, define: (stack: Stack) => void) =>
  only(
    'Other',
    stacksOf((_, it) => define(it), { other }),
  );

/** Core's role has the name that it has without a feature flag. */
export const appOf = (define: (stack: Stack) => void) =>
  only('App', stacksOf(define, { context: { '@aws-cdk/aws-s3:setUniqueReplicationRoleName': false } }));

const kept = ({ resources }: Model) =>
  [...resources].flatMap(([id, { type, arn }]) => (/::(Bucket|Key)$/.test(type) ? `${id} ${arn}` : [])).sort();

/** Deployments one after the other. Whatever else they do, each bucket and key stays the one it was. */
export function deployments(from: StackOfApp[] | Rehearsal, ...others: StackOfApp[][]): Rehearsal[] {
  let before = Array.isArray(from) ? rehearse(from) : from;
  return others.map((stacks) => {
    const next = rehearseUpdate(before.state, stacks);
    if (next.refusals.length === 0) expect(kept(next.state)).toEqual(kept(before.state));
    return (before = next);
  });
}

export const byCore = (destination: s3.IBucket, more: s3.BucketProps = {}): s3.BucketProps => {
  const kmsKey = destination.encryptionKey;
  const rule = { destination, id: 'old', priority: 1, kmsKey, ...(kmsKey ? { sseKmsEncryptedObjects: true } : {}) };
  return { replicationRules: [rule], ...more };
};

type How = Partial<BucketReplicationProps>;
export function byUs(source: s3.Bucket | s3.CfnBucket, destination: s3.IBucket, how: How = {}): void {
  const rule = { destination, ruleId: 'old', metrics: false };
  if (how.role || how.roleName) new BucketReplication(source.stack, 'Replication', { source, rules: [rule], ...how });
  else BucketReplication.of(source).addRule(rule);
}

export const roleIn = (stack: Stack, roleName?: string) =>
  new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com'), roleName });

export function allow(role: iam.Role, data: s3.IBucket, replica: s3.IBucket, objectLock = false): void {
  const add = (actions: string[], resources: string[]) =>
    role.addToPolicy(new iam.PolicyStatement({ actions, resources }));
  add(
    ['s3:GetReplicationConfiguration', 's3:ListBucket', 's3:GetObjectVersion*', 's3:Replicate*'],
    [data.bucketArn, data.arnForObjects('*'), replica.bucketArn, replica.arnForObjects('*')],
  );
  if (objectLock) add(['s3:GetObjectRetention', 's3:GetObjectLegalHold'], [data.arnForObjects('*')]);
  const keys = [data, replica].flatMap(({ encryptionKey }) => encryptionKey?.keyArn ?? []);
  if (keys.length > 0) add(['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'], keys);
}

/** An L1 bucket and its role, which may by a policy of its own or, where the name of the bucket is known, within. */
export function byHand(stack: Stack, how: { bucketName?: string; replicates: boolean; may: boolean }) {
  const { bucketName, replicates, may } = how;
  const replica = new s3.Bucket(stack, 'Replica', { versioned: true });
  const role = new iam.CfnRole(stack, 'Role', { assumeRolePolicyDocument: TRUST });
  const destination = { bucket: replica.bucketArn };
  const deleteMarkerReplication = { status: 'Disabled' };
  const rule = {
    id: 'old',
    status: 'Enabled',
    priority: 1,
    filter: { prefix: '' },
    deleteMarkerReplication,
    destination,
  };
  const data = new s3.CfnBucket(stack, 'Data', {
    bucketName,
    versioningConfiguration: { status: 'Enabled' },
    replicationConfiguration: replicates ? { role: role.attrArn, rules: [rule] } : undefined,
  });
  const arn = bucketName ? `arn:aws:s3:::${bucketName}` : data.attrArn;
  const resources = [arn, `${arn}/*`, replica.bucketArn, replica.arnForObjects('*')];
  const policy = { policyName: 'Replicate', policyDocument: statement({ Resource: resources }) };
  if (may && bucketName) role.policies = [policy];
  if (may && !bucketName) new iam.CfnRolePolicy(stack, 'Policy', { ...policy, roleName: role.ref });
  return { data, replica, role };
}

export const NAMED = 'the-data';
export const fine = { refusals: [], windows: [], dead: [] };

const DATA = 'App/Data';
const OUR_POLICY = `${DATA}/Resource/S3Replication/Policy`;
const ROLE = 'App/Role';
const OUR_ROLE = `${DATA}/Resource/S3Replication/Role`;
const CORE = `${DATA}/ReplicationRole`;
export const PATHS = { CORE, DATA, OUR_POLICY, OUR_ROLE, ROLE };
export const coreGoes = [`delete ${CORE}/DefaultPolicy`, `delete ${CORE}`];
/** Core's role may not use the key of the destination for `kms:Decrypt`, which large objects need. */
export const coreLacks = (encryption: Encryption, key = 'App/Replica/Key') =>
  encryption ? [`${DATA}: no permission for ${key}`] : [];
/** Objects written in between fail for good. */
export const until = (policy: string, keys: string[] = [], replica = 'App/Replica') => {
  const lacks = ['to read it', `to write to ${replica}`, ...keys.map((key) => `for ${key}`)];
  return [`${DATA}: ${lacks.map((it) => `no permission ${it}`).join(', ')}; from 'update ${DATA}' until '${policy}'`];
};
