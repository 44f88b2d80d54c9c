import { App, aws_iam as iam, Stack } from 'aws-cdk-lib';
import { BidirectionalReplication, MultiRegionReplication } from '../../src';
import { quietApp } from '../app';
import { ENV } from '../builders';
import { loadHandler, properties, rules, Sender } from '../handlers/requests';
import { FakeS3 } from '../handlers/s3';
import { resources } from '../pairs/two-way-templates';

const s3 = new FakeS3();
beforeAll(() => s3.start());
afterAll(() => s3.stop());
jest.spyOn(console, 'log').mockReturnValue();

function twoWay(): Stack {
  const stack = new Stack(quietApp(), 'Stack', { env: ENV });
  new BidirectionalReplication(stack, 'Active');
  return stack;
}

test('the code in the template writes the rules that are sent, and answers', async () => {
  const [[, { Properties }]] = resources(twoWay(), 'AWS::Lambda::Function');
  expect(Buffer.byteLength(Properties.Code.ZipFile)).toBeLessThan(10_000);
  const there = s3.bucket('from-template');
  process.env.MILLISECONDS_PER_SECOND = '20';
  const sender = new Sender(s3, loadHandler(Properties.Code.ZipFile));
  const sent = { bucket: 'from-template', rules: rules('own-1a2b-', 1) };
  expect(Object.keys(properties(sent))).toContain('RuleIdPrefix');
  expect(await sender.send('Create', sent)).toMatchObject({ Status: 'SUCCESS' });
  expect(there.configuration).toContain('<ID>own-1a2b-0</ID>');
});

test('what the template sends is what the handler takes', () => {
  const [[, { Properties }]] = resources(twoWay(), 'Custom::S3ReplicationRules');
  const known = Object.keys(properties({ bucket: 'any' }));
  expect(Object.keys(Properties).filter((it) => it !== 'ServiceToken' && !known.includes(it))).toEqual([]);
});

test('a boundary of the app reaches the role of the function, which has no more than its log and single buckets', () => {
  const stack = twoWay();
  iam.PermissionsBoundary.of(stack).apply(iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary'));
  const all = resources(stack, 'AWS::IAM::Role').map(([, { Properties }]) => Properties);
  expect(all.map(({ PermissionsBoundary: it }) => it !== undefined)).toEqual(all.map(() => true));
  const own = all.find(({ AssumeRolePolicyDocument }) => JSON.stringify(AssumeRolePolicyDocument).includes('lambda'))!;
  expect(own.Policies.flatMap(({ PolicyDocument }: any) => PolicyDocument.Statement)).toEqual([
    { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: expect.anything() },
  ]);
  expect(own).not.toHaveProperty('ManagedPolicyArns');
});

test('two functions where routes are switched, too; nothing of it is an asset', () => {
  const app: App = quietApp();
  const stack = new Stack(app, 'Stack', { env: ENV });
  const regions = ['us-east-1', 'eu-west-1'];
  new MultiRegionReplication(stack, 'Global', { regions, accessPoint: true, passiveRegions: [] });
  const functions = resources(stack, 'AWS::Lambda::Function').map(([, { Properties }]) => Object.keys(Properties.Code));
  expect(functions).toEqual([['ZipFile'], ['ZipFile']]);
});
