import { aws_iam as iam, aws_kms as kms, aws_s3 as s3, NestedStack, Stack } from 'aws-cdk-lib';
import { judgeAccess } from './judge';
import { Outside } from './outside';
import { quietApp } from '../../test/app';
import { ACCOUNT, ENV } from '../../test/builders';
import { DeployedApp } from '../assembly/deployed';
import { readStacks } from '../assembly/stacks';
import { BucketReplication, ReplicatedBucketPair } from 'cdk-s3-replication';

const arn = (service: string, name: string) =>
  `arn:aws:${service}:${service === 'iam' ? '' : ENV.region}:${ACCOUNT}:${name}`;
const keyOf = (name: string) => arn('kms', `key/${name}`);

/** Ends of every kind that the cells of the matrix do not have. */
const kinds: Array<[what: string, build: (stack: Stack) => void, statements: number, outside?: Outside]> = [
  ['a nested stack', (stack) => new ReplicatedBucketPair(new NestedStack(stack, 'Nested'), 'Pair'), 4],
  [
    'an imported role and an imported destination',
    (stack) => {
      const role = iam.Role.fromRoleName(stack, 'Role', 'imported');
      const destination = s3.Bucket.fromBucketName(stack, 'Replica', 'imported');
      new BucketReplication(stack, 'Replication', {
        source: new s3.Bucket(stack, 'Source'),
        role,
        rules: [{ destination }],
      });
    },
    3,
    { roles: [arn('iam', 'role/imported')] },
  ],
  [
    'an L1 bucket',
    (stack) =>
      BucketReplication.of(new s3.CfnBucket(stack, 'Source')).addRule({ destination: new s3.Bucket(stack, 'Replica') }),
    4,
  ],
  [
    'a source with the key of S3, whose permissions are not of the role',
    (stack) => {
      const source = new s3.Bucket(stack, 'Source', { encryption: s3.BucketEncryption.KMS_MANAGED });
      const destination = new s3.Bucket(stack, 'Replica', { encryption: s3.BucketEncryption.KMS });
      BucketReplication.of(source).addRule({ destination });
    },
    5,
  ],
  [
    'keys that are named by an alias',
    (stack) => {
      const keys = { Source: new kms.Key(stack, 'SourceKey'), Replica: new kms.Key(stack, 'ReplicaKey') };
      const of = (id: keyof typeof keys) =>
        new s3.Bucket(stack, id, {
          encryption: s3.BucketEncryption.KMS,
          encryptionKey: keys[id].addAlias(`alias/${id}`),
        });
      const rule = { destination: of('Replica'), sourceKeys: [keys.Source], destinationKey: keys.Replica };
      BucketReplication.of(of('Source')).addRule(rule);
    },
    6,
  ],
  [
    'imported keys, one of them named by an alias',
    (stack) => {
      const imported = (name: string) => kms.Key.fromKeyArn(stack, name, keyOf(name));
      const alias = kms.Alias.fromAliasName(stack, 'Alias', 'alias/somebody');
      const [source, destination] = ['Source', 'Replica'].map(
        (id) => new s3.Bucket(stack, id, { encryptionKey: id === 'Source' ? alias : imported('replica') }),
      );
      BucketReplication.of(source).addRule({ destination, sourceKeys: [imported('source')] });
    },
    6,
    { keys: ['source', 'replica'].map(keyOf), aliases: { [arn('kms', 'alias/somebody')]: keyOf('source') } },
  ],
];

async function judge(build: (stack: Stack) => void, outside?: Outside) {
  const app = quietApp();
  build(new Stack(app, 'Data', { env: ENV }));
  return judgeAccess(new DeployedApp(readStacks(app.synth())), { least: 'sample', outside });
}

test.each(kinds.map(([what, ...kind]) => [what, kind] as const))('%s', async (_, [build, statements, outside]) => {
  const verdict = await judge(build, outside);
  expect(verdict.findings).toEqual([]);
  expect(verdict.statementsNecessary).toBe(statements);
});

const withOthers = kinds.flatMap(([what, build, , outside]) =>
  outside ? [[what, build, outside.aliases] as const] : [],
);

test.each(withOthers)('%s, of which the judge does not know', async (_, build, aliases) => {
  const denied = /^denied: (sts:AssumeRole|kms:Decrypt) on /;
  expect((await judge(build, { aliases })).findings).toContainEqual(expect.stringMatching(denied));
});
