import { Stack } from 'aws-cdk-lib';
import { BucketReplication } from '../../src';
import { quietApp } from '../app';
import { bucket, ENV, flow, KMS, l1 } from '../builders';
import { errorsOf } from '../messages';

test('a mistake of one destination is reported once, however many sources it has', () => {
  const app = quietApp();
  const stack = new Stack(app, 'Stack', { env: ENV });
  const destination = bucket(stack, 'Destination');
  ['One', 'Two', 'Three'].forEach((id) => BucketReplication.of(bucket(stack, id)).addRule({ destination }));
  l1(destination).addPropertyOverride('VersioningConfiguration.Status', 'Suspended');
  expect(errorsOf(app).match(/'Suspended'/g)).toHaveLength(1);
});

test('every mistake is reported in one go', () => {
  const app = quietApp();
  const stack = new Stack(app, 'Stack', { env: ENV });
  const destination = bucket(stack, 'Destination');
  flow(stack, { destination }, bucket(stack, 'Source', { objectLockEnabled: true, encryption: KMS }));
  l1(destination).addPropertyOverride('VersioningConfiguration.Status', 'Suspended');
  const message = errorsOf(app);
  expect(message).toContain('Object Lock');
  expect(message).toContain('has no KMS key');
  expect(message).toContain("'Suspended'");
});
