import { aws_iam as iam, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { judgeHandlers, ofOneDirection } from './handlers';
import { judgeAccess } from './judge';
import { BOOTSTRAPPED } from './two-accounts';
import { beside, bucket, KMS } from '../../test/builders';
import { DeployedApp } from '../assembly/deployed';
import { changed, synthesized } from '../rehearsal/apps';
import { BidirectionalReplication, BucketReplication, MultiRegionReplication } from 'cdk-s3-replication';

const theirs = (stack: Stack) => beside(stack, 'Theirs', { account: '222222222222', region: 'eu-west-1' });
const shared = (stack: Stack) => s3.Bucket.fromBucketName(stack, 'Shared', 'shared');
const SHAPES: Record<string, (stack: Stack) => unknown> = {
  'one stack': (stack) => new BidirectionalReplication(stack, 'Active'),
  'two regions with keys and Object Lock': (stack) =>
    new BidirectionalReplication(stack, 'Active', {
      secondRegion: 'eu-west-1',
      encryption: KMS,
      objectLockEnabled: true,
    }),
  'two accounts': (stack) => new BidirectionalReplication(stack, 'Active', { secondStack: theirs(stack) }),
  'three regions with keys': (stack) =>
    new MultiRegionReplication(stack, 'Global', { regions: ['us-east-1', 'eu-west-1', 'eu-west-2'], encryption: KMS }),
  'an imported source': (stack) =>
    BucketReplication.of(shared(stack)).addRule({ destination: bucket(stack, 'Replica') }),
  'an imported source without versioning': (stack) =>
    new BucketReplication(stack, 'R', {
      source: shared(stack),
      enableVersioning: true,
      rules: [{ destination: bucket(stack, 'Replica') }],
    }),
};
describe.each(Object.entries(SHAPES))('%s', (_, define) => {
  const app = new DeployedApp(synthesized(define));

  test('S3 may replicate in all directions, and no role may do more', async () => {
    const { findings, allowed, exceptions } = await judgeAccess(app, {
      outside: BOOTSTRAPPED,
      least: 'sample',
      isOurs: ofOneDirection,
    });
    expect(findings).toEqual([]);
    expect([allowed > 0, exceptions]).toEqual([true, expect.anything()]);
  });

  test('the function may write the rules of its buckets with their roles, and nothing else', async () => {
    expect(await judgeHandlers(app)).toEqual([]);
  });
});

describe('is noticed', () => {
  const handler = (change: (statements: any[]) => void) =>
    judgeHandlers(
      new DeployedApp(
        changed(synthesized(SHAPES['one stack']), (resources) => {
          const [, policy] = Object.entries<any>(resources).find(([id]) => id.includes('HandlerPolicy'))!;
          change(policy.Properties.PolicyDocument.Statement);
        }),
      ),
    );

  test.each<[string, (statements: any[]) => void, string]>([
    ['every bucket', ([rules]) => (rules.Resource = '*'), 'allowed: s3:PutReplicationConfiguration on '],
    ['every action', ([rules]) => (rules.Action = 's3:*'), 'allowed: s3:DeleteBucket on '],
    ['a bucket of any account', ([rules]) => delete rules.Condition, '999999999999'],
    ['every role', ([, pass]) => (pass.Resource = '*'), 'allowed: iam:PassRole on '],
    ['every service', ([, pass]) => delete pass.Condition, 'lambda.amazonaws.com'],
    ['no role', (statements) => statements.pop(), 'denied: iam:PassRole on '],
    ['no writing', ([rules]) => rules.Action.pop(), 'denied: s3:PutReplicationConfiguration on '],
  ])('%s', async (_, change, said) => {
    expect(await handler(change)).toContainEqual(expect.stringContaining(said));
  });

  test('a statement that the role of the second bucket lacks', async () => {
    const broken = changed(synthesized(SHAPES['one stack']), (resources) => {
      const [, role] = Object.entries<any>(resources).find(([id]) => id.includes('SecondToFirstRole'))!;
      role.Properties.Policies[0].PolicyDocument.Statement.pop();
    });
    const { findings } = await judgeAccess(new DeployedApp(broken), { least: 'none', necessary: false });
    expect(findings).toContainEqual(expect.stringMatching(/^denied: .*s3:ReplicateObject/));
  });
});

test('who is let in to an access point may use it and each bucket, and only reads what it may read', async () => {
  const stacks = synthesized((stack) => {
    const global = new MultiRegionReplication(stack, 'Global', {
      regions: ['us-east-1', 'eu-west-1'],
      accessPoint: true,
    });
    global.grantRead(new iam.Role(stack, 'Reader', { assumedBy: new iam.AccountRootPrincipal() }));
  });
  const app = new DeployedApp(stacks);
  const [policy] = app.ofType('AWS::IAM::Policy').filter(({ logicalId }) => logicalId.startsWith('Reader'));
  const resources = policy.properties.PolicyDocument.Statement.flatMap(({ Resource }: any) => Resource);
  for (const { arn } of app.ofType('AWS::S3::Bucket')) {
    expect(resources).toEqual(expect.arrayContaining([arn, `${arn}/*`]));
  }
  expect(JSON.stringify(policy.properties)).not.toMatch(/Put|Delete|"s3:\*"/);
});
