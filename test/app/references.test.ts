import { CfnOutput, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { quietApp } from '../app';
import { bucket, ENV, pair } from '../builders';

test('the name of a destination in another Stage can be used', () => {
  const app = quietApp();
  const stack = new Stack(app, 'Stack', { env: ENV });
  const destination = bucket(new Stack(new Stage(app, 'Backup', { env: ENV }), 'Other'), 'Destination', {
    bucketName: 'backup',
  });
  const { destinationBucketName, destinationBucketArn } = pair(stack, { destination });
  new CfnOutput(stack, 'Name', { value: destinationBucketName });
  new CfnOutput(stack, 'Arn', { value: destinationBucketArn });
  const { Name, Arn } = Template.fromStack(stack).toJSON().Outputs;
  expect(Name.Value).toBe('backup');
  expect(JSON.stringify(Arn.Value)).toMatch(/:s3:::backup"/);
});
