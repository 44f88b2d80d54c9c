import { aws_kms as kms, aws_s3 as s3, Aws, CfnParameter, Fn, Stack, Token } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { BucketReplication, CrossAccountReplication, ReplicatedBucketPair, ReplicationFilter } from '../../src';
import { quietApp } from '../app';
import { beside, bucket, ENV, key, KMS } from '../builders';
import { expectMessage, messageOf } from '../messages';
import { flat, onlyIn, propertiesIn, statementsOf } from '../synthesized';

const OLD_KEY = `arn:aws:kms:us-east-1:${ENV.account}:key/11111111-1111-1111-1111-111111111111`;
afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

const stackIn = (env: object = ENV) => new Stack(quietApp(), 'Production', { env });
const permissionsOf = (stack: Stack) => onlyIn(stack, 'AWS::IAM::Policy').PolicyDocument;
const oneOf = (document: any, sid: string) => {
  const [found, ...more] = statementsOf(document, sid);
  expect(more).toEqual([]);
  return found;
};
const list = (value: any): string[] => (Array.isArray(value) ? value : [value]).map(flat);

describe('the region through which S3 uses a key', () => {
  const replicaKeys = (region: string) => {
    const stack = stackIn({});
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:${region}:${ENV.account}:key/1`);
    const destination = s3.Bucket.fromBucketAttributes(stack, 'Replica', { bucketName: 'the-replica', encryptionKey });
    BucketReplication.of(bucket(stack, 'Data', { encryption: KMS })).addRule({ destination });
    const document = permissionsOf(stack);
    return ['DecryptSourceObjects', 'EncryptReplicas'].map((sid) =>
      flat(oneOf(document, sid).Condition.StringEquals['kms:ViaService']),
    );
  };
  test('is that of the key, where the region of an imported bucket is an assumption', () => {
    expect(replicaKeys('eu-west-1')).toEqual(['s3.<Region>.<URLSuffix>', 's3.eu-west-1.<URLSuffix>']);
    expect(replicaKeys('us-west-2')).toEqual(['s3.<Region>.<URLSuffix>', 's3.us-west-2.<URLSuffix>']);
  });
});

describe('keys that objects of the source are encrypted with', () => {
  test('are those that are named and those that are kept', () => {
    const stack = stackIn();
    new ReplicatedBucketPair(stack, 'Pair', {
      encryption: s3.BucketEncryption.S3_MANAGED,
      keepEncryptionKeys: true,
      sourceKeys: [kms.Key.fromKeyArn(stack, 'Old', OLD_KEY)],
    });
    const [id] = Object.keys(propertiesIn(stack, 'AWS::KMS::Key'));
    const decrypting = statementsOf(permissionsOf(stack), 'DecryptSourceObjects');
    expect(decrypting.flatMap(({ Resource }) => list(Resource)).sort()).toEqual([`<${id}.Arn>`, OLD_KEY]);
  });

  test('named once or twice are one statement', () => {
    const stack = stackIn();
    const encryptionKey = key(stack);
    const destination = bucket(stack, 'Replica', { encryption: KMS });
    BucketReplication.of(bucket(stack, 'Data', { encryption: KMS, encryptionKey })).addRule({
      destination,
      sourceKeys: [encryptionKey, encryptionKey],
    });
    expect(list(oneOf(permissionsOf(stack), 'DecryptSourceObjects').Resource)).toHaveLength(1);
  });

  test('are complained about once, however often they are named', () => {
    const stack = stackIn();
    const encryptionKey = key(stack, 'Key', { enabled: false });
    BucketReplication.of(bucket(stack, 'Data', { encryption: KMS, encryptionKey })).addRule({
      destination: bucket(stack, 'Replica', { encryption: KMS }),
      sourceKeys: [encryptionKey],
    });
    expect(messageOf(() => (stack.node.root as any).synth()).split("the key 'Production/Key/Resource'")).toHaveLength(
      2,
    );
  });
});

describe('Object Lock that an intrinsic decides on', () => {
  const undecided: [string, any][] = [
    ['objectLockEnabled', Token.asAny(Fn.conditionIf('Locked', true, false))],
    ['objectLockConfiguration', Token.asAny(Fn.conditionIf('Locked', {}, Aws.NO_VALUE))],
  ];
  const LOCKED = { objectLockEnabled: true };
  const locked = (stack: Stack, id: string) => new s3.CfnBucket(stack, id, LOCKED);
  const plain = (stack: Stack, id: string) => new s3.CfnBucket(stack, id);

  test.each(undecided)('of the source gives the role what it may need: %s', (prop, value) => {
    const stack = stackIn();
    const source = new s3.CfnBucket(stack, 'Data', { [prop]: value });
    BucketReplication.of(source).addRule({ destination: locked(stack, 'Replica') });
    expect(oneOf(permissionsOf(stack), 'ReadSourceObjects').Action).toEqual(
      expect.arrayContaining(['s3:GetObjectRetention', 's3:GetObjectLegalHold']),
    );
  });

  test.each(undecided)('of the destination is no reason to refuse a locked source: %s', (prop, value) => {
    const stack = stackIn();
    BucketReplication.of(locked(stack, 'Data')).addRule({
      destination: new s3.CfnBucket(stack, 'Replica', { [prop]: value }),
    });
    expect(() => onlyIn(stack, 'AWS::IAM::Role')).not.toThrow();
  });

  test.each<[string, typeof locked, typeof locked, string[]]>([
    ['the first', plain, locked, ['One']],
    ['the second', locked, plain, ['Two']],
    ['both', plain, plain, ['One', 'Two']],
    ['none', locked, locked, []],
  ])('a locked source with two destinations wants it of each: %s has it not', (_, one, two, missing) => {
    const stack = stackIn();
    const replication = BucketReplication.of(locked(stack, 'Data'));
    replication.addRule({ destination: one(stack, 'One') });
    replication.addRule({ destination: two(stack, 'Two') });
    const run = () => (stack.node.root as any).synth();
    const text = missing.length > 0 ? messageOf(run) : (run(), '');
    const found = ['One', 'Two'].filter((id) =>
      text.includes(`has Object Lock and destination 'Production/${id}' has not`),
    );
    expect(found).toEqual(missing);
  });
});

test('a prefix that is a token covers no other one: what it stands for cannot be escaped', () => {
  const stack = stackIn();
  const prefix = new CfnParameter(stack, 'Prefix').valueAsString;
  const replication = BucketReplication.of(bucket(stack, 'Data'));
  const destination = bucket(stack, 'Replica');
  for (const text of [prefix, `${prefix}more/`, 'logs/', 'logs/more/']) {
    replication.addRule({ destination, filter: ReplicationFilter.prefix(text) });
  }
  const ofSource = list(oneOf(permissionsOf(stack), 'ReadSourceObjects').Resource);
  expect(ofSource.map((arn) => arn.split('>/')[1]).sort()).toEqual(['<Prefix>*', '<Prefix>more/*', 'logs/*']);
});

test('the permissions boundary of a replication to another account is that of its role', () => {
  const stack = stackIn();
  const destinationStack = beside(stack, 'Backup', { ...ENV, account: '222222222222' });
  const arn = `arn:aws:iam::${ENV.account}:policy/boundary`;
  new CrossAccountReplication(stack, 'Offsite', {
    source: bucket(stack, 'Data'),
    destinationStack,
    permissionsBoundary: { managedPolicyArn: arn } as any,
  });
  expect(onlyIn(stack, 'AWS::IAM::Role').PermissionsBoundary).toBe(arn);
  expectMessage(
    messageOf(() => {
      const again = bucket(stack, 'More');
      BucketReplication.of(again);
      new CrossAccountReplication(stack, 'Second', {
        source: again,
        destinationStack,
        permissionsBoundary: { managedPolicyArn: arn } as any,
      });
    }),
    "permissionsBoundary for source 'Production/More', which is replicated already",
  );
});
