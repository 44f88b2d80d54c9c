import { App, aws_s3 as s3, Aws, CfnParameter, Fn, Lazy, ScopedAws, Stack, Token } from 'aws-cdk-lib';
import { compare } from '../../src/app/environment';
import { quietApp } from '../app';
import { bucket, ENV, flow, pair } from '../builders';
import { messageOf } from '../messages';
import { CrossAccountReplication, LogSource } from 'cdk-s3-replication';

const OTHER = '222222222222';

describe('accounts and regions are one, two, or nobody can tell', () => {
  const stack = new Stack(new App(), 'Stack');
  const parameter = (id: string) => new CfnParameter(stack, id).valueAsString;
  const [one, two] = [parameter('One'), parameter('Two')];

  test.each<[string, string, string, string]>([
    ['the same text', OTHER, OTHER, 'same'],
    ['two texts', OTHER, ENV.account, 'different'],
    ['a text and the account of the deployment', OTHER, Aws.ACCOUNT_ID, 'unclear'],
    ['the account of the deployment twice', Aws.ACCOUNT_ID, Aws.ACCOUNT_ID, 'same'],
    ['the account of a stack', Aws.ACCOUNT_ID, new ScopedAws(stack).accountId, 'same'],
    ['the account by Ref', Aws.ACCOUNT_ID, Token.asString(Fn.ref('AWS::AccountId')), 'same'],
    ['account and region', Aws.ACCOUNT_ID, Aws.REGION, 'unclear'],
    ['a parameter', one, one, 'same'],
    ['a parameter and the account of the deployment', one, Aws.ACCOUNT_ID, 'unclear'],
    ['two parameters', one, two, 'unclear'],
    ['two parameters by Ref', Token.asString(Fn.ref('One')), Token.asString(Fn.ref('One')), 'unclear'],
    ['two exports', Fn.importValue('One'), Fn.importValue('Two'), 'unclear'],
    ['something lazy', Lazy.string({ produce: () => OTHER }), Aws.ACCOUNT_ID, 'unclear'],
    ['a text with a parameter in it', `${one}-${two}`, `${two}-${one}`, 'unclear'],
  ])('%s', (_, a, b, expected) => {
    expect([compare(a, b), compare(b, a)]).toEqual([expected, expected]);
  });
});

describe('a destination whose account is known in the deployment only', () => {
  const backup = (stack: Stack) =>
    s3.Bucket.fromBucketAttributes(stack, 'Backup', {
      bucketName: 'the-backup',
      account: new CfnParameter(stack, 'BackupAccount').valueAsString,
    });
  const home = (env?: { account: string; region: string }) => new Stack(quietApp(), 'Stack', { env });

  test.each<[string, (stack: Stack) => void]>([
    ['a rule', (stack) => flow(stack, { destination: backup(stack) })],
    ['a pair', (stack) => pair(stack, { destination: backup(stack) })],
  ])('%s is refused', (_, build) => {
    expect(messageOf(() => build(home()))).toMatch(
      /account of destination .* set env.account on the stack of the source/,
    );
    expect(messageOf(() => build(home(ENV)))).toMatch(/write its account in fromBucketAttributes\(\), or use Cross/);
  });

  test('CrossAccountReplication believes that it is another one, and hands the policy over', () => {
    const stack = home(ENV);
    new CrossAccountReplication(stack, 'Pair', { source: bucket(stack, 'Source'), destination: backup(stack) });
    const { messages, template } = (stack.node.root as App).synth().getStackByName('Stack');
    const resources = Object.values<any>(template.Resources);
    const [role] = resources.filter(({ Type }) => Type === 'AWS::IAM::Role');
    const [{ Properties: source }] = resources.filter(({ Type }) => Type === 'AWS::S3::Bucket');
    expect(source.ReplicationConfiguration.Rules[0].Destination.Account).toEqual({ Ref: 'BackupAccount' });
    expect(messages.map(({ entry }) => String(entry.data)).join()).toContain(
      `:iam::${ENV.account}:role/${role.Properties.RoleName}"`,
    );
    expect(role.Properties.RoleName).toMatch(/^s3-replication-Stack-/);
  });

  test('CrossAccountReplication has to know the account of the source', () => {
    const stack = home();
    const destination = backup(stack);
    const message = messageOf(
      () => new CrossAccountReplication(stack, 'Pair', { source: bucket(stack, 'Source'), destination }),
    );
    expect(message).toMatch(
      /the other account names the replication role and its account, .*; set env.account and env/,
    );
  });

  test('LogSource believes it, too, also where the account of the source is open', () => {
    const stack = home();
    const source = bucket(stack, 'Source');
    const made = () =>
      new LogSource(stack, 'Logs', {
        source,
        destination: backup(stack),
        roleNamePrefix: 'logs-',
        ownerOverride: true,
      });
    expect(made).not.toThrow();
  });
});
