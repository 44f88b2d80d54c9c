import { App, aws_s3 as s3, Aws, Stack } from 'aws-cdk-lib';
import { quietApp } from '../app';
import { bucket, ENV, flow } from '../builders';
import { messagesIn } from '../messages';

const theirs = (stack: Stack, bucketName: string, more: Partial<s3.BucketAttributes> = {}) =>
  s3.Bucket.fromBucketAttributes(stack, 'Theirs', {
    bucketName,
    account: '222222222222',
    region: 'eu-west-1',
    ...more,
  });

/** The document of the one warning, and the ARN in the one rule, filled in where it is deployed. */
function halves(build: (stack: Stack) => void, env = ENV) {
  const app: App = quietApp();
  const stack = new Stack(app, 'Stack', { env });
  build(stack);
  const [, text] = /adds (\{.*\}) to it/.exec(messagesIn(app).join())!;
  const { template } = app.synth().getStackByName('Stack');
  const [source] = Object.values<any>(template.Resources).filter(
    ({ Properties }) => Properties?.ReplicationConfiguration,
  );
  const pseudo: Record<string, string> = {
    'AWS::Partition': 'aws',
    'AWS::AccountId': env.account,
    'AWS::Region': env.region,
  };
  const [, parts] = source.Properties.ReplicationConfiguration.Rules[0].Destination.Bucket['Fn::Join'];
  return { text, arn: parts.map((part: any) => (part.Ref ? pseudo[part.Ref] : part)).join('') };
}

test.each([
  ['a literal name', 'the-backup'],
  ['a name of account and region', `backup-of-${Aws.ACCOUNT_ID}-${Aws.REGION}`],
])('the policy that is handed over names the bucket that the rule replicates to: %s', (_, name) => {
  const { text, arn } = halves((stack) => flow(stack, { destination: theirs(stack, name) }, bucket(stack, 'Source')));
  expect(JSON.parse(text).Statement[0].Resource).toEqual([`${arn}/*`]);
  expect(text).not.toMatch(/"(Ref|Fn::\w+)"/);
});
