import { aws_iam as iam, aws_s3 as s3, CfnOutput, Stack, Token } from 'aws-cdk-lib';
import { DeployedBucket, liveConfiguration } from './deployed-rules';
import { deployed } from './inline-app';
import { look, write } from './objects';
import { createStack } from './raw-requests';
import { ACCOUNT, LocalAws, startLocalAws } from './server';
import { quietApp } from '../../test/app';
import { readStacks } from '../assembly/stacks';

const OTHER = '222222222222';
const POLICIES: Record<string, string | undefined> = {
  Right: 'replicator',
  Stranger: 'somebody-else',
  None: undefined,
};

let aws: LocalAws;
let buckets: Map<string, DeployedBucket>;

/** Written by hand, with what core offers, so that the server is judged and not the library: that is in two-accounts. */
beforeAll(async () => {
  aws = await startLocalAws();
  const app = quietApp();
  const there = new Stack(app, 'There', { env: { account: OTHER, region: 'eu-west-1' } });
  const here = new Stack(app, 'Here', { env: { account: ACCOUNT, region: 'us-east-1' } });
  here.node.addDependency(there);
  const reader = new iam.Role(there, 'Reader', { roleName: 'reader', assumedBy: new iam.AccountPrincipal(ACCOUNT) });
  reader.addToPolicy(new iam.PolicyStatement({ actions: ['cloudformation:DescribeStacks'], resources: ['*'] }));
  const role = new iam.Role(here, 'Role', {
    roleName: 'replicator',
    assumedBy: new iam.ServicePrincipal('s3.amazonaws.com'),
  });
  role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:*'], resources: ['*'] }));

  for (const [id, trusted] of Object.entries(POLICIES)) {
    const copy = new s3.Bucket(there, id, { versioned: true });
    new CfnOutput(there, `${id}Arn`, { value: copy.bucketArn });
    if (trusted) copy.addToResourcePolicy(mayReplicate(copy, trusted));
    new s3.CfnBucket(here, `${id}Source`, {
      versioningConfiguration: { status: 'Enabled' },
      replicationConfiguration: {
        role: role.roleArn,
        rules: [
          {
            id: 'copy',
            priority: 1,
            status: 'Enabled',
            filter: { prefix: '' },
            deleteMarkerReplication: { status: 'Disabled' },
            destination: { bucket: Token.asString(outputOf('There', `${id}Arn`)), account: OTHER },
          },
        ],
      },
    });
  }
  const { directory } = app.synth();
  buckets = await deployed(aws, { directory, stacks: readStacks(directory) });
}, 120_000);
afterAll(async () => aws?.stop());

const outputOf = (StackName: string, OutputName: string, role = 'reader') => ({
  'Fn::GetStackOutput': { StackName, OutputName, Region: 'eu-west-1', RoleArn: `arn:aws:iam::${OTHER}:role/${role}` },
});

/** The account of the source, narrowed to one role: such a policy can be there before the role is. */
const mayReplicate = (copy: s3.Bucket, roleName: string) =>
  new iam.PolicyStatement({
    principals: [new iam.AccountPrincipal(ACCOUNT)],
    actions: ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'],
    resources: [copy.arnForObjects('*')],
    conditions: { ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/${roleName}` } },
  });

test.each([
  ['Right', 'COMPLETED', 'REPLICA'],
  ['Stranger', 'FAILED', 'absent'],
  ['None', 'FAILED', 'absent'],
])('with the bucket policy %s in the other account an object is %s here and %s there', async (id, here, there) => {
  const source = buckets.get(`Here/${id}Source`)!;
  const copy = buckets.get(`There/${id}`)!;
  expect((await liveConfiguration(source))!.Rules![0].Destination!.Bucket).toBe(`arn:aws:s3:::${copy.name}`);
  await write(source, 'a');
  expect(await look(source, 'a')).toMatchObject({ status: here });
  expect(await look(copy, 'a')).toMatchObject({ status: there });
});

test.each([
  ['There', 'RightArn', undefined, 'CREATE_COMPLETE', ''],
  ['There', 'RightArn', 'nobody', 'ROLLBACK_COMPLETE', 'role/nobody cannot be assumed'],
  ['There', 'Nothing', undefined, 'ROLLBACK_COMPLETE', "Output 'Nothing' not found"],
  ['Nowhere', 'RightArn', undefined, 'ROLLBACK_COMPLETE', "Stack 'Nowhere' does not exist in eu-west-1"],
])('a stack that reads of %s output %s as %s ends as %s', async (stack, output, role, end, reason) => {
  const Value = outputOf(stack, output, role);
  const template = { Resources: { P: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value } } } };
  const { status, reasons } = await createStack(aws, `Reads${stack}${output}${role ?? ''}`, template);
  expect(status).toBe(end);
  expect(reasons.join()).toContain(reason);
});
