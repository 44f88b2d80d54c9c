import {
  App,
  Aws,
  aws_iam as iam,
  aws_kms as kms,
  aws_s3 as s3,
  CfnParameter,
  NestedStack,
  RemovalPolicy,
  Stack,
  Stage,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Outside } from './rehearse';
import { beside, bucket, ENV, inEurope, key, KMS } from '../../test/builders';
import { BucketReplication, ReplicatedBucketPair, ReplicationFilter } from 'cdk-s3-replication';

/** An app and what of it is not as one would like it: nothing else may be. */
export interface Case {
  readonly define: (stack: Stack, app: App) => unknown;
  readonly outside?: Outside;
  /** Ids of the stacks in the order of their deployment; the default is the one stack that there is. */
  readonly order?: string[];
  /** Sources without a given name: their permissions come after their configuration, as the README says. */
  readonly unnamed?: string[];
  /** Buckets that the user has named and retains: they are in the way when the app is deployed again. */
  readonly named?: string[];
  /** Sources that are retained while their role is not, as the README says. */
  readonly dead?: string[];
}

const gone = { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true };
const EUROPE = 'App/ReplicaStack-eu-west-1';
const assumable = (scope: Construct) =>
  new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') });
const replicate = (scope: Construct, source: s3.IBucketRef, ...destinations: s3.IBucketRef[]) =>
  new BucketReplication(scope, 'Replication', { source, rules: destinations.map((destination) => ({ destination })) });
const pair = 'App/Pair/Source';

