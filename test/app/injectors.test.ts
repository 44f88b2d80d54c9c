import {
  App,
  aws_iam as iam,
  aws_kms as kms,
  aws_s3 as s3,
  InjectionContext,
  IPropertyInjector,
  PropertyInjectors,
  Stack,
} from 'aws-cdk-lib';
import { quietApp } from '../app';
import { ENV, KMS } from '../builders';
import { resources, silenced, Templates, templatesOf } from '../templates';
import { CrossAccountReplication, LogAggregationSRR, LogProducer, ReplicatedBucketPair } from 'cdk-s3-replication';

silenced();

/** As AWS shows it: what the construct is given goes before the default. */
const withDefaults = (constructUniqueId: string, defaults: object): IPropertyInjector => ({
  constructUniqueId,
  inject: (props: object, _: InjectionContext) => ({ ...defaults, ...props }),
});

function inApp(define: (stack: Stack, app: App) => void): Templates {
  const app = quietApp();
  PropertyInjectors.of(app).add(
    withDefaults(s3.Bucket.PROPERTY_INJECTION_ID, {
      lifecycleRules: [{ id: 'injected', expiredObjectDeleteMarker: true }],
      transferAcceleration: true,
      objectLockEnabled: true,
    }),
    withDefaults(kms.Key.PROPERTY_INJECTION_ID, { multiRegion: true }),
    withDefaults(iam.Role.PROPERTY_INJECTION_ID, {
      permissionsBoundary: { managedPolicyArn: 'arn:aws:iam::aws:policy/Boundary' },
    }),
  );
  define(new Stack(app, 'App', { env: ENV }), app);
  return templatesOf(app);
}

test.each<[string, (stack: Stack, app: App) => void]>([
  ['a pair', (stack) => new ReplicatedBucketPair(stack, 'It', { encryption: KMS })],
  [
    'a pair in two regions',
    (stack) => new ReplicatedBucketPair(stack, 'It', { encryption: KMS, destinationRegion: 'eu-west-1' }),
  ],
  [
    'a replication into another account',
    (stack, app) => {
      const destinationStack = new Stack(app, 'Other', { env: { ...ENV, account: '222222222222' } });
      const source = new s3.Bucket(stack, 'Source');
      new CrossAccountReplication(stack, 'It', { source, destinationStack, encryption: KMS });
    },
  ],
])('what %s makes takes the defaults of property injectors', (_, define) => {
  const templates = inApp(define);
  const buckets = resources(templates, 'AWS::S3::Bucket');
  expect(buckets).toHaveLength(2);
  for (const { Properties } of buckets) {
    expect(Properties.AccelerateConfiguration).toEqual({ AccelerationStatus: 'Enabled' });
    expect(Properties.ObjectLockEnabled).toBe(true);
    expect(Properties.LifecycleConfiguration?.Rules).toEqual([expect.objectContaining({ Id: 'injected' })]);
  }
  for (const { Properties } of resources(templates, 'AWS::KMS::Key')) expect(Properties.MultiRegion).toBe(true);
  const [role] = resources(templates, 'AWS::IAM::Role').filter(({ Properties }) =>
    JSON.stringify(Properties.AssumeRolePolicyDocument).includes('s3.amazonaws.com'),
  );
  expect(role.Properties.PermissionsBoundary).toBe('arn:aws:iam::aws:policy/Boundary');
});

test('what a log archive makes takes them too', () => {
  const templates = inApp((stack) =>
    new LogAggregationSRR(stack, 'It').addProducer('Trail', LogProducer.cloudTrail({ trailName: 'main' })),
  );
  const buckets = resources(templates, 'AWS::S3::Bucket');
  expect(buckets).toHaveLength(2);
  for (const { Properties } of buckets) {
    expect(Properties.LifecycleConfiguration?.Rules).toEqual([expect.objectContaining({ Id: 'injected' })]);
  }
});
