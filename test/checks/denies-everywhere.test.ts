import { App, aws_iam as iam, aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { BucketReplication, ReplicaGrantee, ReplicaGrants } from '../../src';
import { quietApp } from '../app';
import { bucket, ENV, KMS } from '../builders';

const [OURS, THEIRS, STRANGER] = [ENV.account, '222222222222', '333333333333'];
const ROLE = { roleName: 'replication' };
const ROLE_ARN = `arn:aws:iam::${OURS}:role/replication`;
afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

/** Every policy that replication meets: what it is the policy of, and whose resource that is. */
type Place = [
  name: string,
  kind: 's3' | 'kms',
  owner: string,
  define: (deny: (to: s3.IBucket | kms.IKey) => void) => App,
];

/** One rule, or two of which the first is as it should be. */
const flow =
  (pick: (made: { source: s3.Bucket; destination: s3.Bucket }) => s3.IBucket | kms.IKey, rules = 1): Place[3] =>
  (deny) => {
    const app = quietApp();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const source = bucket(stack, 'Source', { encryption: KMS });
    const destinations = Array.from({ length: rules }, (_, i) => bucket(stack, `Destination${i}`, { encryption: KMS }));
    deny(pick({ source, destination: destinations[rules - 1] }));
    new BucketReplication(stack, 'Replication', {
      ...{ source, ...ROLE, rules: destinations.map((destination) => ({ destination })) },
    });
    return app;
  };
const acrossAccounts =
  (pick: (made: s3.Bucket) => s3.IBucket | kms.IKey, granted: boolean): Place[3] =>
  (deny) => {
    const app = quietApp();
    const theirs = new Stack(app, 'Backup', { env: { ...ENV, account: THEIRS } });
    const replica = bucket(theirs, 'Replica', { bucketName: 'the-replica', encryption: KMS });
    deny(pick(replica));
    if (granted) {
      ReplicaGrants.fromBucket(replica).replicasFrom(ReplicaGrantee.role({ account: OURS, ...ROLE }));
    } else {
      const ours = new Stack(app, 'Stack', { env: ENV });
      const source = bucket(ours, 'Source', { encryption: KMS });
      new BucketReplication(ours, 'Replication', { source, ...ROLE, rules: [{ destination: replica }] });
    }
    return app;
  };
const places: Place[] = [
  ['the source', 's3', OURS, flow(({ source }) => source)],
  ['the destination', 's3', OURS, flow(({ destination }) => destination)],
  ['the second of two destinations', 's3', OURS, flow(({ destination }) => destination, 2)],
  ['a destination of another account', 's3', THEIRS, acrossAccounts((it) => it, false)],
  ['a destination that was granted', 's3', THEIRS, acrossAccounts((it) => it, true)],
  ['the key of the source', 'kms', OURS, flow(({ source }) => source.encryptionKey!)],
  ['the key of the destination', 'kms', OURS, flow(({ destination }) => destination.encryptionKey!)],
  ['the key of the second of two destinations', 'kms', OURS, flow(({ destination: it }) => it.encryptionKey!, 2)],
  ['the key of a destination of another account', 'kms', THEIRS, acrossAccounts((it) => it.encryptionKey!, false)],
  ['the key of a destination that was granted', 'kms', THEIRS, acrossAccounts((it) => it.encryptionKey!, true)],
];

type Verdict = 'error' | 'warning' | 'nothing';
type Condition = Record<string, Record<string, string>>;
/** What a Deny of everything asks for, and what becomes of it. */
const denies = (kind: 's3' | 'kms', owner: string): Array<[Condition, Verdict]> => [
  [{}, 'error'],
  [{ StringEquals: { 'aws:PrincipalType': 'AssumedRole' } }, 'error'],
  [{ StringEquals: { 'aws:PrincipalType': 'User' } }, 'nothing'],
  [{ StringNotEquals: { 'aws:PrincipalType': 'AssumedRole' } }, 'nothing'],
  [{ StringNotEquals: { 'aws:PrincipalType': 'User' } }, 'error'],
  [{ StringEquals: { 'aws:ResourceAccount': owner } }, 'error'],
  [{ StringNotEquals: { 'aws:ResourceAccount': owner } }, 'nothing'],
  [{ StringNotEquals: { 'aws:ResourceAccount': STRANGER } }, 'error'],
  ...(kind === 's3'
    ? ([
        [{ StringEquals: { 's3:ResourceAccount': owner } }, 'error'],
        [{ StringEquals: { 's3:ResourceAccount': STRANGER } }, 'nothing'],
        [{ StringNotEquals: { 's3:ResourceAccount': owner } }, 'nothing'],
        [{ StringNotEquals: { 's3:ResourceAccount': STRANGER } }, 'error'],
      ] as Array<[Condition, Verdict]>)
    : ([
        [{ StringEquals: { 'kms:CallerAccount': OURS } }, 'error'],
        [{ StringNotEquals: { 'kms:CallerAccount': OURS } }, 'nothing'],
        [{ StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } }, 'error'],
        [{ StringNotEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } }, 'nothing'],
        [{ StringNotLike: { 'kms:ViaService': 'ec2.*' } }, 'error'],
      ] as Array<[Condition, Verdict]>)),
  [{ StringEquals: { 'aws:PrincipalAccount': OURS } }, 'error'],
  [{ StringNotEquals: { 'aws:PrincipalAccount': OURS } }, 'nothing'],
  [{ ArnNotEquals: { 'aws:PrincipalArn': ROLE_ARN } }, 'nothing'],
  [{ ArnNotLike: { 'aws:PrincipalArn': `arn:aws:iam::${OURS}:role/repl*` } }, 'nothing'],
  [{ ArnNotEquals: { 'aws:PrincipalArn': `${ROLE_ARN}s` } }, 'error'],
  [{ ArnEquals: { 'aws:PrincipalArn': ROLE_ARN } }, 'error'],
  [{ Bool: { 'aws:SecureTransport': 'false' } }, 'nothing'],
  [{ Bool: { 'aws:SecureTransport': 'true' } }, 'error'],
  [{ Bool: { 'aws:PrincipalIsAWSService': 'false' } }, 'error'],
  [{ StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } }, 'error'],
  [{ StringEquals: { 'aws:SourceVpce': 'vpce-1' } }, 'nothing'],
  [{ StringNotEqualsIfExists: { 'aws:SourceVpc': 'vpc-1' } }, 'error'],
  [{ NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, 'error'],
  [{ Null: { 'aws:SourceVpce': 'true' } }, 'error'],
  [{ StringEquals: { 'aws:PrincipalTag/team': 'data' } }, 'warning'],
  [{ StringNotEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } }, 'warning'],
];