export const cases: Record<string, Case> = {
  'a pair in a region': { define: (stack) => new ReplicatedBucketPair(stack, 'Pair'), unnamed: [pair] },
  'a pair with names': {
    define: (stack) =>
      new ReplicatedBucketPair(stack, 'Pair', {
        sourceOptions: { bucketName: 'the-source' },
        destinationOptions: { bucketName: 'the-destination' },
      }),
    named: ['App/Pair/Destination', 'App/Pair/Source'],
  },
  'a pair with a name of tokens': {
    define: (stack) =>
      new ReplicatedBucketPair(stack, 'Pair', { sourceOptions: { bucketName: `source-${Aws.ACCOUNT_ID}` } }),
    named: ['App/Pair/Source'],
  },
  'a pair that is deleted with its objects': {
    define: (stack) => new ReplicatedBucketPair(stack, 'Pair', gone),
    unnamed: [pair],
  },
  'a named pair that is deleted with its objects': {
    define: (stack) =>
      new ReplicatedBucketPair(stack, 'Pair', { ...gone, sourceOptions: { bucketName: 'the-source' } }),
  },
  'a pair in two regions': {
    define: (stack) => new ReplicatedBucketPair(stack, 'Pair', { destinationRegion: 'eu-west-1' }),
    order: [EUROPE, 'App'],
    unnamed: [pair],
  },
  'a pair in two regions with keys that is deleted': {
    define: (stack) =>
      new ReplicatedBucketPair(stack, 'Pair', { ...gone, destinationRegion: 'eu-west-1', encryption: KMS }),
    order: [EUROPE, 'App'],
    unnamed: [pair],
  },
  'a named pair in two regions with keys': {
    define: (stack) =>
      new ReplicatedBucketPair(stack, 'Pair', {
        destinationRegion: 'eu-west-1',
        encryption: KMS,
        sourceOptions: { bucketName: 'the-source' },
        destinationOptions: { bucketName: 'the-destination' },
      }),
    order: [EUROPE, 'App'],
    named: ['App/ReplicaStack-eu-west-1/Pair/Destination', 'App/Pair/Source'],
  },
  'a pair with a stack for the destination, and Object Lock': {
    define: (stack) =>
      new ReplicatedBucketPair(stack, 'Pair', { destinationStack: inEurope(stack), objectLockEnabled: true }),
    order: ['Europe', 'App'],
    unnamed: [pair],
  },
  'two pairs with one source': {
    define: (stack) => {
      const source = bucket(stack, 'Source');
      for (const destinationRegion of ['eu-west-1', 'ap-southeast-2']) {
        new ReplicatedBucketPair(stack, destinationRegion, { source, destinationRegion });
      }
    },
    order: ['App/ReplicaStack-ap-southeast-2', EUROPE, 'App'],
    unnamed: ['App/Source'],
  },
  'pairs that share the stack of their replicas': {
    define: (stack) => {
      new ReplicatedBucketPair(stack, 'One', {
        destinationRegion: 'eu-west-1',
        sourceOptions: { bucketName: 'the-one' },
      });
      new ReplicatedBucketPair(stack, 'Two', { destinationRegion: 'eu-west-1', replicationTimeControl: true });
    },
    order: [EUROPE, 'App'],
    unnamed: ['App/Two/Source'],
    named: ['App/One/Source'],
  },
  'buckets of two stacks': {
    define: (stack) => replicate(stack, bucket(stack, 'Source'), bucket(beside(stack, 'Other'), 'Destination')),
    order: ['Other', 'App'],
    unnamed: ['App/Source'],
  },
  'named buckets of two stacks': {
    define: (stack) =>
      replicate(
        stack,
        bucket(stack, 'Source', { bucketName: 'the-source' }),
        bucket(beside(stack, 'Other'), 'Destination', { bucketName: 'the-destination' }),
      ),
    order: ['Other', 'App'],
    named: ['Other/Destination', 'App/Source'],
  },
  'L1 buckets': {
    define: (stack) => {
      const [source, destination] = ['Source', 'Destination'].map((id) => new s3.CfnBucket(stack, id));
      for (const it of [source, destination]) it.applyRemovalPolicy(RemovalPolicy.RETAIN);
      replicate(stack, source, destination);
    },
    unnamed: ['App/Source'],
  },
  'keys of the user': {
    define: (stack) =>
      replicate(
        stack,
        bucket(stack, 'Source', { encryption: KMS, encryptionKey: key(stack) }),
        bucket(inEurope(stack), 'Destination', { encryption: KMS }),
      ),
    order: ['Europe', 'App'],
    unnamed: ['App/Source'],
  },
  'several sources, destinations and filters': {
    define: (stack) => {
      const other = inEurope(stack);
      for (const id of ['One', 'Two']) {
        const replication = BucketReplication.of(bucket(stack, id));
        const to = bucket(other, id);
        replication.addRule({ destination: to, filter: ReplicationFilter.prefix('a/'), deleteMarkerReplication: true });
        replication.addRule({ destination: to, filter: ReplicationFilter.tags({ keep: 'yes' }), enabled: false });
        replication.addRule({
          destination: bucket(other, `${id}2`),
          filter: ReplicationFilter.prefixAndTags('b', { a: '1' }),
        });
      }
    },
    order: ['Europe', 'App'],
    unnamed: ['App/One', 'App/Two'],
  },
  'a rule that is disabled': {
    define: (stack) => new ReplicatedBucketPair(stack, 'Pair', { enabled: false }),
  },
  'a role of the user': {
    define: (stack) =>
      new BucketReplication(stack, 'Replication', {
        role: assumable(stack),
        source: bucket(stack, 'Source'),
        rules: [{ destination: bucket(stack, 'Destination') }],
      }),
    unnamed: ['App/Source'],
    dead: ['App/Source'],
  },
  'a role of the user for a named source': {
    define: (stack) =>
      new BucketReplication(stack, 'Replication', {
        role: assumable(stack),
        source: bucket(stack, 'Source', { bucketName: 'the-source' }),
        rules: [{ destination: bucket(stack, 'Destination') }],
      }),
    dead: ['App/Source'],
    named: ['App/Source'],
  },
  'a role of another stack': {
    define: (stack) =>
      new BucketReplication(stack, 'Replication', {
        role: assumable(beside(stack, 'Roles')),
        source: bucket(stack, 'Source', { bucketName: 'the-source' }),
        rules: [{ destination: bucket(stack, 'Destination') }],
      }),
    order: ['Roles', 'App'],
    dead: ['App/Source'],
    named: ['App/Source'],
  },
  'a role with a name': {
    define: (stack) =>
      new BucketReplication(stack, 'Replication', {
        roleName: 'replication',
        rolePath: '/s3/',
        source: bucket(stack, 'Source', { bucketName: 'the-source' }),
        rules: [{ destination: bucket(stack, 'Destination') }],
      }),
    dead: ['App/Source'],
    named: ['App/Source'],
  },
  'a pair in a nested stack': {
    define: (stack) => new ReplicatedBucketPair(new NestedStack(stack, 'Nested'), 'Pair'),
    unnamed: ['App/Nested/Pair/Source'],
  },
  'a pair in a nested stack of a nested stack to another region': {
    define: (stack) =>
      new ReplicatedBucketPair(new NestedStack(new NestedStack(stack, 'Outer'), 'Inner'), 'Pair', {
        destinationRegion: 'eu-west-1',
      }),
    order: [EUROPE, 'App'],
    unnamed: ['App/Outer/Inner/Pair/Source'],
  },
  'a destination in a nested stack': {
    define: (stack) =>
      replicate(stack, bucket(stack, 'Source'), bucket(new NestedStack(stack, 'Nested'), 'Destination')),
    unnamed: ['App/Source'],
  },
  'a source in a nested stack': {
    define: (stack) =>
      replicate(stack, bucket(new NestedStack(stack, 'Nested'), 'Source'), bucket(stack, 'Destination')),
    unnamed: ['App/Nested/Source'],
  },
  'two Stages': {
    define: (_, app) => {
      for (const id of ['Beta', 'Live']) {
        const stack = new Stack(new Stage(app, id, { env: ENV }), 'Data');
        new ReplicatedBucketPair(stack, 'Pair', { destinationRegion: 'eu-west-1' });
      }
    },
    order: ['App', 'Beta/Data/ReplicaStack-eu-west-1', 'Beta/Data', 'Live/Data/ReplicaStack-eu-west-1', 'Live/Data'],
    unnamed: ['Beta/Data/Pair/Source', 'Live/Data/Pair/Source'],
  },
  'a destination and a key from outside of the app': {
    define: (stack) =>
      new BucketReplication(stack, 'Replication', {
        source: bucket(stack, 'Source', { encryption: KMS, bucketName: 'the-source' }),
        rules: [
          {
            destination: s3.Bucket.fromBucketName(stack, 'There', 'there'),
            destinationKey: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:111111111111:key/1'),
          },
        ],
      }),
    outside: { buckets: ['there'], keys: ['arn:aws:kms:us-east-1:111111111111:key/1'] },
    named: ['App/Source'],
  },
  'a name that is a parameter': {
    define: (stack) => {
      const { valueAsString } = new CfnParameter(stack, 'Name', { default: 'from-a-parameter' });
      replicate(stack, bucket(stack, 'Source', { bucketName: valueAsString }), bucket(stack, 'Destination'));
    },
    named: ['App/Source'],
  },
};
