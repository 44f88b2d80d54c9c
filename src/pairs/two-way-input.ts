// SPDX-License-Identifier: Apache-2.0
import { Annotations, aws_s3 as s3 } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { BucketEnd, bucketEnd, nameOf } from '../app/bucket';
import { isNested, sameStage } from '../app/stacks';
import { anchorOf } from '../flows/imported-sources';
import { Mistake, mistake } from '../messages/mistake';
import { handledFrom } from '../replication/handled-rules';
import { ReplicationRuleOptions } from '../rules/replication-rule';

interface TwoWayInput extends ReplicationRuleOptions {
  readonly first?: s3.IBucket;
  readonly second?: s3.IBucket;
}

/** Throws for what is wrong with two directions together; each rule is looked at when it is added. */
export function checkTwoWay(at: IConstruct, props: TwoWayInput): void {
  const [first, second] = [props.first, props.second].map((bucket) => bucket && bucketEnd(bucket));
  const wrong =
    keyMistake(props) ??
    [first, second].map((end) => end && placeMistake(end)).find((it) => it) ??
    (first && second ? unfitForTwoWay(first, second) : undefined);
  if (wrong) {
    throw mistake(at, wrong);
  }
}

function keyMistake({ destinationKey, sourceKeys }: ReplicationRuleOptions): Mistake | undefined {
  const prop = destinationKey ? 'destinationKey' : sourceKeys && 'sourceKeys';
  return prop === undefined
    ? undefined
    : {
        saw: `${prop} for both directions`,
        because: 'what is the source in one direction is the destination in the other, and has keys of its own',
        instead: `give ${prop} in firstToSecond, secondToFirst, or both`,
      };
}

function placeMistake(end: BucketEnd): Mistake | undefined {
  const { cfn, stack } = end;
  return cfn && isNested(stack)
    ? {
        saw: `bucket ${nameOf(end)} in the nested stack '${stack.node.path}'`,
        because: 'CloudFormation deploys a nested stack as a whole, and each direction waits for both buckets',
        instead: 'define both buckets in stacks that are not nested',
      }
    : undefined;
}

/** What is wrong with two buckets whose rules to each other are to be written from the first one. */
export function unfitForTwoWay(first: BucketEnd, second: BucketEnd): Mistake | undefined {
  if (!sameStage(first.stack, second.stack)) {
    return {
      saw: `first ${nameOf(first)} and second ${nameOf(second)} in different Stages`,
      because: 'what writes the rules of the second one is deployed after both, and CDK orders within one Stage only',
      instead: 'put the stacks of both buckets into one Stage',
    };
  }
  const rules = anchorOf(second)?.rules.length ?? 0;
  if (first.cfn && second.cfn && anchorOf(second) && !handledFrom(second.cfn)) {
    return {
      saw: `second ${nameOf(second)}, which has a BucketReplication with ${rules} rules in its template already`,
      because: 'a custom resource writes all rules of the second bucket, and CloudFormation would replace them',
      instead: `let ${nameOf(second)} be the first one, or create this construct before anything else replicates it`,
    };
  }
  return undefined;
}

/**
 * A rule that was there before keeps its options. Warns where they do not go with those of the other direction.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-for-metadata-changes.html
 */
export function checkRuleThere(
  at: IConstruct,
  there: ReplicationRuleOptions,
  back: ReplicationRuleOptions,
  asked: ReplicationRuleOptions = {},
): void {
  if (Object.values(asked).some((value) => value !== undefined)) {
    throw mistake(at, {
      saw: 'firstToSecond for two buckets between which there is a rule already',
      because: 'that rule stays as it is',
      instead: 'leave out firstToSecond, and give these options where that rule comes from',
    });
  }
  if (back.replicaModifications && !there.replicaModifications) {
    Annotations.of(at).addWarningV2(
      'cdk-s3-replication:replicaModificationsOnBothEnds',
      'The rule from the first to the second bucket was there before and has no replicaModifications, which S3 wants in both ' +
        'directions to replicate changes of metadata that are made to replicas. Set it where that rule comes from, ' +
        'or set replicaModifications: false here, or acknowledge this',
    );
  }
}
