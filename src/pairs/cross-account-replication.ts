// SPDX-License-Identifier: Apache-2.0
import { aws_iam as iam, aws_s3 as s3, CfnOutput, Stack, Token } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { OneWayReplication } from './one-way-replication';
import { bucketEnd, nameOf } from '../app/bucket';
import { compare, shown } from '../app/environment';
import { bucketAttribute } from '../app/references';
import { namedForAccount } from '../buckets/bucket-name';
import { CreatedBucketOptions } from '../buckets/created-bucket-options';
import { checkPairInput } from '../buckets/created-input';
import { mirrorScope } from '../buckets/replica-stack';
import { bucketSettings, createReplicatedBucket } from '../buckets/replicated-bucket';
import { ReplicatedBucketOptions } from '../buckets/replicated-bucket-options';
import { checkGiven } from '../messages/given';
import { Mistake, mistake } from '../messages/mistake';
import { ofOurRole } from '../permissions/role-input';
import { BucketReplication } from '../replication/bucket-replication';
import { ReplicationRuleOptions } from '../rules/replication-rule';

/** Properties of a CrossAccountReplication. */
export interface CrossAccountReplicationProps extends ReplicationRuleOptions, CreatedBucketOptions {
  /** The source bucket, of this app. Its stack needs `env.account` and `env.region`. */
  readonly source: s3.IBucketRef;

  /**
   * The destination bucket, in another account: of this app, or imported with `Bucket.fromBucketAttributes()` with its
   * account and region. The policies of an imported one cannot be changed from here: a warning shows what its owner
   * must add, with `ReplicaGrants` or by hand.
   *
   * @default - a bucket is created in `destinationStack`
   */
  readonly destination?: s3.IBucket;

  /**
   * The stack of another account, in any region, for the bucket that is created for the replicas. Changing it later
   * makes a new, empty replica bucket and retains the former.
   *
   * @default - `destination` is given
   */
  readonly destinationStack?: Stack;

  /**
   * Settings of the destination bucket that is created.
   *
   * @default - a name is made of the stack's name, the path, the account and the region, so that the policy of its key
   * can name it
   */
  readonly destinationOptions?: ReplicatedBucketOptions;

  /**
   * Name of the replication role that is created, which the policies of the other account name: 1 to 64 letters, digits
   * and `+=,.@_-`. For a source that is replicated already, give it to its `BucketReplication`.
   *
   * @default `s3-replication-<stack>-<hash>`
   */
  readonly roleName?: string;

  /**
   * Path of the role that is created.
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

  /**
   * Whether the stack of this construct has outputs for the owner of the destination: account, role name and role path,
   * as `ReplicaGrants` takes them.
   *
   * @default false
   */
  readonly outputs?: boolean;
}

/**
 * Replication into another account: the bucket and key policies of the destination let in the one replication role, and
 * need neither a second deployment nor a second step.
 *
 * In one app the destination is created in `destinationStack`, or given; in two apps it is imported here, and its own
 * app uses `ReplicaGrants`.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-walkthrough-2.html
 */
export class CrossAccountReplication extends OneWayReplication {
  /** The source bucket. */
  public readonly source: s3.IBucketRef;

  /** The destination bucket. From the stack of the source, refer to it by `destinationBucketArn`. */
  public readonly destination: s3.IBucket;

  /** The replication of the source, for more rules. */
  public readonly replication: BucketReplication;

  /**
   * @throws when the destination is in the account of the source, when either account is not known, when the props
   * contradict each other, or when S3 would refuse the replication
   */
  constructor(scope: Construct, id: string, props: CrossAccountReplicationProps) {
    super(scope, id);
    checkGiven(this, props);
    const { source, destinationStack } = props;
    checkCrossAccountInput(this, props, BucketReplication._find(source) !== undefined);
    this.source = source;
    this.destination = props.destination ?? this.create(props, destinationStack!);
    const forRole = ofOurRole(props);
    this.replication =
      Object.keys(forRole).length > 0
        ? new BucketReplication(this, 'Replication', { source, ...forRole })
        : BucketReplication.of(source);
    this.replication._standIn(this);
    this.replication._addRule(this, { ...props, destination: this.destination }, false, true);
    if (props.outputs) {
      const { account, ...name } = this.replication._grantee(this);
      for (const [what, value] of Object.entries({
        Account: account,
        RoleName: name.roleName,
        RolePath: name.rolePath,
      })) {
        new CfnOutput(this, `Replication${what}`, {
          value,
          description: `For ReplicaGrants in account ${this.destination.env.account}`,
        });
      }
    }
  }

  /** The ARN of the destination bucket, to be used in the stack of the source, whichever region it is in. */
  public get destinationBucketArn(): string {
    return bucketAttribute(bucketEnd(this.source).stack, bucketEnd(this.destination), 'arn');
  }

  private create(props: CrossAccountReplicationProps, stack: Stack): s3.IBucket {
    const sourceStack = bucketEnd(props.source).stack;
    const destinationScope = mirrorScope(this, sourceStack, stack);
    const options = namedForAccount(destinationScope, sourceStack, stack, props.destinationOptions);
    return createReplicatedBucket(destinationScope, 'Destination', bucketSettings(props), options).bucket;
  }
}

/** Throws when it is not clear where replicas go, or when they stay in the account. */
function checkCrossAccountInput(at: IConstruct, props: CrossAccountReplicationProps, isReplicated: boolean): void {
  const wrong = placeMistake(props) ?? (isReplicated ? roleMistake(props) : undefined);
  if (wrong) {
    throw mistake(at, wrong);
  }
  checkPairInput(at, props, false);
}

function roleMistake(props: CrossAccountReplicationProps): Mistake | undefined {
  const forRole = Object.keys(ofOurRole(props));
  return forRole.length === 0
    ? undefined
    : {
        saw: `${forRole.join(', ')} for source ${nameOf(bucketEnd(props.source))}, which is replicated already`,
        because: 'a source bucket has one role for all its rules',
        instead: `omit ${forRole.join(', ')} here, and give it to what replicates the source first`,
      };
}

function placeMistake({ source, destination, destinationStack }: CrossAccountReplicationProps): Mistake | undefined {
  const from = bucketEnd(source);
  if ((destination === undefined) === (destinationStack === undefined)) {
    return {
      saw: destination ? 'destination together with destinationStack' : 'neither destination nor destinationStack',
      because: 'the destination is either given, or created in a stack of the other account',
      instead: 'give one of the two',
    };
  }
  const to = destination && bucketEnd(destination);
  const account = to?.account ?? destinationStack!.account;
  const accounts = compare(from.account, account);
  // who uses this construct says that an imported bucket is in another account
  if (accounts === 'different' || (accounts === 'unclear' && to && !to.cfn)) {
    return undefined;
  }
  return {
    saw: `source ${nameOf(from)} in account ${shown(from.account)}, destination in account ${shown(account)}`,
    because:
      accounts === 'unclear'
        ? 'whether these are two accounts cannot be told at synthesis'
        : Token.isUnresolved(account)
          ? 'two accounts that are unknown count as one'
          : 'this is one account',
    instead:
      accounts === 'same'
        ? 'use ReplicatedBucketPair within one account, or set env.account (the account of fromBucketAttributes()) to the other one'
        : 'set env.account on both stacks',
  };
}
