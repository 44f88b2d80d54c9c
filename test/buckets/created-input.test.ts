import {
  App,
  Aws,
  aws_kms as kms,
  aws_s3 as s3,
  DefaultStackSynthesizer,
  Duration,
  IStackSynthesizer,
  LegacyStackSynthesizer,
  NestedStack,
  RemovalPolicy,
  Stack,
  Stage,
} from 'aws-cdk-lib';
import { ReplicatedBucketPairProps } from '../../src';
import { ACCOUNT, beside, bucket, ENV, importedKey, inEurope, key, KEY_ARN, KMS, pair } from '../builders';
import { Refusal, refuses } from '../messages';

describe('a pair', () => {
  const given = (props: (stack: Stack) => ReplicatedBucketPairProps) => (stack: Stack) => pair(stack, props(stack));
  const plain = (props: ReplicatedBucketPairProps) => given(() => props);
  const at = 'Stack/Pair';
  const created = 'these describe the destination bucket that is created when none is given';
  const brought = (stack: Stack) => ({ source: bucket(stack, 'Source'), destination: bucket(stack, 'Destination') });
  const locked = { objectLockEnabled: true, removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true };
  const lockFails = 'autoDeleteObjects with Object Lock … cannot be deleted … leave out autoDeleteObjects';

  describe('contradicts itself', () =>
    refuses([
      [
        'destination and destinationRegion',
        given((stack) => ({ destination: bucket(stack, 'Destination'), destinationRegion: 'eu-west-1' })),
        `[${at}] … destination together with destinationRegion … ${created} … leave out either destination or destinationRegion`,
      ],
      [
        'destination and destinationStack',
        given((stack) => ({ destination: bucket(stack, 'Destination'), destinationStack: stack })),
        `[${at}] … destinationStack … ${created} … leave out either`,
      ],
      [
        'destination and destinationOptions',
        given((stack) => ({ destination: bucket(stack, 'Destination'), destinationOptions: { bucketName: 'x' } })),
        `[${at}] … destination together with destinationOptions … ${created} … leave out either`,
      ],
      [
        'destinationRegion and destinationStack',
        given((stack) => ({ destinationRegion: 'eu-west-1', destinationStack: inEurope(stack) })),
        `[${at}] … destinationRegion together with destinationStack … either a stack is made for the region, or the stack is given … leave out either`,
      ],
      [
        'source and sourceOptions',
        given((stack) => ({ source: bucket(stack, 'Source'), sourceOptions: {} })),
        `[${at}] … source together with sourceOptions … the source bucket that is created when none is given … leave out either source or sourceOptions`,
      ],
      ...(
        [
          { encryption: KMS },
          { keepEncryptionKeys: true },
          { removalPolicy: RemovalPolicy.RETAIN },
          { autoDeleteObjects: true },
          { objectLockEnabled: true },
          { objectLockDefaultRetention: s3.ObjectLockRetention.compliance(Duration.days(1)) },
        ] as ReplicatedBucketPairProps[]
      ).map((prop): Refusal => [
        `both buckets and ${Object.keys(prop)}`,
        given((stack) => ({ ...brought(stack), ...prop })),
        `[${at}] … source and destination together with ${Object.keys(prop)} … these describe buckets that are created, and none is … leave out either`,
      ]),
      [
        'autoDeleteObjects without DESTROY',
        plain({ autoDeleteObjects: true }),
        `[${at}] … autoDeleteObjects with removalPolicy retain (the default) … must not be emptied … RemovalPolicy.DESTROY`,
      ],
      [
        'autoDeleteObjects with RETAIN_ON_UPDATE_OR_DELETE',
        plain({ autoDeleteObjects: true, removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE }),
        `[${at}] … removalPolicy retain-on-update-or-delete … must not be emptied … leave out autoDeleteObjects`,
      ],
      [
        'snapshots',
        plain({ removalPolicy: RemovalPolicy.SNAPSHOT }),
        `[${at}] … removalPolicy snapshot … no snapshots of buckets … use RETAIN`,
      ],
      ['autoDeleteObjects with Object Lock', plain(locked), `[${at}] … ${lockFails}`],
      [
        'autoDeleteObjects with a default retention',
        plain({
          ...locked,
          objectLockEnabled: undefined,
          objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(1)),
        }),
        `[${at}] … ${lockFails}`,
      ],
      [
        'autoDeleteObjects for the replica of a source with Object Lock',
        given((stack) => ({
          ...locked,
          objectLockEnabled: undefined,
          source: bucket(stack, 'Source', { objectLockEnabled: true }),
        })),
        `[${at}] … ${lockFails}`,
      ],
      [
        'a retention without Object Lock',
        plain({
          objectLockEnabled: false,
          objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(1)),
        }),
        `[${at}] … objectLockDefaultRetention with objectLockEnabled: false … with Object Lock only … leave out one of the two`,
      ],
      [
        'encryption UNENCRYPTED',
        plain({ encryption: s3.BucketEncryption.UNENCRYPTED }),
        `[${at}] … encryption UNENCRYPTED … S3 encrypts every object … S3_MANAGED`,
      ],
      [
        'encryption KMS_MANAGED',
        plain({ encryption: s3.BucketEncryption.KMS_MANAGED }),
        `[${at}] … encryption KMS_MANAGED … AWS managed key aws/s3 … BucketEncryption.KMS`,
      ],
      [
        'encryption DSSE_MANAGED',
        plain({ encryption: s3.BucketEncryption.DSSE_MANAGED }),
        `[${at}] … encryption DSSE_MANAGED … AWS managed key aws/s3 … BucketEncryption.KMS`,
      ],
      [
        'encryption DSSE',
        plain({ encryption: s3.BucketEncryption.DSSE }),
        `[${at}] … encryption DSSE … dual-layer … bring two buckets with BucketEncryption.DSSE`,
      ],
    ]));

  describe('cannot make its buckets', () =>
    refuses([
      [
        'a destinationRegion without a region of the source',
        (stack) => pair(beside(stack, 'Agnostic', {}), { destinationRegion: 'eu-west-1' }),
        "[Agnostic/Pair] destinationRegion 'eu-west-1' with a source stack 'Agnostic' of unknown region … needs both regions … env.region",
      ],
      [
        'a destinationRegion without a region of the given source',
        (stack) =>
          pair(stack, { source: bucket(beside(stack, 'Agnostic', {}), 'Source'), destinationRegion: 'eu-west-1' }),
        `[${at}] … a source stack 'Agnostic' of unknown region … needs both regions … env.region`,
      ],
      ...['eu-west', 'EU-WEST-1', 'eu_west_1', 'Ireland', 'us-east-1a', '', 'eu-west-1 '].map(
        (destinationRegion): Refusal => [
          `the region '${destinationRegion}'`,
          plain({ destinationRegion }),
          `[${at}] … destinationRegion '${destinationRegion}' … no region has such a code … such as 'eu-west-1'`,
        ],
      ),
      [
        'a region that is a token',
        plain({ destinationRegion: Aws.REGION }),
        `[${at}] … destinationRegion unknown at synthesis … known at synthesis … such as 'eu-west-1'`,
      ],
      [
        'the region of the source',
        plain({ destinationRegion: 'us-east-1' }),
        `[${at}] … destinationRegion 'us-east-1', which is the region of the source … same region … omit destinationRegion`,
      ],
      [
        'a region of another partition',
        plain({ destinationRegion: 'us-gov-west-1' }),
        `[${at}] … partition aws-us-gov … S3 does not replicate across partitions … the same partition`,
      ],
      ...['sourceOptions', 'destinationOptions'].map((options): Refusal => [
        `an alias as ${options}.encryptionKey`,
        given((stack) => ({ [options]: { encryptionKey: kms.Alias.fromAliasName(stack, 'Alias', 'alias/data') } })),
        `[${at}] ${options}.encryptionKey: 'Stack/Alias' … alias/data … symmetric KMS keys … give the customer managed key itself`,
      ]),
      [
        'a key of the source’s region for the replica',
        given((stack) => ({ destinationRegion: 'eu-west-1', destinationOptions: { encryptionKey: key(stack) } })),
        `[${at}] … destinationOptions.encryptionKey: 'Stack/Key' in region 'us-east-1' for a bucket in 'eu-west-1' … own region only … omit encryptionKey`,
      ],
      [
        'a key of the wrong region for the destinationStack',
        given((stack) => ({
          destinationStack: inEurope(stack),
          destinationOptions: { encryptionKey: importedKey(stack, KEY_ARN) },
        })),
        `[${at}] … destinationOptions.encryptionKey: 'Stack/ImportedKey' in region 'us-east-1' for a bucket in 'eu-west-1' … own region only … region 'eu-west-1'`,
      ],
      [
        'a key of another region for the source',
        given((stack) => ({ sourceOptions: { encryptionKey: key(inEurope(stack)) } })),
        `[${at}] … sourceOptions.encryptionKey: 'Europe/Key' in region 'eu-west-1' … own region only … region 'us-east-1'`,
      ],
      [
        'access logs of the replica in another region',
        given((stack) => ({
          destinationRegion: 'eu-west-1',
          destinationOptions: { serverAccessLogsBucket: bucket(stack, 'Logs') },
        })),
        `[${at}] destinationOptions.serverAccessLogsBucket: 'Stack/Logs' in region 'us-east-1' … same region … region 'eu-west-1'`,
      ],
      [
        'access logs of the source in another region',
        given((stack) => ({ sourceOptions: { serverAccessLogsBucket: bucket(inEurope(stack), 'Logs') } })),
        `[${at}] sourceOptions.serverAccessLogsBucket: 'Europe/Logs' in region 'eu-west-1' … same region … region 'us-east-1'`,
      ],
      [
        'a destinationStack of unknown region',
        given((stack) => ({ destinationStack: beside(stack, 'Other', { account: ACCOUNT }) })),
        '[Stack/Pair] … unknown at synthesis … whether they are one region … set env.region on both stacks',
      ],
      ...(
        [
          [new LegacyStackSynthesizer(), 'LegacyStackSynthesizer'],
          [
            new DefaultStackSynthesizer({ deployRoleArn: 'arn:aws:iam::111111111111:role/own' }),
            'DefaultStackSynthesizer with options',
          ],
        ] as Array<[IStackSynthesizer, string]>
      ).map(([synthesizer, kind]): Refusal => [
        `a destinationRegion with a ${synthesizer.constructor.name} of its own`,
        (stack) =>
          pair(new Stack(stack.node.root as App, 'Special', { env: ENV, synthesizer }), {
            destinationRegion: 'eu-west-1',
          }),
        `[Special/Pair] … stack 'Special' with a synthesizer of its own (${kind}) … cannot be derived from it … give it as destinationStack`,
      ]),
      [
        'a destinationStack in another Stage',
        given((stack) => ({
          destinationStack: new Stack(new Stage(stack.node.root as App, 'Backup'), 'Other', { env: ENV }),
        })),
        '[Stack/Pair] … is in another Stage and has no literal name … refuses references … into one Stage',
      ],
      [
        'a destinationStack that is nested in another stack',
        given((stack) => ({ destinationStack: new NestedStack(inEurope(stack), 'Nested') })),
        "[Stack/Pair] … in the nested stack 'Europe/Nested' … custom resources … not nested",
      ],
    ]));
});
