import {
  aws_codecommit as codecommit,
  aws_iam as iam,
  aws_s3 as s3,
  CfnOutput,
  NestedStack,
  pipelines,
  Stack,
  Stage,
} from 'aws-cdk-lib';
import { BucketReplication, ReplicatedBucketPair } from '../../src';
import { quietApp } from '../app';
import { beside, bucket, dependOn, ENV, flow, inEurope, key, pair } from '../builders';
import { errorsOf, expectMessage, messageOf, refuses } from '../messages';

describe('the order of deployment', () => {
  const ownStack = 'put replicas into a stack of their own';

  refuses([
    [
      'two regional stacks that hold the replicas of each other',
      (stack) => {
        const europe = inEurope(stack);
        flow(stack, { destination: bucket(europe, 'Destination') });
        flow(europe, { destination: bucket(stack, 'Destination') });
      },
      `[Europe/Replication] … destination 'Stack/Destination' in the stack 'Stack', which depends on the source's stack 'Europe' … must be deployed before the source … ${ownStack}`,
    ],
    [
      'a stack of replicas that the user made depend on the source',
      (stack) => {
        const europe = inEurope(stack);
        dependOn(europe, stack);
        flow(stack, { destination: bucket(europe, 'Destination') });
      },
      `[Stack/Replication] … in the stack 'Europe', which depends on … must be deployed before the source … ${ownStack}`,
    ],
    [
      'a destinationStack that depends on the source',
      (stack) => {
        const europe = inEurope(stack);
        dependOn(europe, stack);
        pair(stack, { destinationStack: europe });
      },
      `[Stack/Pair] … in the stack 'Europe', which depends on … must be deployed before the source … ${ownStack}`,
    ],
    [
      'a nested stack that waits for a bucket which waits for it',
      (stack) => {
        const nested = new NestedStack(stack, 'Nested');
        const outside = bucket(stack, 'Outside');
        BucketReplication.of(bucket(nested, 'Inside')).addRule({ destination: outside });
        BucketReplication.of(outside).addRule({ destination: bucket(nested, 'Other') });
      },
      "[Stack/Outside/Resource/BucketReplication] … a rule from 'Stack/Outside' to 'Stack/Nested/Other' that closes a circle around the nested stack 'Stack/Nested' … deploys a nested stack as a whole … into a stack of their own",
    ],
    [
      'a nested stack that waits for a bucket which waits for a key in it',
      (stack) => {
        const nested = new NestedStack(stack, 'Nested');
        const outside = bucket(stack, 'Outside');
        BucketReplication.of(outside).addRule({ destination: bucket(stack, 'Other'), destinationKey: key(nested) });
        BucketReplication.of(bucket(nested, 'Inside')).addRule({ destination: outside });
      },
      "[Stack/Nested/Inside/Resource/BucketReplication] … a rule from 'Stack/Nested/Inside' to 'Stack/Outside' that closes a circle around the nested stack 'Stack/Nested' … keys for them",
    ],
    [
      'a role in a stack that depends on the source',
      (stack) => {
        const later = beside(stack, 'Later');
        dependOn(later, stack);
        const role = new iam.Role(later, 'Role', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') });
        new BucketReplication(stack, 'Replication', { source: bucket(stack, 'Source'), role });
      },
      "[Stack/Replication] … role 'Later/Role' in the stack 'Later', which depends on the source's stack 'Stack' … must be deployed before the source … define the role in the stack of the source",
    ],
    [
      'access logs of the replica in a stack that depends on it',
      (stack) => {
        const europe = inEurope(stack);
        const later = beside(stack, 'Later', { ...ENV, region: 'eu-west-1' });
        dependOn(later, europe);
        pair(stack, {
          destinationStack: europe,
          destinationOptions: { serverAccessLogsBucket: bucket(later, 'Logs') },
        });
      },
      "[Europe/Stack/Pair] … serverAccessLogsBucket 'Later/Logs/Resource' in the stack 'Later', which depends on the bucket's stack 'Europe' … must be deployed before the bucket … in the stack of the bucket that uses it",
    ],
    [
      'two buckets that replicate to each other',
      (stack) => {
        const [a, b] = [bucket(stack, 'A'), bucket(stack, 'B')];
        BucketReplication.of(a).addRule({ destination: b });
        BucketReplication.of(b).addRule({ destination: a });
      },
      "[Stack/B/Resource/BucketReplication] … destination 'Stack/A' replicates, directly or through other buckets, to the source 'Stack/B' … can create neither … use BidirectionalReplication",
    ],
    [
      'three buckets in a circle',
      (stack) => {
        const [a, b, c] = [bucket(stack, 'A'), bucket(stack, 'B'), bucket(stack, 'C')];
        BucketReplication.of(a).addRule({ destination: b });
        BucketReplication.of(b).addRule({ destination: c });
        BucketReplication.of(c).addRule({ destination: a });
      },
      "[Stack/C/Resource/BucketReplication] … destination 'Stack/A' replicates, directly or through other buckets … can create neither … use BidirectionalReplication",
    ],
    [
      'a pair in each direction',
      (stack) => {
        const [a, b] = [bucket(stack, 'A'), bucket(stack, 'B')];
        pair(stack, { source: a, destination: b });
        new ReplicatedBucketPair(stack, 'Back', { source: b, destination: a });
      },
      "[Stack/Back] … destination 'Stack/A' replicates … can create neither … use BidirectionalReplication",
    ],
  ]);

  test('a dependency that closes the circle afterwards', () => {
    const stack = new Stack(quietApp(), 'Stack', { env: ENV });
    const europe = inEurope(stack);
    flow(stack, { destination: bucket(europe, 'Destination') });
    const message = messageOf(() => dependOn(europe, stack)); // core's message carries our reason
    expect(message).toContain("replication from 'Stack/Source' to 'Europe/Destination'");
    expect(message).toContain('replicas need a stack that does not depend on the source');
  });

  test('an output in the stack of the replicas that refers to the source', () => {
    const app = quietApp();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const europe = beside(stack, 'Replicas');
    const source = bucket(stack, 'Source');
    flow(stack, { destination: bucket(europe, 'Destination') }, source);
    new CfnOutput(europe, 'SourceName', { value: source.bucketName });
    const message = errorsOf(app);
    expect(message).toContain("replication from 'Stack/Source' to 'Replicas/Destination'");
    expect(message).toContain('replicas need a stack that does not depend on the source');
  });

  describe('after synthesis', () => {
    const late = 'after synthesis: … synthesized already … add rules before';

    test('of the app', () => {
      const app = quietApp();
      const stack = new Stack(app, 'Stack', { env: ENV });
      const replication = flow(stack);
      app.synth();
      expectMessage(
        messageOf(() => replication.addRule({ destination: bucket(stack, 'Other') })),
        `[Stack/Replication] a rule to 'Stack/Other' ${late}`,
      );
    });

    test('of the Stage', () => {
      const stage = new Stage(quietApp(), 'Stage', { env: ENV });
      const stack = new Stack(stage, 'Stack');
      const replication = flow(stack);
      stage.synth();
      expectMessage(
        messageOf(() => replication.addRule({ destination: s3.Bucket.fromBucketName(stack, 'Other', 'other') })),
        `[Stage/Stack/Replication] a rule to imported bucket 'other' ${late}`,
      );
    });

    test('of a Stage that is in a pipeline', () => {
      const app = quietApp();
      const repository = codecommit.Repository.fromRepositoryName(
        new Stack(app, 'Pipeline', { env: ENV }),
        'Code',
        'code',
      );
      const synth = new pipelines.ShellStep('Synth', {
        input: pipelines.CodePipelineSource.codeCommit(repository, 'main'),
        commands: ['npx cdk synth'],
      });
      const pipeline = new pipelines.CodePipeline(repository.stack, 'Pipeline', { synth });
      const stack = new Stack(new Stage(app, 'Prod', { env: ENV }), 'Stack');
      const replication = flow(stack);
      const destination = bucket(stack, 'Other');
      pipeline.addStage(Stage.of(stack)!);
      expectMessage(
        messageOf(() => replication.addRule({ destination })),
        `[Prod/Stack/Replication] a rule to 'Prod/Stack/Other' ${late}`,
      );
      app.synth(); // what was refused left no trace
    });

    test('of the destination’s Stage', () => {
      const app = quietApp();
      const stage = new Stage(app, 'Backup', { env: ENV });
      const destination = bucket(new Stack(stage, 'Stack'), 'Destination', { bucketName: 'backup' });
      const stack = new Stack(app, 'Stack', { env: ENV });
      flow(stack, { destination });
      stage.synth();
      const other = new BucketReplication(stack, 'Other', { source: bucket(stack, 'OtherSource') });
      expectMessage(
        messageOf(() => other.addRule({ destination })),
        `[Stack/Other] a rule to 'Backup/Stack/Destination' ${late}`,
      );
    });

    test('a first rule for a bucket of a synthesized Stage is not lost either', () => {
      const app = quietApp();
      const stage = new Stage(app, 'Stage', { env: ENV });
      const stack = new Stack(stage, 'Stack');
      const [source, destination] = [bucket(stack, 'Source'), bucket(stack, 'Destination')];
      stage.synth();
      expect(
        messageOf(() => {
          BucketReplication.of(source).addRule({ destination });
          app.synth();
        }),
      ).toMatch(/after (the first )?synth/);
    });
  });
});
