import { App, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { ReplicationFilter } from '../../src';
import { bucketEnd } from '../../src/app/bucket';
import { AddedRule } from '../../src/rules/added-rule';
import { priorities, renderRule } from '../../src/rules/render';
import { ReplicationRuleOptions } from '../../src/rules/replication-rule';

const stack = new Stack(new App(), 'Stack', { env: { account: '111111111111', region: 'us-east-1' } });
const destination = bucketEnd(s3.Bucket.fromBucketName(stack, 'Destination', 'the-replica'));

function added(options: ReplicationRuleOptions = {}, id = 'the-rule'): AddedRule {
  const filter = options.filter ?? ReplicationFilter.all();
  return {
    at: stack,
    options: { ...options, destination: destination.ref },
    destination,
    foreign: false,
    byPrefix: false,
    destinationArn: 'arn:aws:s3:::the-replica',
    filter,
    id,
    ownerOverride: false,
  };
}

describe('rule in the V2 form', () => {
  const plain = {
    id: 'the-rule',
    priority: 7,
    status: 'Enabled',
    filter: { prefix: '' },
    deleteMarkerReplication: { status: 'Disabled' },
    destination: { bucket: 'arn:aws:s3:::the-replica', account: '111111111111', metrics: { status: 'Enabled' } },
  };
  const defined = (value: unknown) => JSON.parse(JSON.stringify(value));

  test.each<[string, ReplicationRuleOptions, string | undefined, object, object]>([
    ['defaults', {}, undefined, {}, {}],
    ['disabled', { enabled: false }, undefined, { status: 'Disabled' }, {}],
    [
      'delete markers',
      { deleteMarkerReplication: true },
      undefined,
      { deleteMarkerReplication: { status: 'Enabled' } },
      {},
    ],
    ['no metrics', { metrics: false }, undefined, {}, { metrics: undefined }],
    ['storage class', { storageClass: s3.StorageClass.GLACIER }, undefined, {}, { storageClass: 'GLACIER' }],
    [
      'replica modifications alone',
      { replicaModifications: true },
      undefined,
      {
        sourceSelectionCriteria: { replicaModifications: { status: 'Enabled' } },
      },
      {},
    ],
    [
      'RTC has metrics and a threshold of 15 minutes',
      { replicationTimeControl: true },
      undefined,
      {},
      {
        replicationTime: { status: 'Enabled', time: { minutes: 15 } },
        metrics: { status: 'Enabled', eventThreshold: { minutes: 15 } },
      },
    ],
    [
      'KMS: opt-in and key come together',
      {},
      'KEY',
      { sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: 'Enabled' } } },
      {
        encryptionConfiguration: { replicaKmsKeyId: 'KEY' },
      },
    ],
    [
      'KMS and replica modifications',
      { replicaModifications: true },
      'KEY',
      {
        sourceSelectionCriteria: {
          replicaModifications: { status: 'Enabled' },
          sseKmsEncryptedObjects: { status: 'Enabled' },
        },
      },
      { encryptionConfiguration: { replicaKmsKeyId: 'KEY' } },
    ],
  ])('%s', (_, options, key, rule, ofDestination) => {
    expect(defined(renderRule(added(options), 7, key))).toEqual(
      defined({ ...plain, ...rule, destination: { ...plain.destination, ...ofDestination } }),
    );
  });
});

describe('priorities', () => {
  test.each([
    [
      [undefined, undefined],
      [1, 2],
    ],
    [
      [2, undefined, undefined],
      [2, 1, 3],
    ],
    [
      [undefined, 1, undefined],
      [2, 1, 3],
    ],
    [
      [0, undefined],
      [0, 1],
    ],
    [
      [2147483647, undefined],
      [2147483647, 1],
    ],
  ])('%j becomes %j', (given, expected) => {
    const rules = given.map((priority, i) => added({ priority }, `rule${i}`));
    const numbers = priorities(rules);
    expect(rules.map((rule) => numbers.get(rule))).toEqual(expected);
  });
});
