// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3 } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { Anchor, findAnchor } from './anchor';
import { Granted } from '../permissions/granted';

const DESTINATION_ID = 'S3Replicas';

/** Marks a bucket of the app as a destination, and knows of which sources. */
export class DestinationAnchor extends Anchor {
  public static find(bucket: s3.CfnBucket): DestinationAnchor | undefined {
    return findAnchor<DestinationAnchor>(bucket, DESTINATION_ID);
  }

  public static of(bucket: s3.CfnBucket, validate: () => string[]): DestinationAnchor {
    return DestinationAnchor.find(bucket) ?? new DestinationAnchor(bucket, validate);
  }

  /** Bucket resources, and imports. */
  public readonly sources = new Set<IConstruct>();
  /** The roles of other accounts that were let in. */
  public readonly grants: Granted[] = [];
  /** What the owners of sources in other apps were told. */
  public readonly told = new Set<string>();

  private constructor(bucket: s3.CfnBucket, validate: () => string[]) {
    super(bucket, DESTINATION_ID, validate);
  }
}
