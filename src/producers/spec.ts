// SPDX-License-Identifier: Apache-2.0
import { aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';

/**
 * What AWS documents about a service that writes its logs into a bucket. In texts, `{partition}`, `{account}` and
 * `{region}` stand for each partition, account and region that delivers.
 */
export interface LogProducerSpec {
  /** Producers of one kind write keys of one form. */
  readonly kind: string;
  /** How to call the logs in a message. */
  readonly title: string;
  /** The service principal that writes. */
  readonly service: string;
  /** Accounts whose logs are delivered; undefined is the account of the bucket. */
  readonly accounts?: readonly string[];
  /** Regions that deliver; undefined is the region of the bucket. */
  readonly regions?: readonly string[];
  /** Before the folders: `` or, for all but server access logs, with a slash at its end. */
  readonly prefix: string;
  /** What may be written. */
  readonly folders: readonly string[];
  /** What the service asks of the bucket itself before it delivers. */
  readonly bucketActions: readonly string[];
  /** Whether objects are written with the canned ACL `bucket-owner-full-control`. */
  readonly ownerAcl: boolean;
  readonly source: SourceCondition;
  /** What the service needs of a customer managed key; undefined when only SSE-S3 is supported. */
  readonly keyUses?: readonly KeyUse[];
  /** Whether the service also works with the AWS managed key and with a key that is not named by its ARN. */
  readonly keyByArnOnly: boolean;
  /** The key that the service itself encrypts with, where it can be told one. */
  readonly encryptionKey?: kms.IKeyRef;
  /** Whether it delivers into a bucket with Object Lock. */
  readonly objectLock: boolean;
  readonly bucketName: { readonly start?: string; readonly dots: boolean };
  readonly keys: KeyForm;
  /** The page of AWS with the policy. */
  readonly page: string;
}

/** On whose behalf the service calls; what is not given is not asked for. */
export interface SourceCondition {
  readonly account: boolean;
  readonly arns?: { readonly operator: 'ArnLike' | 'StringEquals'; readonly patterns: readonly string[] };
  /** Buckets of the app that are logged; they belong to the patterns. */
  readonly buckets?: readonly s3.IBucketRef[];
}

export interface KeyUse {
  readonly actions: readonly string[];
  /** Values of the encryption context `aws:cloudtrail:arn`. */
  readonly trailContext?: readonly string[];
}

/** What the keys of log objects look like. */
interface KeyForm {
  /** What keys start with, below the prefix. */
  readonly starts: readonly string[];
  /** Whether a key says which account and which region it is from. */
  readonly saysAccount: boolean;
  readonly saysRegion: boolean;
  readonly unique: Uniqueness;
}

/**
 * Whether a key has a part that no other key has: none in the world, none in the bucket that it was delivered to, or
 * there is no such part.
 */
export type Uniqueness = 'everywhere' | 'in its bucket' | 'never';
