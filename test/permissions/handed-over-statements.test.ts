import { aws_kms as kms, aws_s3 as s3, Aws, Fn, Stack, Token } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { LogProducer, ReplicaGrantee, ReplicaGrants } from '../../src';
import { quietApp } from '../app';
import { bucket, KMS } from '../builders';
import { warningsIn } from '../synthesized';

const ACCOUNT = '222222222222';
const ROLE = ReplicaGrantee.role({ account: '111111111111', roleName: 'data-to-backup' });
afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

/** The policy document in the only warning. */
function handedOver(define: (stack: Stack) => void, env: object, about: RegExp): any {
  const app = quietApp();
  define(new Stack(app, 'Backup', { env }));
  const [text, ...more] = warningsIn(app).filter((it) => about.test(it));
  expect(more).toEqual([]);
  return JSON.parse(/ adds (\{.*\}) to it\./.exec(text)![1]);
}

const importedKey = (stack: Stack, region = 'eu-west-1') =>
  kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:${region}:${ACCOUNT}:key/1`);
const bucketName = `backup-of-${Aws.ACCOUNT_ID}-${Aws.REGION}`;

describe('what the environment tells is filled in', () => {
  const named = (stack: Stack) =>
    bucket(stack, 'Replica', { bucketName, encryption: KMS, encryptionKey: importedKey(stack) });

  test('for the key of a bucket that is named after its account and region', () => {
    const { Statement } = handedOver(
      (stack) => ReplicaGrants.fromBucket(named(stack)).replicasFrom(ROLE),
      { account: ACCOUNT, region: 'eu-west-1' },
      /policy of the key/,
    );
    const name = `arn:aws:s3:::backup-of-${ACCOUNT}-eu-west-1`;
    expect(Statement).toMatchObject([
      {
        Principal: { AWS: 'arn:aws:iam::111111111111:root' },
        Condition: {
          ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/data-to-backup' },
          StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' },
          StringLike: { 'kms:EncryptionContext:aws:s3:arn': [name, `${name}/*`] },
        },
      },
    ]);
  });

  test('with the names of another partition', () => {
    const { Statement } = handedOver(
      (stack) =>
        ReplicaGrants.fromBucket(
          bucket(stack, 'Replica', { encryption: KMS, encryptionKey: importedKey(stack, 'cn-north-1'), bucketName }),
        ).replicasFrom(ROLE),
      { account: ACCOUNT, region: 'cn-north-1' },
      /policy of the key/,
    );
    expect(JSON.stringify(Statement)).not.toMatch(/"Ref"|Fn::|arn:aws:iam/);
    expect(Statement[0].Condition.StringEquals).toEqual({ 'kms:ViaService': 's3.cn-north-1.amazonaws.com.cn' });
    expect(Statement[0].Principal).toEqual({ AWS: 'arn:aws-cn:iam::111111111111:root' });
  });

  test('and what it does not tell stays as it is', () => {
    const { Statement } = handedOver(
      (stack) => ReplicaGrants.fromBucket(named(stack)).replicasFrom(ROLE),
      { account: ACCOUNT },
      /policy of the key/,
    );
    const text = JSON.stringify(Statement);
    expect(text).toContain(`:s3:::backup-of-`);
    for (const open of ['Region', 'Partition', 'URLSuffix']) expect(text).toContain(`{"Ref":"AWS::${open}"}`);
  });

  test('for a service that delivers logs', () => {
    const { Statement } = handedOver(
      (stack) => LogProducer.nlb().allowDeliveryTo(named(stack)),
      { account: ACCOUNT, region: 'eu-west-1' },
      /policy of the key/,
    );
    expect(Statement[0].Condition).toEqual({
      StringEquals: { 'aws:SourceAccount': ACCOUNT },
      ArnLike: { 'aws:SourceArn': `arn:aws:logs:eu-west-1:${ACCOUNT}:*` },
    });
  });
});

describe('a bucket whose encryption an intrinsic decides on: somebody is told about the key', () => {
  const conditional = (stack: Stack) =>
    new s3.CfnBucket(stack, 'Replica', {
      bucketName: 'the-backup',
      bucketEncryption: Token.asAny(Fn.conditionIf('Encrypted', {}, Aws.NO_VALUE)) as any,
    });
  const env = { account: ACCOUNT, region: 'eu-west-1' };

  test('that a role is let into', () => {
    const { Statement } = handedOver(
      (stack) => ReplicaGrants.fromBucket(conditional(stack)).replicasFrom(ROLE),
      env,
      /policy of the key of the default encryption cannot be changed/,
    );
    expect(Statement).toMatchObject([{ Action: ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'] }]);
  });

  test('that a service writes into', () => {
    const { Statement } = handedOver(
      (stack) => LogProducer.config().allowDeliveryTo(conditional(stack)),
      env,
      /policy of the key of the default encryption cannot be changed/,
    );
    expect(Statement).toMatchObject([{ Action: ['kms:Decrypt', 'kms:GenerateDataKey'] }]);
  });

  test.each<[string, (stack: Stack) => void]>([
    [
      'the grant names the key',
      (stack) =>
        ReplicaGrants.fromBucket(conditional(stack)).replicasFrom(ROLE, { encryptionKey: new kms.Key(stack, 'K') }),
    ],
    [
      'the producer names the key',
      (stack) => LogProducer.config({ encryptionKey: new kms.Key(stack, 'K') }).allowDeliveryTo(conditional(stack)),
    ],
    ['the encryption can be read', (stack) => ReplicaGrants.fromBucket(bucket(stack, 'Replica')).replicasFrom(ROLE)],
    ['the service takes no key', (stack) => LogProducer.alb().allowDeliveryTo(conditional(stack))],
  ])('and nobody, when %s', (_, define) => {
    const app = quietApp();
    define(new Stack(app, 'Backup', { env }));
    expect(warningsIn(app)).toEqual([]);
  });
});
