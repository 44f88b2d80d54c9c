// SPDX-License-Identifier: Apache-2.0
import { Aspects, aws_s3 as s3 } from 'aws-cdk-lib';
import { policyFirst } from './policy-first';
import { LogProducerSpec } from './spec';
import { Anchor, findAnchor } from '../flows/anchor';

const ID = 'S3LogProducers';

/** A producer that was let into a bucket. */
export interface Delivery {
  readonly spec: LogProducerSpec;
  /** Whether the policy of a key was taken care of. */
  readonly key: boolean;
}

/** Remembers which producers deliver into a bucket of this app, and checks the bucket when it is final. */
export class LogBucket extends Anchor {
  public static find(bucket: s3.CfnBucket): LogBucket | undefined {
    return findAnchor<LogBucket>(bucket, ID);
  }

  public static of(bucket: s3.CfnBucket, validate: (deliveries: readonly Delivery[]) => string[]): LogBucket {
    return LogBucket.find(bucket) ?? new LogBucket(bucket, validate);
  }

  public readonly deliveries: Delivery[] = [];
  /** Ids of the statements that were added for this bucket. */
  public readonly statements = new Set<string>();

  private constructor(bucket: s3.CfnBucket, validate: (deliveries: readonly Delivery[]) => string[]) {
    super(bucket, ID, () => validate(this.deliveries));
    Aspects.of(this).add({ visit: () => policyFirst(bucket) });
  }
}
