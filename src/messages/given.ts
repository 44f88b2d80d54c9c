// SPDX-License-Identifier: Apache-2.0
import { IConstruct } from 'constructs';
import { mistake } from './mistake';

/** What a value is known by, and how to write one. */
type Form = readonly [member: string, instead: string];

const BUCKET: Form = ['bucketRef', 'give the bucket itself, or import it with Bucket.fromBucketName()'];
const KEY: Form = ['keyRef', 'give the key itself, or import it with Key.fromKeyArn()'];
const DURATION: Form = ['toDays', 'write it like Duration.days(400)'];

/** By the name of the prop, which means the same at every construct. */
const FORMS: { readonly [prop: string]: Form } = {
  bucket: BUCKET,
  source: BUCKET,
  destination: BUCKET,
  destinationKey: KEY,
  sourceKeys: KEY,
  encryptionKey: KEY,
  retention: DURATION,
  noncurrentVersionRetention: DURATION,
  sourceRetention: DURATION,
  filter: ['_prefix', "write it like ReplicationFilter.prefix('logs/')"],
  storageClass: ['value', 'write it like s3.StorageClass.GLACIER_INSTANT_RETRIEVAL'],
  producers: ['_spec', 'write it like LogProducer.alb()'],
  destinationStack: ['stackName', 'give the Stack itself'],
  role: ['roleArn', 'give the role itself, or import it with Role.fromRoleArn()'],
  target: ['bind', 'write it like new s3n.SqsDestination(queue), of aws-s3-notifications'],
  replication: ['addRule', 'give the BucketReplication, which patterns have as .replication'],
  aggregation: ['addSource', 'give the LogAggregationSRR'],
  canary: ['stateMachine', 'give the ReplicationCanary'],
  alarmTopic: ['topicArn', 'give the topic itself, or import it with Topic.fromTopicArn()'],
  reportBucket: BUCKET,
  topic: ['topicArn', 'give the topic itself, or import it with Topic.fromTopicArn()'],
  schedule: ['expressionString', "write it like ScheduleExpression.cron({ minute: '17', hour: '3' })"],
  alarms: ['alarmArn', 'give the alarms themselves, such as monitoring.failureAlarms'],
  createdBefore: ['toISOString', "write it like new Date('2026-11-01')"],
  createdAfter: ['toISOString', "write it like new Date('2026-11-01')"],
  storageClasses: ['value', "write it like [new s3.StorageClass('STANDARD')]"],
  largerThan: ['toBytes', 'write it like Size.mebibytes(1)'],
  smallerThan: ['toBytes', 'write it like Size.mebibytes(1)'],
  interval: ['toDays', 'write it like Duration.minutes(15)'],
  timeout: ['toDays', 'write it like Duration.minutes(15)'],
  latencyThreshold: ['toDays', 'write it like Duration.minutes(15)'],
  silentAfter: ['toDays', 'write it like Duration.hours(24)'],
  rules: ['destination', 'write it like { destination: bucket }'],
};

/** Throws when plain JavaScript, which no compiler checks, gives a prop a value of another kind. */
export function checkGiven(at: IConstruct | string, props: object): void {
  for (const [prop, given] of Object.entries(props)) {
    const [member, instead] = FORMS[prop] ?? [];
    const values: unknown[] = Array.isArray(given) ? given : [given ?? undefined];
    const strange = values.find(
      // a construct that is not what it should be gets a message of its own
      (value) =>
        value !== undefined && (typeof value !== 'object' || value === null || !(member! in value || 'node' in value)),
    );
    if (member !== undefined && strange !== undefined) {
      throw mistake(at, {
        saw: `${prop} ${typeof strange === 'object' ? `that is a ${strange?.constructor?.name}` : JSON.stringify(strange)}`,
        because: `a value of this kind (${typeof strange}) is not what the prop takes`,
        instead: instead!,
      });
    }
  }
}
