import { Annotations, aws_iam as iam, aws_kms as kms, aws_s3 as s3, Duration, Stack } from 'aws-cdk-lib';
import { DestinationAnchor } from './private/anchors';
import { arnByName, BucketEnd, bucketEnd, definedKey, givenName } from './private/bucket-end';
import { checkGrant } from './private/grant-input';
import { bucketStatements, Grant, Grantee, keyStatement, ResourceStatement } from './private/grant-statements';
import { defaultKeyOf, isOwnerEnforced, policyTaker } from './private/grant-target';
import { receiveReplicas } from './private/replica-end';
import { tellSource } from './private/tell-source';

/** The role, or the roles, of other accounts that may write replicas into a bucket. */
export interface ReplicasFromOptions {
  /**
   * The account of the source bucket and of its replication role: 12 digits. Together with `roleName`.
   *
   * @default - roles of `accounts`, or of the organization in `organizationId`
   */
  readonly account?: string;

  /**
   * The exact name of the replication role, which need not exist yet. Together with `account`.
   *
   * @default - roles whose name starts with `roleNamePrefix`
   */
  readonly roleName?: string;

  /**
   * The path of the role or roles, with a slash at both ends, for example `/service-role/` for a role that the console
   * made.
   *
   * @default /
   */
  readonly rolePath?: string;

  /**
   * The accounts of source buckets, 12 digits each: their roles whose name starts with `roleNamePrefix` may write
   * replicas. One statement for all of them. S3 refuses a policy with an account that does not exist any more.
   *
   * @default - the one role of `account` with `roleName`
   */
  readonly accounts?: string[];

  /**
   * Id of an AWS Organization, for example `o-a1b2c3d4e5`: roles of all its accounts whose name starts with
   * `roleNamePrefix` may write replicas. Roles of the bucket's own account are among them.
   *
   * @default - the one role of `account` with `roleName`
   */
  readonly organizationId?: string;

  /**
   * What the names of the roles start with. Together with `organizationId` or `accounts`.
   *
   * @default - the one role of `account` with `roleName`
   */
  readonly roleNamePrefix?: string;

  /**
   * Whether the source may make the account of this bucket the owner of replicas. A bucket with Object Ownership "bucket
   * owner enforced" does that by itself, and needs no permission for it.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-change-owner.html
   * @default - true when ACLs are enabled at the bucket; false for an imported bucket, where that cannot be seen
   */
  readonly ownerOverride?: boolean;

  /**
   * The key that replicas are encrypted with; its policy lets the role use it.
   *
   * @default - the key of the bucket's default encryption, if it has one
   */
  readonly encryptionKey?: kms.IKeyRef;

  /**
   * Whether replicas are accepted over TLS only. A bucket with `enforceSSL` denies everything else anyway.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
   * @default false
   */
  readonly enforceSSL?: boolean;

  /**
   * Whether the stack of the bucket has outputs for the owner of the source: name, account and region of the bucket
   * and, with KMS, the ARN of the key.
   *
   * @default false
   */
  readonly outputs?: boolean;

  /**
   * Replicas that are retained by Object Lock for a shorter time, or not at all, are refused. Whole days.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
   * @default - no minimum
   */
  readonly minimumRetention?: Duration;

  /**
   * Replicas that are retained by Object Lock for a longer time are refused. Whole days.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
   * @default - no maximum
   */
  readonly maximumRetention?: Duration;
}

/**
 * Lets replication roles of other accounts write replicas into a bucket: the destination half of replication between
 * two accounts.
 *
 * The statements name the account of the source, narrowed to the ARN of the role by a condition. So the role need not
 * exist yet, the destination can be deployed first, as S3 wants it, and nothing changes when the role is deleted and
 * made again.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-walkthrough-2.html
 */
export class ReplicaGrants {
  /**
   * Grants for a destination bucket. The policies of an imported bucket cannot be changed: the statements are then shown in a
   * warning.
   */
  public static fromBucket(bucket: s3.IBucketRef): ReplicaGrants {
    return new ReplicaGrants(bucketEnd(bucket));
  }

  private constructor(private readonly end: BucketEnd) {}

  /**
   * Lets one role of another account, or roles of accounts or of an organization, write replicas: adds to the bucket policy and,
   * for a bucket that is encrypted with KMS, to the key policy. Switches versioning on.
   *
   * @throws when it is not clear which roles are meant, when the account is the one of the bucket, when replicas would be
   * encrypted with an AWS managed key, or when a retention is asked for without Object Lock
   */
  public replicasFrom(options: ReplicasFromOptions): void {
    const { end } = this;
    const { cfn, ref } = end;
    const grantee = checkGrant(cfn ?? ref, end, options);
    if (cfn) {
      receiveReplicas(cfn, cfn);
    }
    const key = options.encryptionKey ?? defaultKeyOf(end);
    this._grant(grantee, key, options.ownerOverride ?? !isOwnerEnforced(end), {
      minimumRetention: options.minimumRetention?.toDays(),
      maximumRetention: options.maximumRetention?.toDays(),
      enforceSSL: options.enforceSSL,
    });
    tellSource(end, key, options.outputs ?? false);
  }

  /**
   * The policies alone, for a bucket that receives replicas already.
   * @internal
   */
  public _grant(
    grantee: Grantee,
    key: kms.IKeyRef | undefined,
    ownerOverride: boolean,
    limits: Grant['limits'] = {},
  ): void {
    const { end } = this;
    const { cfn, ref } = end;
    const at = cfn ?? ref;
    const name = cfn ? givenName(cfn) : ref.bucketRef.bucketName;
    const destinationArn = name === undefined ? cfn!.attrArn : arnByName(name);

    this.add(ref, 'bucket', bucketStatements({ grantee, destinationArn, ownerOverride, limits }));
    if (key) {
      this.add(key, 'key', [keyStatement(grantee, end.region, at.node.path, name)]);
    }
    const anchor = cfn && DestinationAnchor.find(cfn);
    const cfnKey = key && definedKey(key);
    if (anchor) {
      anchor.granted = true;
    }
    if (anchor && cfnKey) {
      anchor.grantedKeys.add(cfnKey);
    }
  }

  /** To the policy of the resource, or else to a warning: what is missing is never silent. */
  private add(target: s3.IBucketRef | kms.IKeyRef, what: 'bucket' | 'key', statements: ResourceStatement[]): void {
    const take = policyTaker(target);
    if (take && statements.map((statement) => take(iam.PolicyStatement.fromJson(statement))).every((added) => added)) {
      return;
    }
    const at = this.end.cfn ?? this.end.ref;
    Annotations.of(at).addWarningV2(
      `cdk-s3-replication:${what}TakesNoPolicy`,
      `The policy of the ${what} '${target.node.path}' cannot be changed from this app, and no replica arrives until its owner adds ` +
        `${JSON.stringify(Stack.of(at).resolve(statements))} to it. Hand this over, then acknowledge it`,
    );
  }
}
