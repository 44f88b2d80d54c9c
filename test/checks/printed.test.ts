import { App, aws_iam as iam, aws_s3 as s3, Duration, RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib';
import recommended from 'aws-cdk-lib/recommended-feature-flags.json';
import { testApp } from '../app';
import { EMPTIED, ENCRYPTED, EU, silenced, US } from '../templates';
import { BucketReplication, ReplicatedBucketPair } from 'cdk-s3-replication';

const printed = silenced();

describe('what is printed', () => {
  const everything = (stack: Stack) => {
    new ReplicatedBucketPair(stack, 'Far', { ...EU, ...ENCRYPTED, ...EMPTIED });
    new ReplicatedBucketPair(stack, 'Near', { ...EMPTIED, objectLockEnabled: false });
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') });
    new BucketReplication(stack, 'Replication', {
      source: new s3.Bucket(stack, 'Named', { bucketName: 'data-of-mine' }),
      role,
      rules: [{ destination: new s3.CfnBucket(stack, 'Replicas') }],
    });
  };

  /** Warnings of ours and of deprecations; jsii prints each of the latter only once, so it is asked to throw instead. */
  const warnings = (define: (stack: Stack) => void) => {
    jest.replaceProperty(process, 'env', { ...process.env, JSII_DEPRECATED: 'fail' });
    const app = new App({
      analyticsReporting: false,
      context: { ...recommended, '@aws-cdk/core:defaultCrossStackReferences': 'weak' },
    });
    define(new Stack(app, 'App', { env: US }));
    return app.synth().stacks.flatMap(({ messages }) => messages.map(({ entry }) => String(entry.data)));
  };

  test('nothing: no warning, and no use of what aws-cdk-lib has deprecated', () => {
    expect(warnings(everything)).toEqual([]);
    expect(printed()).toEqual([]);
  });

  test('the judges: a warning of ours, a deprecated method', () => {
    expect(
      warnings((stack) => new ReplicatedBucketPair(stack, 'Pair', { removalPolicy: RemovalPolicy.DESTROY })).join(),
    ).toContain('autoDeleteObjects');
    expect(() => warnings(() => SecretValue.plainText('x'))).toThrow(/deprecated/);
  });

  test('no warning of ours, nor an error, for the plain use cases', () => {
    for (const props of [
      {},
      ENCRYPTED,
      EU,
      { ...EU, ...ENCRYPTED },
      { ...EU, objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(1)) },
    ]) {
      const app = testApp();
      new ReplicatedBucketPair(new Stack(app, 'App', { env: US }), 'Pair', props);
      const messages = app.synth().stacks.flatMap((stack) => stack.messages.map(({ entry }) => String(entry.data)));
      expect(messages.filter((line) => !line.includes('@aws-cdk/core:crossStackReferences'))).toEqual([]);
    }
  });
});
