// SPDX-License-Identifier: Apache-2.0
import { Aspects, aws_s3 as s3 } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { policyFirst } from './policy-first';
import { LogProducerSpec } from './spec';

const ID = 'S3LogProducers';

/** Tells it from a construct that users put into an L1 bucket. */
const LOGS = Symbol.for('cdk-s3-replication.logs');

/** A producer that was let into a bucket. */
export interface Delivery {
  readonly spec: LogProducerSpec;
  /** Whether the policy of a key was taken care of. */
  readonly key: boolean;
}

/** Remembers which producers deliver into a bucket of this app, and checks the bucket when it is final. */
export class LogBucket extends Construct {
  public static find(bucket: s3.CfnBucket): LogBucket | undefined {
    const child: IConstruct | undefined = bucket.node.tryFindChild(ID);
    return child && LOGS in child ? (child as IConstruct as LogBucket) : undefined;
  }

  public static of(bucket: s3.CfnBucket, validate: (deliveries: readonly Delivery[]) => string[]): LogBucket {
    return LogBucket.find(bucket) ?? new LogBucket(bucket, validate);
  }

  public readonly deliveries: Delivery[] = [];
  /** Ids of the statements that were added for this bucket. */
  public readonly statements = new Set<string>();

  private constructor(bucket: s3.CfnBucket, validate: (deliveries: readonly Delivery[]) => string[]) {
    super(bucket, ID);
    Object.defineProperty(this, LOGS, { value: true });
    Aspects.of(this).add({ visit: () => policyFirst(bucket) });
    this.node.addValidation({ validate: () => validate(this.deliveries) });
  }
}
