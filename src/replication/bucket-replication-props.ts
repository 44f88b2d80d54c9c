// SPDX-License-Identifier: Apache-2.0
import { aws_iam as iam, aws_s3 as s3 } from 'aws-cdk-lib';
import { ReplicationRule } from '../rules/replication-rule';

/** Properties of a BucketReplication. */
export interface BucketReplicationProps {
  /**
   * The source bucket: an L2 or L1 bucket of this app, or a construct whose default child is one.
   * Versioning is switched on. A change to another source moves the replication there, with a new role, and leaves the
   * former bucket without it.
   *
   * Or an imported bucket of the account of the stack that imports it, in any region. CloudFormation cannot change a
   * bucket of another stack, so a custom resource writes the rules: a Lambda function in the stack of the import merges
   * them into those that are there, and removes them when they leave the app. It leaves all other rules as they are.
   * Whoever declares the replication of that bucket elsewhere (Terraform, another stack) removes these rules when it
   * is applied next; a warning says so.
   */
  readonly source: s3.IBucketRef;

  /**
   * The first rules; more can come with `addRule()`.
   *
   * @default - no rules
   */
  readonly rules?: ReplicationRule[];

  /**
   * Whether versioning is switched on at an imported source, which S3 needs for replication. It stays when the
   * replication is removed. For imported sources only: a source of the app gets it in its template.
   *
   * @default false: the deployment fails when the bucket has no versioning
   */
  readonly enableVersioning?: boolean;

  /**
   * A role of the source's account that S3 assumes, instead of the one that is created. It must trust
   * `s3.amazonaws.com`; the permissions are added to it. IAM limits the inline policies of a role, which leaves room for
   * about 13 sources. Adding it later removes the role that was created; when the source bucket is retained, that role
   * stays in the account.
   *
   * @default - a role is created
   */
  readonly role?: iam.IRole;

  /**
   * Name of the role that is created: 1 to 64 letters, digits and `+=,.@_-`. The policies of a destination in another
   * account name the role, so give it a name from the start when one may come. Changing it later replaces the role. A
   * role with a name is deleted with its stack even when the source bucket is retained: deploy once without rules
   * before you delete the stack.
   *
   * @default - CloudFormation makes a name, and the role is retained when the source bucket is and a rule is enabled;
   * with a destination in another account `s3-replication-<stack>-<hash>`
   */
  readonly roleName?: string;

  /**
   * Path of the role that is created, for example `/replication/`. Changing it later replaces the role.
   *
   * @default /
   */
  readonly rolePath?: string;

  /**
   * Permissions boundary of the role that is created. It must allow what replication does.
   *
   * @default - none, or the one that the app sets for all roles
   */
  readonly permissionsBoundary?: iam.IManagedPolicy;
}
