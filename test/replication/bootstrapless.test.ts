import { aws_s3 as s3, BootstraplessSynthesizer, LegacyStackSynthesizer, Stack, StackProps } from 'aws-cdk-lib';
import { CrossAccountReplication } from '../../src';
import { quietApp } from '../app';
import { bucket, ENV, KMS } from '../builders';
import { expectMessage, messageOf } from '../messages';
import { resources, silenced, templatesOf } from '../templates';

silenced();

const OWN = 'arn:aws:iam::111111111111:role/deployer';
const withRole = new BootstraplessSynthesizer({ cloudFormationExecutionRoleArn: OWN });

function replicated(synthesizer: StackProps['synthesizer'], props: s3.BucketProps) {
  const app = quietApp();
  const stack = new Stack(app, 'Stack', { env: ENV, synthesizer });
  const other = new Stack(app, 'Other', { env: { ...ENV, account: '222222222222' } });
  const destination = bucket(other, 'Destination', props);
  const source = bucket(stack, 'Source', { encryption: props.encryption });
  new CrossAccountReplication(stack, 'It', { source, destination });
  return app;
}

test.each<[string, s3.BucketProps, string]>([
  [
    'an unnamed destination',
    {},
    "[Stack/It] … a reference to 'Other/Destination/Resource' … BootstraplessSynthesizer has no execution role … need not exist … give the synthesizer cloudFormationExecutionRoleArn, or the destination a bucketName",
  ],
  [
    'the key of a named destination',
    { bucketName: 'the-replicas', encryption: KMS },
    "[Stack/It] … a reference to 'Other/Destination/Key/Resource' … give the synthesizer cloudFormationExecutionRoleArn",
  ],
])('without an execution role nobody can read %s of another account', (_, props, says) => {
  expectMessage(
    messageOf(() => replicated(new BootstraplessSynthesizer(), props)),
    says,
  );
  const roles = resources(templatesOf(replicated(withRole, props)), 'AWS::IAM::Role');
  const readers = roles
    .map((role) => JSON.stringify(role.Properties.AssumeRolePolicyDocument))
    .filter((it) => it.includes(OWN));
  expect(readers).toHaveLength(1);
});

test('nothing is read of a named destination', () => {
  const app = replicated(new BootstraplessSynthesizer(), { bucketName: 'the-replicas' });
  expect(JSON.stringify(templatesOf(app))).not.toMatch(/cfn-exec-role|GetStackOutput/);
});

test("a synthesizer that knows no such role gets core's own message", () => {
  expect(() => replicated(new LegacyStackSynthesizer(), {}).synth()).toThrow(
    'Could not find a CloudFormation execution role for the consumer stack',
  );
});
