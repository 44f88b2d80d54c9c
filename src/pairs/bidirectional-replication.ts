// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkRuleThere, checkTwoWay } from './two-way-input';
import { bucketEnd, definedBucket } from '../app/bucket';
import { compare } from '../app/environment';
import { given } from '../app/given';
import { bucketAttribute } from '../app/references';
import { deployedStack } from '../app/stacks';
import { CreatedBucketOptions } from '../buckets/created-bucket-options';
import { pairBuckets } from '../buckets/pair-buckets';
import { mirrorScope, twoWayStack } from '../buckets/replica-stack';
import { ReplicatedBucket, deleteBeforeEmptying } from '../buckets/replicated-bucket';
import { ReplicatedBucketOptions } from '../buckets/replicated-bucket-options';
import { checkGiven } from '../messages/given';
import { BucketReplication } from '../replication/bucket-replication';
import { handleFrom, handledFrom } from '../replication/handled-rules';
import { ReplicationRuleOptions, ruleOptions } from '../rules/replication-rule';

/** Properties of a BidirectionalReplication; options of the rules of both directions among them. */
export interface BidirectionalReplicationProps extends ReplicationRuleOptions, CreatedBucketOptions {
  /**
   * The bucket whose rules are in its template, as those of a pair; defined in this app, or imported into a stack of
   * its account. When one of the two buckets has rules already, that is the one to give here. Which one is first decides
   * about the templates, the order of your code does not.
   *
   * @default - a bucket is created in this construct's stack
   */
  readonly first?: s3.IBucket;

  /**
   * The other bucket. It is deployed before the first one, so CloudFormation cannot give it rules to there: a custom
   * resource in the stack of the first bucket writes all rules of this one.
   *
   * @default - a bucket is created
   */
  readonly second?: s3.IBucket;

  /**
   * The region of the second bucket when it is created. Its stack is a child of the first bucket's stack, named
   * `<stack name>-<first region>-replica-<second region>`.
   *
   * @default - the region of this construct's stack
   */
  readonly secondRegion?: string;

  /**
   * The stack for the second bucket when it is created, in any region and account.
   *
   * @default - the stack of this construct, or one that is made for `secondRegion`
   */
  readonly secondStack?: Stack;

  /**
   * Options of the rule from the first to the second bucket, in place of those for both directions. A rule between the
   * two with that filter which is there already, of a pair for example, stays as it is; to give options then is an error.
   *
   * @default - those for both directions
   */
  readonly firstToSecond?: ReplicationRuleOptions;

  /**
   * Options of the rule from the second to the first bucket, in place of those for both directions.
   *
   * @default - those for both directions
   */
  readonly secondToFirst?: ReplicationRuleOptions;

  /**
   * Whether the buckets have KMS keys of their own although `encryption` is not KMS, or another key is given; see
   * `ReplicatedBucketPairProps.keepEncryptionKeys`.
   *
   * @default false
   */
  readonly keepEncryptionKeys?: boolean;

  /**
   * Whether the buckets that are created are emptied before they are deleted. Needs `removalPolicy: DESTROY`.
   *
   * @default false
   */
  readonly autoDeleteObjects?: boolean;

  /**
   * Settings of the first bucket when it is created.
   *
   * @default - as for both buckets
   */
  readonly firstOptions?: ReplicatedBucketOptions;

  /**
   * Settings of the second bucket when it is created.
   *
   * @default - as for both buckets
   */
  readonly secondOptions?: ReplicatedBucketOptions;
}

const WORDS = {
  source: 'first',
  destination: 'second',
  destinationRegion: 'secondRegion',
  destinationStack: 'secondStack',
  sourceOptions: 'firstOptions',
  destinationOptions: 'secondOptions',
};

/**
 * Two buckets that replicate to each other, in one deployment: within a region, to another region, or to another
 * account. What is written to either is in both; S3 does not replicate replicas again, so nothing goes round.
 *
 * CloudFormation gives the first bucket its rule. It cannot give the second one a rule to a bucket that is not there
 * yet, so a custom resource does, whose Lambda function is in the stack of the first bucket (for two accounts in a stack
 * of its own, named `<stack of the second>-two-way-<region>`). The function adds and removes these rules and leaves
 * all others of the bucket as they are.
 *
 * Delete markers and changes of metadata are replicated in both directions, unless the options say something else. Where
 * both buckets get a version of one key at about the same time, both versions arrive at both; which one is the current
 * one then may differ. Neither lifecycle rules nor permanent deletes of versions are replicated.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/mrap-create-two-way-replication-rules.html
 */
