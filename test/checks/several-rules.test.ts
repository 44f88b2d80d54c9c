import { App, aws_iam as iam, aws_kms as kms, aws_s3 as s3, CfnCondition, Duration, Fn, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { BucketReplication, ReplicationFilter, ReplicationRuleOptions } from '../../src';
import { quietApp } from '../app';
import { beside, bucket, ENV, KMS, l1 } from '../builders';

afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

const prefix = ReplicationFilter.prefix;
const WITH_ACLS = { objectOwnership: s3.ObjectOwnership.OBJECT_WRITER };

/** A destination in a stack, with a rule to it, and what may be changed when the rule is there. */
interface Rule {
  readonly destination?: s3.BucketProps;
  readonly abroad?: boolean;
  readonly options?: (stack: Stack) => ReplicationRuleOptions;
  readonly then?: (destination: s3.Bucket, source: s3.Bucket) => void;
}

/** A check that looks at every rule: what the source is like, a rule that it accepts, one that it does not, and what it says then. */
type Case = [name: string, source: s3.BucketProps, good: Rule, bad: Rule, says: RegExp];

const named = (stack: Stack, id: string) =>
  (stack.node.tryFindChild(id) as kms.Key | undefined) ?? new kms.Key(stack, id);
const condition = ({ stack }: s3.Bucket) =>
  (stack.node.tryFindChild('Exists') as CfnCondition | undefined) ??
  new CfnCondition(stack, 'Exists', { expression: Fn.conditionEquals('a', 'b') });
const deny = (it: s3.Bucket | kms.Key, action: string) =>
  it.addToResourcePolicy(
    new iam.PolicyStatement({
      ...{ sid: 'Locked', effect: iam.Effect.DENY, actions: [action], principals: [new iam.AnyPrincipal()] },
      resources: ['bucketArn' in it ? `${it.bucketArn}/*` : '*'],
    }),
  );
const NO_EXPIRATION = { lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }] };

