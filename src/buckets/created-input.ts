// SPDX-License-Identifier: Apache-2.0
import { Annotations, aws_s3 as s3, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { prefixMistake } from './bucket-name';
import { PAIR, PairInput, PairWords, bucketSettings } from './replicated-bucket';
import { bucketEnd } from '../app/bucket';
import { compare, shown } from '../app/environment';
import { keyPointer, regionOfKey, unusableKey } from '../app/key';
import { Mistake, mistake, together } from '../messages/mistake';

const MANAGED_KEY: [string, string] = [
  'replication with the AWS managed key aws/s3 is not known to work, ' +
    'and a rule names the key for replicas by its ARN, which nobody knows before it is used',
  'use BucketEncryption.KMS',
];

/** Why the other values of `encryption` are refused, and what to do instead. */
const OTHER_ENCRYPTION: { [value: string]: [string, string] } = {
  [s3.BucketEncryption.UNENCRYPTED]: [
    'S3 encrypts every object since January 2023, with SSE-S3 when nothing else is asked for',
    'use BucketEncryption.S3_MANAGED',
  ],
  [s3.BucketEncryption.KMS_MANAGED]: MANAGED_KEY,
  [s3.BucketEncryption.DSSE_MANAGED]: MANAGED_KEY,
  [s3.BucketEncryption.DSSE]: [
    'this construct does not create buckets with dual-layer encryption',
    'bring two buckets with BucketEncryption.DSSE, or use BucketEncryption.KMS',
  ],
};

/**
 * Throws when the props of a pair contradict each other; warns where they will be regretted.
 *
 * @param empties whether the construct has `autoDeleteObjects`
 */
export function checkPairInput(at: IConstruct, props: PairInput, empties = true, words = PAIR): void {
  const wrong = pairMistake(at, props, words);
  if (wrong) {
    throw mistake(at, wrong);
  }
  if (props.removalPolicy === RemovalPolicy.DESTROY && !props.autoDeleteObjects) {
    const remedy = empties
      ? 'Set autoDeleteObjects: true, or acknowledge this when you empty them yourself'
      : 'Empty them yourself before, and acknowledge this';
    Annotations.of(at).addWarningV2(
      'cdk-s3-replication:destroyNeedsEmptyBuckets',
      'removalPolicy is DESTROY without autoDeleteObjects: S3 deletes empty buckets only, ' +
        `so deleting the stacks fails as long as there is one object version in them. ${remedy}`,
    );
  }
}

function pairMistake(at: IConstruct, props: PairInput, words: PairWords): Mistake | undefined {
  const called = (name: keyof PairInput) => (name in words ? words[name as keyof PairWords] : name);
  const given = (...names: Array<keyof PairInput>) =>
    names.filter((name) => props[name] !== undefined && props[name] !== false).map(called);
  const bothBrought = props.source !== undefined && props.destination !== undefined;
  const contradictions: Array<[boolean, string[], string, string]> = [
    [
      props.destination !== undefined,
      given('destinationRegion', 'destinationStack', 'destinationOptions'),
      words.destination,
      `these describe the ${words.destination} bucket that is created when none is given`,
    ],
    [
      props.destinationRegion !== undefined,
      given('destinationStack'),
      words.destinationRegion,
      'either a stack is made for the region, or the stack is given',
    ],
    [
      props.source !== undefined,
      given('sourceOptions'),
      words.source,
      `these describe the ${words.source} bucket that is created when none is given`,
    ],
    [
      bothBrought,
      given(
        'encryption',
        'keepEncryptionKeys',
        'removalPolicy',
        'autoDeleteObjects',
        'objectLockEnabled',
        'objectLockDefaultRetention',
      ),
      `${words.source} and ${words.destination}`,
      'these describe buckets that are created, and none is',
    ],
  ];
  for (const [applies, others, prop, because] of contradictions) {
    if (applies && others.length > 0) {
      return together(prop, others, because);
    }
  }
  if (props.encryption !== undefined && OTHER_ENCRYPTION[props.encryption]) {
    const [because, instead] = OTHER_ENCRYPTION[props.encryption];
    return { saw: `encryption ${props.encryption}`, because, instead };
  }
  return nameMistake(props) ?? removalMistake(props) ?? bucketOptionsMistake(at, props, words);
}

function nameMistake({ sourceOptions, destinationOptions, ...props }: PairInput): Mistake | undefined {
  const oneRegion = props.destinationRegion === undefined && props.destinationStack === undefined;
  const names = (['bucketName', 'bucketNamePrefix'] as const).flatMap((prop) => {
    const name = sourceOptions?.[prop];
    const twice = name !== undefined && !Token.isUnresolved(name) && name === destinationOptions?.[prop];
    return twice && (prop === 'bucketName' || oneRegion) ? [`${prop} '${name}'`] : [];
  });
  return names.length === 0
    ? undefined
    : {
        saw: `${names[0]} for both buckets`,
        because: 'the name of a bucket is unique over all regions and accounts of a partition',
        instead: 'give one of the two another name, or none',
      };
}

function removalMistake(props: PairInput): Mistake | undefined {
  if (props.removalPolicy === RemovalPolicy.SNAPSHOT) {
    return {
      saw: 'removalPolicy snapshot',
      because: 'there are no snapshots of buckets',
      instead: 'use RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY',
    };
  }
  if (props.autoDeleteObjects && props.removalPolicy !== RemovalPolicy.DESTROY) {
    return {
      saw: `autoDeleteObjects with removalPolicy ${props.removalPolicy ?? 'retain (the default)'}`,
      because: 'a bucket that is retained must not be emptied',
      instead: 'set removalPolicy: RemovalPolicy.DESTROY, or leave out autoDeleteObjects',
    };
  }
  if (props.objectLockDefaultRetention && props.objectLockEnabled === false) {
    return {
      saw: 'objectLockDefaultRetention with objectLockEnabled: false',
      because: 'S3 keeps a retention with Object Lock only',
      instead: 'leave out one of the two',
    };
  }
  if (props.autoDeleteObjects && bucketSettings(props).objectLockEnabled) {
    return {
      saw: 'autoDeleteObjects with Object Lock',
      because:
        'object versions under retention or legal hold cannot be deleted, so emptying the bucket would fail half-way',
      instead: 'leave out autoDeleteObjects, and delete the buckets when their retention is over',
    };
  }
  return undefined;
}

function bucketOptionsMistake(at: IConstruct, props: PairInput, words: PairWords): Mistake | undefined {
  for (const prop of ['sourceOptions', 'destinationOptions'] as const) {
    const key = props[prop]?.encryptionKey;
    const problem = key && unusableKey(key);
    if (problem) {
      return {
        saw: `${words[prop]}.encryptionKey: '${key.node.path}' ${problem}`,
        because: 'S3 replicates with symmetric KMS keys, and permissions name a key by its ARN',
        instead: 'give the customer managed key itself, a kms.Key or Key.fromKeyArn() with its key ARN',
      };
    }
  }
  for (const { prop, options, region } of sides(at, props, words)) {
    const prefix = prefixMistake(prop, options, region);
    if (prefix) {
      return prefix;
    }
    const outside = (what: string, used: IConstruct | undefined, usedIn: string | undefined, because: string) =>
      used && usedIn !== undefined && compare(usedIn, region) === 'different'
        ? {
            saw: `${prop}.${what}: '${used.node.path}' in region ${shown(usedIn)} for a bucket in ${shown(region)}`,
            because,
            instead: `give one of region ${shown(region)}, or omit ${what}`,
          }
        : undefined;
    const { encryptionKey: key, serverAccessLogsBucket: logs } = options;
    const wrong =
      outside(
        'encryptionKey',
        key,
        key && regionOfKey(keyPointer(key)),
        "S3 encrypts with keys of the bucket's own region only, also where a key is a multi-Region key",
      ) ??
      outside(
        'serverAccessLogsBucket',
        logs,
        logs && knownRegion(logs),
        'S3 writes access logs to a bucket of the same region and account only',
      );
    if (wrong) {
      return wrong;
    }
  }
  return undefined;
}

/** The options of the buckets that are created, with the region of each. */
function sides(at: IConstruct, props: PairInput, words: PairWords) {
  const { region } = Stack.of(at);
  const ofDestination = props.destinationRegion ?? props.destinationStack?.region ?? region;
  return [
    { prop: words.sourceOptions, options: props.sourceOptions ?? {}, region },
    { prop: words.destinationOptions, options: props.destinationOptions ?? {}, region: ofDestination },
  ];
}

/** Of a bucket of the app, or as given for an imported one; without that, core assumes the region of the stack. */
function knownRegion(bucket: s3.IBucket): string | undefined {
  const { cfn, region, stack } = bucketEnd(bucket);
  return cfn || compare(region, stack.region) === 'different' ? region : undefined;
}