export class BidirectionalReplication extends Construct {
  /** The first bucket. */
  public readonly first: s3.IBucket;

  /** The second bucket. From the stack of the first, refer to it by `secondBucketName` and `secondBucketArn`. */
  public readonly second: s3.IBucket;

  /** The replication of the first bucket, for more rules. */
  public readonly replicationOfFirst: BucketReplication;

  /** The replication of the second bucket, for more rules; the custom resource writes these, too. */
  public readonly replicationOfSecond: BucketReplication;

  /**
   * @throws when the props contradict each other, when S3 would refuse the replication in one of the directions, when
   * CloudFormation writes rules of the second bucket already, or when one of the buckets is in a nested stack
   */
  constructor(scope: Construct, id: string, props: BidirectionalReplicationProps = {}) {
    super(scope, id);
    checkGiven(this, props);
    checkTwoWay(this, props);
    const { first: source, second: destination, secondRegion, secondStack, firstOptions, secondOptions } = props;
    const {
      source: first,
      destination: second,
      encryptsWithKms,
    } = pairBuckets(
      this,
      {
        ...props,
        ...given({
          source,
          destination,
          destinationStack: secondStack,
          sourceOptions: firstOptions,
          destinationOptions: secondOptions,
        }),
        ...('secondRegion' in props ? { destinationRegion: secondRegion } : {}),
      },
      WORDS,
    );
    this.first = first.bucket;
    this.second = second.bucket;

    const rule = (from: ReplicatedBucket, to: ReplicatedBucket, own: ReplicationRuleOptions = {}) => {
      const options = given({ ...ruleOptions(props), ...given(own) });
      const { sourceKeys, destinationKey, filter } = options;
      return {
        deleteMarkerReplication: (filter?._tags.length ?? 0) === 0,
        replicaModifications: true,
        ...options,
        destination: to.bucket,
        sourceKeys: from.formerKeys.length > 0 ? [...(sourceKeys ?? []), ...from.formerKeys] : sourceKeys,
        destinationKey: destinationKey ?? (encryptsWithKms ? undefined : to.formerKeys[0]),
      };
    };
    this.replicationOfFirst = BucketReplication.of(this.first);
    const [forth, back] = [rule(first, second, props.firstToSecond), rule(second, first, props.secondToFirst)];
    const there = this.replicationOfFirst._ruleTo(this.second, forth.filter);
    if (there) {
      checkRuleThere(this, there, back, props.firstToSecond);
    } else {
      this.replicationOfFirst._addRule(this, forth);
    }
    this.handleSecond();
    this.replicationOfSecond = BucketReplication.of(this.second);
    this.replicationOfSecond._addRule(this, back);
    [this.replicationOfFirst, this.replicationOfSecond].forEach((replication) => replication._standIn(this));
    if (props.autoDeleteObjects && !source && !destination) {
      deleteBeforeEmptying(definedBucket(this.first)!, this.second);
      deleteBeforeEmptying(this.replicationOfSecond._writer, this.first);
    }
  }

  /**
   * The name of the second bucket, to be used in the stack of the first, whichever region it is in.
   */
  public get secondBucketName(): string {
    return bucketAttribute(bucketEnd(this.first).stack, bucketEnd(this.second), 'name');
  }

  /**
   * The ARN of the second bucket, to be used in the stack of the first, whichever region it is in.
   */
  public get secondBucketArn(): string {
    return bucketAttribute(bucketEnd(this.first).stack, bucketEnd(this.second), 'arn');
  }

  /** What is deployed after both buckets, and in the account of the second one: IAM is the same in all regions. */
  private handleSecond(): void {
    const [first, second] = [this.first, this.second].map(bucketEnd);
    // an imported bucket waits for nothing, so either direction can be in a template
    if (!first.cfn || !second.cfn || handledFrom(second.cfn)) {
      return;
    }
    const sameAccount = compare(first.account, second.account) === 'same';
    const stack = sameAccount ? deployedStack(first.stack) : twoWayStack(this, second.stack);
    const scope = mirrorScope(this, first.stack, stack);
    handleFrom(second.cfn, new Construct(scope, 'SecondToFirst'));
  }
}