const cases: Case[] = [
  [
    'versioning of the destination',
    {},
    {},
    { then: (it) => l1(it).addPropertyOverride('VersioningConfiguration.Status', 'Suspended') },
    /versioning of the destination 'Stack\/Bad\/Resource' is 'Suspended'/,
  ],
  [
    'Object Lock',
    { objectLockEnabled: true },
    { destination: { objectLockEnabled: true } },
    {},
    /destination 'Stack\/Bad' has not/,
  ],
  [
    'a condition',
    {},
    {},
    { then: (it) => (l1(it).cfnOptions.condition = condition(it)) },
    /destination 'Stack\/Bad' exists only under the condition/,
  ],
  [
    'what is left of the configuration',
    {},
    {},
    {
      options: () => ({ ruleId: 'bad' }),
      then: (_, source) => overrideRule(source, 'bad', 'Destination.Bucket', 'arn:aws:s3:::other'),
    },
    /is not the one of its BucketReplication \(1 of 2 rules are missing\)/,
  ],
  [
    'a prefix that was changed',
    {},
    {},
    { options: () => ({ ruleId: 'bad' }), then: (_, source) => overrideRule(source, 'bad', 'Filter.Prefix', 'other/') },
    /is not the one of its BucketReplication \(\[\{.*"Prefix":"other\/"/,
  ],
  [
    'a key for replicas',
    { encryption: KMS },
    { destination: { encryption: KMS } },
    {},
    /destination 'Stack\/Bad' has no KMS key/,
  ],
  [
    'an override of the encryption of the destination',
    { encryption: KMS },
    { destination: { encryption: KMS } },
    {
      destination: { encryption: KMS },
      then: (it) =>
        l1(it).addPropertyOverride(
          'BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.KMSMasterKeyID',
          'other',
        ),
    },
    /a property override of BucketEncryption on destination 'Stack\/Bad'/,
  ],
  [
    'replicas that stay SSE-S3',
    {},
    {},
    { destination: { encryption: KMS } },
    /so are their replicas: S3 does not apply the default encryption of 'Stack\/Bad' \(SSE-KMS\)/,
  ],
  [
    'destinationKey without sourceKeys',
    {},
    {},
    { options: (stack) => ({ destinationKey: named(stack, 'Key') }) },
    /so the replicas in 'Stack\/Bad' are too/,
  ],
  [
    'a disabled key for replicas',
    { encryption: KMS },
    { destination: { encryption: KMS } },
    {
      destination: { encryption: KMS },
      then: (it) => ((it.encryptionKey!.node.defaultChild as kms.CfnKey).enabled = false),
    },
    /the key 'Stack\/Bad\/Key\/Resource' of 'Stack\/Bad' is disabled/,
  ],
  [
    'a disabled key of the source',
    { encryption: KMS },
    { destination: { encryption: KMS } },
    {
      destination: { encryption: KMS },
      options: (stack) => ({ sourceKeys: [named(stack, 'Old')] }),
      then: (it) => ((named(it.stack, 'Old').node.defaultChild as kms.CfnKey).enabled = false),
    },
    /the key 'Stack\/Old\/Resource' of 'Stack\/Source' is disabled/,
  ],
  [
    'a Deny of the destination',
    {},
    {},
    { then: (it) => void deny(it, 's3:ReplicateObject') },
    /Locked in the policy 'Stack\/Bad\/Policy\/Resource' of destination 'Stack\/Bad' denies s3:ReplicateObject/,
  ],
  [
    'a Deny of delete markers',
    {},
    { then: (it) => void deny(it, 's3:ReplicateDelete') },
    { options: () => ({ deleteMarkerReplication: true }), then: (it) => void deny(it, 's3:ReplicateDelete') },
    /Locked in the policy 'Stack\/Bad\/Policy\/Resource' .* denies s3:ReplicateDelete/,
  ],
  [
    'a Deny of the key for replicas',
    { encryption: KMS },
    { destination: { encryption: KMS } },
    { destination: { encryption: KMS }, then: (it) => void deny(it.encryptionKey as kms.Key, 'kms:Encrypt') },
    /Locked in the policy of the destination key 'Stack\/Bad\/Key\/Resource' denies kms:Encrypt/,
  ],
  [
    'a Deny of a key of the source',
    { encryption: KMS },
    { destination: { encryption: KMS } },
    {
      destination: { encryption: KMS },
      options: (stack) => ({ sourceKeys: [named(stack, 'Old')] }),
      then: (it) => void deny(named(it.stack, 'Old'), 'kms:Decrypt'),
    },
    /Locked in the policy of the source key 'Stack\/Old\/Resource' denies kms:Decrypt/,
  ],
  [
    'ownership in another account',
    {},
    { abroad: true },
    {
      abroad: true,
      destination: { objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED },
      then: (it) => (l1(it).ownershipControls = { rules: [{ objectOwnership: WITH_ACLS.objectOwnership }] }),
    },
    /Object Ownership of destination 'Bad\/Bad' was changed/,
  ],
  [
    'a disabled rule',
    {},
    {},
    { options: () => ({ enabled: false, ruleId: 'bad' }) },
    /(Disabled: 'bad'|rule 'bad' is disabled)/,
  ],
  [
    'a prefix that begins with a slash',
    {},
    { options: () => ({ filter: prefix('good/') }) },
    { options: () => ({ filter: prefix('/bad/') }) },
    /The prefix '\/bad\/' is compared literally/,
  ],
  [
    'a prefix that ends with an asterisk',
    {},
    { options: () => ({ filter: prefix('good/') }) },
    { options: () => ({ filter: prefix('bad/*') }) },
    /The prefix 'bad\/\*' is compared literally/,
  ],
  [
    'expiration',
    { lifecycleRules: [{ expiration: Duration.days(9) }] },
    { destination: NO_EXPIRATION },
    {},
    /'Stack\/Bad' has no lifecycle rules/,
  ],
  [
    'access logs to itself',
    {},
    {},
    { destination: { serverAccessLogsPrefix: 'logs/' } },
    /destination 'Stack\/Bad' writes its server access logs to itself/,
  ],
  [
    'access logs to the source',
    {},
    {},
    { then: (it, source) => (l1(it).loggingConfiguration = { destinationBucketName: source.bucketName }) },
    /destination 'Stack\/Bad' writes its server access logs to the source/,
  ],
  [
    'access logs of others, into KMS',
    { encryption: KMS },
    { destination: { encryption: KMS } },
    {
      destination: { encryption: KMS },
      then: (it) => (l1(bucket(it.stack, 'Logged')).loggingConfiguration = { destinationBucketName: it.bucketName }),
    },
    /Other buckets write their server access logs to 'Stack\/Bad'/,
  ],
];

/** A detail of one rule, wherever the rule stands in the end. */
function overrideRule(source: s3.Bucket, id: string, path: string, value: string): void {
  const { rules } = source.stack.resolve(l1(source).replicationConfiguration);
  const index = rules.findIndex((it: { id: string }) => it.id === id);
  l1(source).addPropertyOverride(`ReplicationConfiguration.Rules.${index}.${path}`, value);
}

/** What is said about rules in this order, warnings and errors alike. */
function said(source: s3.BucketProps, rules: Record<string, Rule>): string {
  const app: App = quietApp();
  const stack = new Stack(app, 'Stack', { env: ENV });
  const from = bucket(stack, 'Source', source);
  const made = Object.entries(rules).map(([id, { destination: props, abroad, options, then }]) => {
    const home = abroad ? beside(stack, id, { ...ENV, account: '222222222222' }) : stack;
    const destination = bucket(home, id, { ...props, bucketName: abroad ? `the-${id.toLowerCase()}` : undefined });
    BucketReplication.of(from).addRule({ destination, ...options?.(stack) });
    return () => then?.(destination, from);
  });
  made.forEach((then) => then());
  let error = '';
  try {
    app.synth();
  } catch (thrown) {
    error = (thrown as Error).message;
  }
  const warnings = app.node
    .findAll()
    .flatMap(({ node }) => node.metadata.filter(({ type }) => type === 'aws:cdk:warning'));
  return [error, ...warnings.map(({ data }) => String(data))].filter(Boolean).join('\n');
}

test.each(cases)('two rules, of which one is not as it should be: %s', (_, source, good, bad, says) => {
  expect(said(source, { Good: good, Fine: good })).toBe('');
  expect(said(source, { Good: good, Bad: bad })).toMatch(says);
  expect(said(source, { Bad: bad, Good: good })).toMatch(says);
});
