import { App, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { BucketReplication, ReplicaGrantee, ReplicaGrants } from '../../src';
import { quietApp } from '../app';
import { ACCOUNT, bucket, ENV, flow, importedKey, KEY_ARN, KMS } from '../builders';
import { errorsOf, messagesIn } from '../messages';

const KEYS_ACCOUNT = '333333333333';
const ARN = KEY_ARN.replace(ACCOUNT, KEYS_ACCOUNT);
const home = (env: object = ENV) => new Stack(quietApp(), 'Stack', { env });

/** The statements that warnings hand over for the key. */
const handedOver = (stack: Stack): any[] =>
  messagesIn(stack.node.root as App).flatMap((message) => {
    const [, document] =
      /policy of the key 'arn:aws:kms:[\w-]+:333333333333:key[^']*' cannot .* adds (\{.*\}) to it/.exec(message) ?? [];
    return document ? JSON.parse(document).Statement : [];
  });

describe('a key of an account for keys', () => {
  const ends: Array<[string, (stack: Stack) => void, string]> = [
    [
      'among the sourceKeys',
      (stack) =>
        flow(stack, { sourceKeys: [importedKey(stack, ARN)], destination: bucket(stack, 'D', { encryption: KMS }) }),
      'kms:Decrypt',
    ],
    [
      'of the source',
      (stack) =>
        flow(
          stack,
          { destination: bucket(stack, 'D', { encryption: KMS }) },
          bucket(stack, 'S', { encryptionKey: importedKey(stack, ARN) }),
        ),
      'kms:Decrypt',
    ],
    [
      'of the destination',
      (stack) =>
        flow(
          stack,
          { destination: bucket(stack, 'D', { encryptionKey: importedKey(stack, ARN) }) },
          bucket(stack, 'S', { encryption: KMS }),
        ),
      'kms:GenerateDataKey',
    ],
    [
      'as destinationKey',
      (stack) => flow(stack, { destinationKey: importedKey(stack, ARN) }, bucket(stack, 'S', { encryption: KMS })),
      'kms:GenerateDataKey',
    ],
  ];
  test.each(ends)('%s: its owner is told what to allow', (_, build, action) => {
    const stack = home();
    build(stack);
    expect(handedOver(stack)).toEqual([
      expect.objectContaining({
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
        Action: expect.arrayContaining([action]),
        Condition: { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } },
      }),
    ]);
  });

  test.each(ends)('%s, of another region: refused', (_, build) => {
    const stack = home({ ...ENV, region: 'us-west-2' });
    const message = (() => {
      try {
        build(stack);
        return errorsOf(stack.node.root as App);
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(message).toMatch(/S3 encrypts with keys of the bucket's own region only/);
  });

  test('a role and a bucket with names narrow it', () => {
    const stack = home();
    const source = bucket(stack, 'S', { bucketName: 'data', encryptionKey: importedKey(stack, ARN) });
    const destination = bucket(stack, 'D', { encryption: KMS });
    new BucketReplication(stack, 'R', { source, roleName: 'replication', rules: [{ destination }] });
    expect(handedOver(stack)[0].Condition).toEqual({
      StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' },
      StringLike: { 'kms:EncryptionContext:aws:s3:arn': ['arn:aws:s3:::data', 'arn:aws:s3:::data/*'] },
      ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/replication` },
    });
  });

  test('two statements of one role have two ids', () => {
    const stack = home();
    const encryptionKey = importedKey(stack, ARN);
    flow(stack, { destination: bucket(stack, 'D', { encryptionKey }) }, bucket(stack, 'S', { encryptionKey }));
    const ids = handedOver(stack).map(({ Sid }) => Sid);
    expect(ids).toEqual([expect.stringMatching(/^\w+$/), expect.stringMatching(/^\w+$/)]);
    expect(new Set(ids).size).toBe(2);
  });

  test.each<[string, object]>([
    ['of the same account', { ...ENV, account: KEYS_ACCOUNT }],
    ['of an account that is not known', { region: ENV.region }],
  ])('%s: nothing to hand over', (_, env) => {
    const stack = home(env);
    ends[2][1](stack);
    expect(handedOver(stack)).toEqual([]);
  });

  test('of the replicas of another account: told once, with the bucket policy', () => {
    const stack = home();
    const destination = s3.Bucket.fromBucketAttributes(stack, 'D', {
      bucketName: 'theirs',
      account: '222222222222',
      encryptionKey: importedKey(stack, ARN),
    });
    flow(stack, { destination }, bucket(stack, 'S', { encryption: KMS }));
    expect(handedOver(stack)).toEqual([expect.objectContaining({ Sid: expect.stringMatching(/^ReplicasFrom/) })]);
  });

  test('of a grant: its owner is told', () => {
    const stack = home();
    ReplicaGrants.fromBucket(bucket(stack, 'D')).replicasFrom(
      ReplicaGrantee.role({ account: '222222222222', roleName: 'replication' }),
      { encryptionKey: importedKey(stack, ARN) },
    );
    expect(handedOver(stack)).toEqual([expect.objectContaining({ Sid: expect.stringMatching(/^ReplicasFrom/) })]);
  });
});

describe('the encryptionKey of an imported destination is checked as destinationKey is', () => {
  const build = (prop: 'encryptionKey' | 'destinationKey', keyEnv: object, source: s3.BucketProps) => () => {
    const stack = new Stack(quietApp(), 'Stack', { env: ENV });
    const theirs = new Stack(stack.node.root as App, 'Keys', { env: keyEnv });
    const own = bucket(theirs, 'B', { encryption: KMS }).encryptionKey;
    const destination = s3.Bucket.fromBucketAttributes(stack, 'D', {
      bucketName: 'theirs',
      ...(prop === 'encryptionKey' ? { encryptionKey: own } : {}),
    });
    flow(
      stack,
      { destination, ...(prop === 'destinationKey' ? { destinationKey: own } : {}) },
      bucket(stack, 'S', source),
    );
  };
  test.each<[string, object, RegExp]>([
    ['of an unknown region', { account: ACCOUNT }, /Keys\/B\/Key' in a stack with env\.account or env\.region where/],
    ['of another region', { ...ENV, region: 'eu-west-1' }, /Keys\/B\/Key' in region 'eu-west-1'/],
    ['of another account', { ...ENV, account: KEYS_ACCOUNT }, /Keys\/B\/Key' in another account/],
  ])('%s', (_, keyEnv, message) => {
    expect(build('destinationKey', keyEnv, { encryption: KMS })).toThrow(message);
    expect(build('encryptionKey', keyEnv, { encryption: KMS })).toThrow(message);
    expect(build('encryptionKey', keyEnv, {})).not.toThrow(); // nothing is encrypted with it
  });
});