/** What the library says about statements of these ids, in one synthesis. */
function verdicts(app: App, ids: string[]): Verdict[] {
  let error = '';
  try {
    app.synth();
  } catch (thrown) {
    error = (thrown as Error).message;
  }
  const warnings = app.node.findAll().flatMap(({ node }) => node.metadata.map(({ data }) => String(data)));
  const says = (text: string, id: string) => text.includes(`${id} in the policy`);
  return ids.map((id) => (says(error, id) ? 'error' : warnings.some((it) => says(it, id)) ? 'warning' : 'nothing'));
}

const denying = (target: s3.IBucket | kms.IKey, sid: string, action: string, conditions: Condition = {}) =>
  target.addToResourcePolicy(
    new iam.PolicyStatement({
      ...{ sid, effect: iam.Effect.DENY, principals: [new iam.AnyPrincipal()], actions: [action], conditions },
      resources: ['bucketArn' in target ? `${target.bucketArn}/*` : '*'],
    }),
  );

describe.each(places)('a Deny in the policy of %s', (name, kind, owner, define) => {
  test('counts by its condition', () => {
    const expected = denies(kind, owner);
    const ids = expected.map((_, index) => `Deny${index}x`);
    const app = define((target) => expected.forEach(([it], i) => denying(target, ids[i], `${kind}:*`, it)));
    const found = verdicts(app, ids);
    const shown = (all: Verdict[]) => expected.map(([it], index) => [JSON.stringify(it), all[index]]);
    expect(shown(found)).toEqual(shown(expected.map(([, it]) => it)));
  });

  test('counts by its action', () => {
    const needed = name.includes('destination')
      ? kind === 's3'
        ? ['ReplicateObject', 'ReplicateTags']
        : ['Encrypt', 'GenerateDataKey', 'Decrypt']
      : kind === 's3'
        ? ['GetObjectVersionForReplication', 'GetObjectVersionAcl', 'GetObjectVersionTagging']
        : ['Decrypt', 'GenerateDataKey'];
    const others = kind === 's3' ? ['PutObject', 'GetObject', 'PutObjectAcl'] : ['CreateGrant', 'DisableKey'];
    const all = [...needed, ...others];
    const app = define((target) => all.forEach((it) => denying(target, `${it}Denied`, `${kind}:${it}`)));
    const found = verdicts(
      app,
      all.map((it) => `${it}Denied`),
    );
    expect(found).toEqual([...needed.map(() => 'error'), ...others.map(() => 'nothing')]);
  });
});
