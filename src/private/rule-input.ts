import { aws_s3 as s3, Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { leadsTo } from './anchors';
import { BucketEnd, givenName, importedKey, nameOf } from './bucket-end';
import { keyPointer, regionOfKey, unusableKey } from './encryption';
import { compare, deployedStack, isNested, partitionOf, sameStage, shown } from './environment';
import { canRefer } from './keys';
import { Mistake, mistake } from './mistake';
import { AddedRule, sameFlow } from './rules';
import { ReplicationRuleOptions } from '../replication-rule';

/** The storage classes that CloudFormation accepts for replicas. */
const STORAGE_CLASSES = [
  'DEEP_ARCHIVE',
  'GLACIER',
  'GLACIER_IR',
  'INTELLIGENT_TIERING',
  'ONEZONE_IA',
  'REDUCED_REDUNDANCY',
  'STANDARD',
  'STANDARD_IA',
];
const MAX_RULES = 1000;

/** Throws for what is wrong with a rule in itself. */
export function checkOptions(at: IConstruct, options: ReplicationRuleOptions): void {
  const wrong = optionMistakes(options)[0];
  if (wrong) {
    throw mistake(at, wrong);
  }
}

function optionMistakes(options: ReplicationRuleOptions): Mistake[] {
  const { ruleId, priority, filter, storageClass } = options;
  const found: Mistake[] = [];
  if (ruleId !== undefined && !Token.isUnresolved(ruleId) && !/^[\x20-\x7e]{1,255}$/.test(ruleId)) {
    found.push({
      saw: `ruleId '${ruleId}' (${ruleId.length} characters)`,
      because: 'S3 takes 1 to 255 ASCII characters as the ID of a rule',
      instead: 'shorten it, or leave ruleId off to have one made',
    });
  }
  if (
    priority !== undefined &&
    !Token.isUnresolved(priority) &&
    !(Number.isInteger(priority) && priority >= 0 && priority <= 2147483647)
  ) {
    found.push({
      saw: `priority ${priority}`,
      because: 'S3 takes whole numbers from 0 to 2147483647',
      instead: 'use one of these, or leave priority off to have one assigned',
    });
  }
  if (options.deleteMarkerReplication && filter && filter._tags.length > 0) {
    found.push({
      saw: `deleteMarkerReplication with a filter on the tags ${filter._tags.map(({ key }) => `'${key}'`).join(', ')}`,
      because: 'S3 does not support delete marker replication when a rule filters by tag',
      instead: 'filter by prefix only, or leave deleteMarkerReplication off',
    });
  }
  if (
    storageClass !== undefined &&
    !Token.isUnresolved(storageClass.value) &&
    !STORAGE_CLASSES.includes(storageClass.value)
  ) {
    found.push({
      saw: `storageClass ${storageClass.value}`,
      because: 'CloudFormation does not accept it for replicas',
      instead: `use one of ${STORAGE_CLASSES.join(', ')}`,
    });
  }
  if (options.replicationTimeControl && options.metrics === false) {
    found.push({
      saw: 'replicationTimeControl with metrics: false',
      because: 'S3 accepts Replication Time Control only together with metrics',
      instead: 'leave metrics off the props, or leave out replicationTimeControl',
    });
  }
  return found;
}

/** Throws when replication from source to destination cannot work or cannot be deployed. */
export function checkDestination(at: IConstruct, source: BucketEnd, destination: BucketEnd): void {
  const wrong = destinationMistake(source, destination);
  if (wrong) {
    throw mistake(at, wrong);
  }
}

function destinationMistake(source: BucketEnd, destination: BucketEnd): Mistake | undefined {
  const name = nameOf(destination);
  const sourceBucket = source.cfn!;
  if (destination.cfn === sourceBucket || (!destination.cfn && sameLiteralName(sourceBucket, destination))) {
    return {
      saw: `destination ${name} is the source bucket itself`,
      because: 'S3 replicates to another bucket only',
      instead: 'name another bucket as the destination',
    };
  }
  const notABucket = destination.cfn ? undefined : notAGeneralPurposeBucket(destination);
  if (notABucket) {
    return {
      saw: `destination ${name} is ${notABucket}`,
      because: 'S3 replicates to general purpose buckets, named by the ARN of the bucket',
      instead: 'import the bucket by its name or bucket ARN',
    };
  }
  const partitions = [partitionOf(source.region), partitionOf(destination.region)];
  if (partitions[0] && partitions[1] && partitions[0] !== partitions[1]) {
    return {
      saw: `destination ${name} in region ${shown(destination.region)} (partition ${partitions[1]}), source in ${shown(source.region)} (partition ${partitions[0]})`,
      because: 'S3 does not replicate across partitions',
      instead: 'choose a destination region of the same partition',
    };
  }
  const accounts = compare(source.account, destination.account);
  if (accounts === 'unclear') {
    return {
      saw: `account of destination ${name} ${shown(destination.account)}, of the source ${shown(source.account)}`,
      because: 'whether they are one account decides about permissions and cannot be told at synthesis',
      instead: 'set env.account on both stacks, or on neither',
    };
  }
  if (accounts === 'different') {
    return {
      saw: `destination ${name} in account ${shown(destination.account)}, source in account ${shown(source.account)}`,
      because:
        'the other account must let the replication role in with a bucket policy, which this version does not write',
      instead: 'use a destination in the same account, or CrossAccountReplication in the version that brings it',
    };
  }
  return destination.cfn ? undeployable(source, { ...destination, cfn: destination.cfn }) : undefined;
}

function undeployable(source: BucketEnd, destination: BucketEnd & { cfn: s3.CfnBucket }): Mistake | undefined {
  const name = nameOf(destination);
  if (leadsTo(destination.cfn, source.cfn!)) {
    return {
      saw: `destination ${name} replicates, directly or through other buckets, to the source ${nameOf(source)}`,
      because: 'each bucket would have to exist before the other, so CloudFormation can create neither',
      instead:
        'replicate in one direction; two-way replication needs a construct of its own, which this version does not have',
    };
  }
  if (!sameStage(source.stack, destination.stack)) {
    const given = givenName(destination.cfn);
    return given !== undefined && !Token.isUnresolved(given)
      ? undefined
      : {
          saw: `destination ${name} is in another Stage and has no literal name`,
          because: 'CDK refuses references from one Stage to another',
          instead: 'put the stacks of both buckets into one Stage, or give the destination a bucketName',
        };
  }
  if (deployedStack(source.stack) === deployedStack(destination.stack)) {
    return undefined;
  }
  if (isNested(destination.stack)) {
    return {
      saw: `destination ${name} is in the nested stack '${destination.stack.node.path}' of another stack`,
      because: 'the reference from the source to it would need exports or, across regions, custom resources',
      instead: 'define the destination bucket in a stack of its own that is not nested',
    };
  }
  if (compare(source.region, destination.region) === 'unclear') {
    return {
      saw: `region of destination ${name} ${shown(destination.region)}, of the source ${shown(source.region)}`,
      because: 'a reference between stacks of different regions needs both regions at synthesis',
      instead: 'set env.region on both stacks',
    };
  }
  return undefined;
}

/** Throws when the rule contradicts those that the source has already. */
export function checkAgainst(at: IConstruct, rule: AddedRule, others: readonly AddedRule[]): void {
  const { ruleId, priority } = rule.options;
  if (others.length >= MAX_RULES) {
    throw mistake(at, {
      saw: `rule number ${others.length + 1}`,
      because: `S3 takes at most ${MAX_RULES} rules for a source bucket`,
      instead: 'let one rule cover more: a shorter prefix, or the whole bucket',
    });
  }
  for (const other of others) {
    if (sameFlow(rule, other)) {
      throw mistake(at, {
        saw: `a second rule to ${nameOf(rule.destination)} with the same filter`,
        because: 'only the one with the higher priority would ever apply',
        instead: 'keep one of the two, or give them different filters',
      });
    }
    if (other.id === rule.id) {
      throw mistake(at, {
        saw: `ruleId '${ruleId}' twice`,
        because: 'S3 wants every rule of a source bucket to have an ID of its own',
        instead: 'use different ruleIds, or leave ruleId off',
      });
    }
    if (priority !== undefined && other.options.priority === priority) {
      throw mistake(at, {
        saw: `priority ${priority} twice (also of rule '${other.id}')`,
        because: 'S3 wants every rule of a source bucket to have a priority of its own',
        instead: 'use different priorities, or leave priority off',
      });
    }
  }
}

/** Throws when a key cannot encrypt or decrypt for the bucket it is named for, or cannot be referred to. */
export function checkKeys(
  at: IConstruct,
  source: BucketEnd,
  destination: BucketEnd,
  options: ReplicationRuleOptions,
): void {
  const imported = importedKey(destination);
  const uses = [
    ...(options.destinationKey ? [{ prop: 'destinationKey', key: options.destinationKey, bucket: destination }] : []),
    ...(imported ? [{ prop: 'encryptionKey of the destination', key: imported, bucket: destination }] : []),
    ...(options.sourceKeys ?? []).map((key) => ({ prop: 'sourceKeys', key, bucket: source })),
  ];
  for (const { prop, key, bucket } of uses) {
    const saw = `${prop}: '${key.node.path}'`;
    const problem = unusableKey(key);
    if (problem) {
      throw mistake(at, {
        saw: `${saw} ${problem}`,
        because:
          'S3 replicates with symmetric KMS keys, and permissions name a key by its ARN (an alias may point elsewhere tomorrow)',
        instead: 'give the customer managed key itself, a kms.Key or Key.fromKeyArn() with its key ARN',
      });
    }
    const region = regionOfKey(keyPointer(key));
    if (region !== undefined && compare(region, bucket.region) === 'different') {
      throw mistake(at, {
        ...wrongRegion(region, bucket),
        saw: `${saw} in region ${shown(region)}, ${nameOf(bucket)} in ${shown(bucket.region)}`,
      });
    }
    if (!canRefer(source.stack, keyPointer(key))) {
      throw mistake(at, {
        saw: `${saw} in ${isNested(Stack.of(key)) ? 'a nested stack of another stack' : 'another Stage'}`,
        because: 'the replication role cannot refer to it from its own stack',
        instead: 'define the key in a stack of the same Stage that is not nested, or give it with Key.fromKeyArn()',
      });
    }
  }
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html */
export function wrongRegion(region: string, bucket: BucketEnd): Mistake {
  return {
    saw: `${nameOf(bucket)} in ${shown(bucket.region)} with a key of region ${shown(region)}`,
    because: "S3 encrypts with keys of the bucket's own region only, also where a key is a multi-Region key",
    instead: `give a key of region ${shown(bucket.region)} (for a multi-Region key, the ARN of its replica there)`,
  };
}

function sameLiteralName(source: s3.CfnBucket, destination: BucketEnd): boolean {
  const name = destination.ref.bucketRef.bucketName;
  return !Token.isUnresolved(name) && givenName(source) === name;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function notAGeneralPurposeBucket({ ref, stack }: BucketEnd): string | undefined {
  const arn = Token.isUnresolved(ref.bucketRef.bucketArn)
    ? JSON.stringify(stack.resolve(ref.bucketRef.bucketArn))
    : ref.bucketRef.bucketArn;
  const name = ref.bucketRef.bucketName;
  if (/:s3express:|--x-s3(--|"|$)/.test(arn) || name.endsWith('--x-s3')) {
    return 'a directory bucket';
  }
  if (/:s3tables:|--table-s3("|$)/.test(arn)) {
    return 'a table bucket';
  }
  if (/:accesspoint[/:]|-s3alias("|$)|\.mrap("|$)/.test(arn)) {
    return 'an access point';
  }
  if (/:s3-outposts:|--ol-s3("|$)/.test(arn)) {
    return 'not a bucket';
  }
  return !Token.isUnresolved(ref.bucketRef.bucketArn) && !/^arn:[^:]+:s3:::[^/]+$/.test(arn)
    ? `named by '${arn}', which is not the ARN of a bucket`
    : undefined;
}
