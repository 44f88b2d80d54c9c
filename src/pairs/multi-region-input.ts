// SPDX-License-Identifier: Apache-2.0
import { Annotations, aws_s3 as s3, Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { unfitForTwoWay } from './two-way-input';
import { BucketEnd, nameOf } from '../app/bucket';
import { compare, partitionOf, shown } from '../app/environment';
import { isNested, sameStage } from '../app/stacks';
import { checkPairInput } from '../buckets/created-input';
import { PairInput } from '../buckets/replicated-bucket';
import { ReplicatedBucketOptions } from '../buckets/replicated-bucket-options';
import { Mistake, mistake, together } from '../messages/mistake';
import { ReplicationRuleOptions } from '../rules/replication-rule';

interface MultiRegionInput extends PairInput, ReplicationRuleOptions {
  readonly regions?: readonly string[];
  readonly buckets?: readonly s3.IBucket[];
  readonly bucketOptions?: ReplicatedBucketOptions;
  readonly accessPoint?: boolean;
  readonly passiveRegions?: readonly string[];
}

const OF_CREATED = [
  'bucketOptions',
  'encryption',
  'keepEncryptionKeys',
  'removalPolicy',
  'autoDeleteObjects',
  'objectLockEnabled',
  'objectLockDefaultRetention',
] as const;

/** Throws when the props contradict each other. */
export function checkMultiRegionInput(at: IConstruct, props: MultiRegionInput): void {
  const wrong = propsMistake(at, props);
  if (wrong) {
    throw mistake(at, wrong);
  }
  const { encryption, removalPolicy, autoDeleteObjects, objectLockEnabled, objectLockDefaultRetention } = props;
  const settings = { encryption, removalPolicy, autoDeleteObjects, objectLockEnabled, objectLockDefaultRetention };
  if (props.regions) {
    checkPairInput(at, settings);
  }
}

function propsMistake(at: IConstruct, props: MultiRegionInput): Mistake | undefined {
  const { regions, buckets, bucketOptions = {} } = props;
  if ((regions === undefined) === (buckets === undefined)) {
    return {
      saw: regions ? 'regions together with buckets' : 'neither regions nor buckets',
      because: 'the buckets are either given, or created in these regions',
      instead: 'give one of the two',
    };
  }
  const ofOne = (['ruleId', 'priority', 'sourceKeys', 'destinationKey'] as const).filter((prop) => props[prop]);
  if (ofOne.length > 0) {
    return {
      saw: `${ofOne.join(', ')} for the rules of all buckets`,
      because: 'S3 wants it to differ between the rules of a bucket, or from region to region',
      instead: `leave out ${ofOne.join(', ')}; buckets that you give are replicated with their default keys`,
    };
  }
  const ofCreated = OF_CREATED.filter((prop) => props[prop] !== undefined && props[prop] !== false);
  if (buckets && ofCreated.length > 0) {
    return together('buckets', ofCreated, 'these describe buckets that are created, and none is');
  }
  if (props.passiveRegions && !props.accessPoint) {
    return {
      saw: 'passiveRegions without accessPoint',
      because: 'it says where a Multi-Region Access Point sends requests',
      instead: 'set accessPoint: true, or leave out passiveRegions',
    };
  }
  const ofRegion = (['bucketName', 'encryptionKey', 'serverAccessLogsBucket'] as const).filter(
    (prop) => bucketOptions[prop] !== undefined,
  );
  if (ofRegion.length > 0) {
    return {
      saw: `bucketOptions.${ofRegion.join(', ')} for buckets in several regions`,
      because: 'names are unique, and keys and buckets for access logs belong to one region',
      instead: 'define the buckets, and give them in buckets; bucketNamePrefix names buckets by their region',
    };
  }
  return regions && regionsMistake(Stack.of(at), regions);
}

function regionsMistake({ region: own, node }: Stack, regions: readonly string[]): Mistake | undefined {
  const twice = regions.find((region, index) => regions.indexOf(region) !== index);
  if (twice !== undefined) {
    return {
      saw: `regions with '${twice}' twice`,
      because: 'there is one bucket in a region',
      instead: 'name each region once',
    };
  }
  if (Token.isUnresolved(own)) {
    return {
      saw: `regions for a stack '${node.path}' of unknown region`,
      because: 'a reference from one region to another needs both regions at synthesis',
      instead: "set env.region on the stack, for example env: { region: 'us-east-1' }",
    };
  }
  if (!regions.includes(own)) {
    return {
      saw: `regions ${regions.join(', ')} in a stack of region ${shown(own)}`,
      because: 'the bucket of the stack is the one whose rules CloudFormation writes',
      instead: `add '${own}', or put this construct into a stack of one of the regions`,
    };
  }
  return regions.length < 2
    ? {
        saw: `one region, '${own}'`,
        because: 'replication needs two buckets',
        instead: 'name another region, or use ReplicatedBucketPair within one',
      }
    : undefined;
}

/** Throws for buckets that cannot replicate to each other. */
export function checkBuckets(at: IConstruct, ends: readonly BucketEnd[]): void {
  const [hub] = ends;
  const foreign = ends.find(({ account }) => compare(account, hub.account) !== 'same');
  const near = ends.find(({ region }, index) => ends.findIndex((other) => other.region === region) !== index);
  const imported = ends.find(({ cfn }) => !cfn);
  const apart = ends.find(({ stack }) => !sameStage(stack, hub.stack) || isNested(stack));
  const wrong: Mistake | undefined =
    (ends.length < 2 && {
      saw: `${ends.length} buckets`,
      because: 'replication needs two buckets',
      instead: 'give two or more',
    }) ||
    (imported && {
      saw: `bucket ${nameOf(imported)}, which is not defined in this app`,
      because: 'who owns it cannot be told that its rules are written from here',
      instead:
        'define the bucket in this app, or use BidirectionalReplication, or BucketReplication for each direction',
    }) ||
    (apart && {
      saw: `bucket ${nameOf(apart)} in the stack '${apart.stack.node.path}', which is nested or in another Stage`,
      because: 'the stack of the first bucket is deployed after those of all others',
      instead: 'define the buckets in stacks of one Stage that are not nested',
    }) ||
    (foreign && {
      saw: `bucket ${nameOf(foreign)} in account ${shown(foreign.account)}, ${nameOf(hub)} in ${shown(hub.account)}`,
      because: 'the rules of all buckets are written from the account of the first one',
      instead: 'use buckets of one account, or BidirectionalReplication for two of different accounts',
    }) ||
    (near && {
      saw: `two buckets in region ${shown(near.region)}`,
      because: 'there is one bucket in a region',
      instead: 'give one of them, or use BidirectionalReplication within a region',
    }) ||
    ends
      .slice(1)
      .map((end) => unfitForTwoWay(hub, end))
      .find((it) => it);
  if (wrong) {
    throw mistake(at, wrong);
  }
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiRegionAccessPointRestrictions.html */
const MAX_REGIONS = 17;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiRegionAccessPointRestrictions.html */
const REGIONS = [
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'sa-east-1',
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
];

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ConfiguringMrapOptInRegions.html */
const OPT_IN = [
  'af-south-1',
  'ap-east-1',
  'ap-south-2',
  'ap-southeast-3',
  'ap-southeast-4',
  'ca-west-1',
  'eu-central-2',
  'eu-south-1',
  'eu-south-2',
  'il-central-1',
  'me-central-1',
  'me-south-1',
];

/** Throws where S3 makes no Multi-Region Access Point of the buckets. */
export function checkAccessPointInput(
  at: IConstruct,
  ends: readonly BucketEnd[],
  passive: readonly string[] = [],
): void {
  const regions = ends.map(({ region }) => region);
  const strange = regions.find((region) => Token.isUnresolved(region) || ![...REGIONS, ...OPT_IN].includes(region));
  if (strange !== undefined) {
    throw mistake(at, {
      saw: `accessPoint with a bucket in region ${shown(strange)}`,
      because:
        partitionOf(strange) === 'aws' || Token.isUnresolved(strange)
          ? 'that is not known to be one of the regions that S3 has Multi-Region Access Points for'
          : 'S3 has Multi-Region Access Points in the partition aws only',
      instead: 'leave out accessPoint, or that region',
    });
  }
  if (regions.length > MAX_REGIONS) {
    throw mistake(at, {
      saw: `accessPoint for ${regions.length} regions`,
      because: `a Multi-Region Access Point has at most ${MAX_REGIONS}`,
      instead: 'leave out accessPoint, or some of the regions',
    });
  }
  const elsewhere = passive.find((region) => !regions.includes(region));
  if (elsewhere !== undefined || regions.every((region) => passive.includes(region))) {
    throw mistake(at, {
      saw: `passiveRegions ${passive.join(', ')} of the regions ${regions.join(', ')}`,
      because: 'S3 switches regions that have a bucket, and wants at least one of them to be active',
      instead: 'name some of these regions, or none',
    });
  }
  const optIn = regions.filter((region) => OPT_IN.includes(region));
  if (optIn.length > 0) {
    Annotations.of(at).addWarningV2(
      'cdk-s3-replication:accessPointInOptInRegion',
      `The access point has buckets in ${optIn.join(', ')}, regions that an account must enable. AWS says that access ` +
        'points there are for its SDKs and CLI, and it is not known whether CloudFormation makes them. ' +
        'Try it, and acknowledge this when it does',
    );
  }
}
