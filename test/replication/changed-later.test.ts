import { Aspects, aws_iam as iam, aws_kms as kms, aws_s3 as s3, CfnResource, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { IConstruct } from 'constructs';
import { quietApp } from '../app';
import { ACCOUNT, bucket, ENV, inEurope, key, KMS, l1 } from '../builders';
import { errorsOf, expectMessage } from '../messages';
import {
  BucketReplication,
  CrossAccountReplication,
  ReplicatedBucketPair,
  ReplicaGrantee,
  ReplicaGrants,
} from 'cdk-s3-replication';

const THEIRS = { account: '222222222222', region: 'us-east-1' };
const ROLE = { account: ACCOUNT, roleName: 'replication' };

function stacks() {
  const app = quietApp();
  return { app, ours: new Stack(app, 'Data', { env: ENV }), theirs: new Stack(app, 'Backup', { env: THEIRS }) };
}

/** What naming aspects of companies do. */
const prefixNames = (scope: IConstruct) =>
  Aspects.of(scope).add({
    visit: (node) => {
      if (!s3.CfnBucket.isCfnBucket(node) || !node.bucketName || node.bucketName.startsWith('acme-')) return;
      node.addPropertyOverride('BucketName', `acme-${node.bucketName}`);
    },
  });

const textOf = (stack: Stack) => JSON.stringify(Template.fromStack(stack).toJSON());
const policyOf = (stack: Stack, type = 'AWS::S3::BucketPolicy') =>
  JSON.stringify(Object.values(Template.fromStack(stack).findResources(type))[0].Properties);
const keyStatements = (stack: Stack, id: string) => {
  const [, { Properties }] = Object.entries(Template.fromStack(stack).findResources('AWS::KMS::Key')).find(([name]) =>
    name.startsWith(id),
  )!;
  return Properties.KeyPolicy.Statement.filter(({ Sid }: { Sid?: string }) => Sid?.startsWith('ReplicasFrom'));
};

describe('the name of a destination', () => {
  test('is in the rule and the permissions as an aspect changes it', () => {
    const { app, ours } = stacks();
    const destination = bucket(inEurope(ours), 'Replica', { bucketName: 'replica' });
    BucketReplication.of(bucket(ours, 'Source')).addRule({ destination });
    prefixNames(app);
    expect(textOf(ours)).toContain(':s3:::acme-replica"');
    expect(textOf(ours)).toContain(':s3:::acme-replica/*"');
    expect(textOf(ours)).not.toContain(':s3:::replica');
  });

  test('is that of a later assignment', () => {
    const { ours } = stacks();
    const destination = new s3.CfnBucket(inEurope(ours), 'Replica', { bucketName: 'replica' });
    BucketReplication.of(bucket(ours, 'Source')).addRule({ destination });
    destination.bucketName = 'other';
    expect(textOf(ours)).toContain(':s3:::other"');
    expect(textOf(ours)).not.toContain(':s3:::replica');
  });

  test('is in destinationBucketArn, too', () => {
    const { app, ours } = stacks();
    const { destinationBucketArn } = new ReplicatedBucketPair(ours, 'Pair', {
      destinationRegion: 'eu-west-1',
      destinationOptions: { bucketName: 'replica' },
    });
    prefixNames(app);
    app.synth();
    expect(JSON.stringify(ours.resolve(destinationBucketArn))).toContain(':s3:::acme-replica"');
  });

  test('is in the policies of a bucket that the library makes in another account', () => {
    const { app, ours, theirs } = stacks();
    new CrossAccountReplication(ours, 'Offsite', {
      source: bucket(ours, 'Source', { encryption: KMS }),
      destinationStack: theirs,
    });
    prefixNames(app);
    expect(policyOf(theirs)).toMatch(/:s3:::acme-backup-offsite-\w+\/\*"/);
    expect(policyOf(theirs, 'AWS::KMS::Key')).toMatch(/:s3:::acme-backup-offsite-/);
    expect(textOf(theirs)).not.toContain(':s3:::backup-');
  });

  test('is in the policies of ReplicaGrants and its outputs without any rule', () => {
    const { app, theirs } = stacks();
    const backup = bucket(theirs, 'Backup', { bucketName: 'backup', encryption: KMS });
    ReplicaGrants.fromBucket(backup).replicasFrom(ReplicaGrantee.role(ROLE), { outputs: true });
    prefixNames(app);
    expect(policyOf(theirs)).toContain(':s3:::acme-backup/*"');
    expect(policyOf(theirs, 'AWS::KMS::Key')).toContain(':s3:::acme-backup/*"');
    expect(JSON.stringify(Template.fromStack(theirs).findOutputs('*'))).toContain('"acme-backup"');
    expect(textOf(theirs)).not.toMatch(/:s3:::backup|"backup"/);
    const [{ entry }] = Annotations.fromStack(theirs).findInfo('*', Match.stringLikeRegexp('fromBucketAttributes'));
    expect(entry.data).toContain('BucketName acme-backup');
  });

  test('that goes where others have written it is an error', () => {
    const { app, ours } = stacks();
    const destination = bucket(inEurope(ours), 'Replica', { bucketName: 'replica' });
    BucketReplication.of(bucket(ours, 'Source')).addRule({ destination });
    l1(destination).addPropertyDeletionOverride('BucketName');
    expectMessage(
      errorsOf(app),
      '[Europe/Replica/Resource/S3Replicas] the name of destination \'Europe/Replica\' was removed … they name the bucket "replica" … in the props of the bucket … :destinationRenamed]',
    );
  });

  test('that becomes an intrinsic is an error, also for ReplicaGrants alone', () => {
    const { app, theirs } = stacks();
    const backup = bucket(theirs, 'Backup', { bucketName: 'backup' });
    ReplicaGrants.fromBucket(backup).replicasFrom(ReplicaGrantee.role(ROLE));
    l1(backup).addPropertyOverride('BucketName', { 'Fn::Sub': 'backup-${AWS::Region}' });
    expectMessage(errorsOf(app), '[Backup/Backup/Resource/S3Replicas] the name … changed to {"Fn::Sub"');
  });

  test('that an aspect makes that of the source is an error', () => {
    const { app, ours } = stacks();
    const destination = bucket(inEurope(ours), 'Replica', { bucketName: 'replica' });
    BucketReplication.of(bucket(ours, 'Source', { bucketName: 'data' })).addRule({ destination });
    l1(destination).bucketName = 'data';
    expectMessage(errorsOf(app), "has the name of the source, 'data', in the end … :destinationNamedAsSource]");
  });
});

describe('the key of a destination in another account', () => {
  const encryptedWith = ({ keyArn }: kms.IKey) => ({
    serverSideEncryptionConfiguration: [
      { serverSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: keyArn } },
    ],
  });

  test.each<[string, (destination: s3.CfnBucket, encrypt: () => void) => void]>([
    ['an assignment', (_, encrypt) => encrypt()],
    [
      'an aspect',
      (destination, encrypt) =>
        void Aspects.of(destination).add({ visit: (node) => void (node === destination && encrypt()) }),
    ],
  ])('that %s sets after the rule lets the role in', (_, late) => {
    const { app, ours, theirs } = stacks();
    const destination = new s3.CfnBucket(theirs, 'Replica', { bucketName: 'the-backup' });
    const theirKey = key(theirs, 'Late');
    BucketReplication.of(bucket(ours, 'Source', { encryption: KMS })).addRule({ destination });
    late(destination, () => void (destination.bucketEncryption = encryptedWith(theirKey)));
    app.synth();
    app.synth({ force: true });
    expect(keyStatements(theirs, 'Late')).toHaveLength(1);
    expect(JSON.stringify(keyStatements(theirs, 'Late'))).toContain(':s3:::the-backup/*"');
    expect(textOf(ours)).toContain('ReplicaKmsKeyID');
    expect(Annotations.fromStack(ours).findWarning('*', Match.anyValue())).toEqual([]);
  });

  test('lets the role in when the source is encrypted after the rule', () => {
    const { ours, theirs } = stacks();
    const source = new s3.CfnBucket(ours, 'Source', { bucketName: 'the-data' });
    const destination = bucket(theirs, 'Replica', { bucketName: 'the-backup', encryptionKey: key(theirs, 'Their') });
    BucketReplication.of(source).addRule({ destination });
    source.bucketEncryption = encryptedWith(key(ours, 'Our'));
    expect(keyStatements(theirs, 'Their')).toHaveLength(1);
  });

  test('lets in the roles of ReplicaGrants alone', () => {
    const { theirs } = stacks();
    const backup = new s3.CfnBucket(theirs, 'Replica', { bucketName: 'the-backup' });
    ReplicaGrants.fromBucket(backup).replicasFrom(ReplicaGrantee.role(ROLE));
    backup.bucketEncryption = encryptedWith(key(theirs, 'Late'));
    expect(keyStatements(theirs, 'Late')).toHaveLength(1);
  });

  test('that is of AWS in the end is an error for ReplicaGrants alone', () => {
    const { app, theirs } = stacks();
    const backup = bucket(theirs, 'Backup');
    ReplicaGrants.fromBucket(backup).replicasFrom(ReplicaGrantee.role(ROLE));
    l1(backup).bucketEncryption = {
      serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault: { sseAlgorithm: 'aws:kms' } }],
    };
    expectMessage(errorsOf(app), "of 'Backup/Backup' was changed to the AWS managed key aws/s3 … :grantedKeyUnusable]");
  });
});

test('Object Ownership that is changed after replicasFrom() is an error, unless the grant says who owns replicas', () => {
  const build = (ownerOverride?: boolean) => {
    const { app, theirs } = stacks();
    const backup = bucket(theirs, 'Backup', { objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED });
    ReplicaGrants.fromBucket(backup).replicasFrom(ReplicaGrantee.role(ROLE), { ownerOverride });
    l1(backup).addPropertyOverride('OwnershipControls.Rules', [{ ObjectOwnership: 'ObjectWriter' }]);
    return app;
  };
  expectMessage(errorsOf(build()), "Object Ownership of 'Backup/Backup' was changed … :grantedOwnershipChanged]");
  build(false).synth();
  build(true).synth();
});

describe('the name of the role', () => {
  const roleOf = (stack: Stack) => Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role'))[0];
  const injector = {
    constructUniqueId: iam.Role.PROPERTY_INJECTION_ID,
    inject: (props: iam.RoleProps): iam.RoleProps => ({
      ...props,
      roleName: props.roleName ?? 'corp-replication',
      path: '/corp/',
    }),
  };

  test('that a property injector gives stays, and its role goes with the stack', () => {
    const app = quietApp();
    const stack = new Stack(app, 'Data', { env: ENV, propertyInjectors: [injector as never] });
    new ReplicatedBucketPair(stack, 'Pair');
    const { Properties, DeletionPolicy = 'Delete' } = roleOf(stack);
    expect([Properties.RoleName, Properties.Path, DeletionPolicy]).toEqual(['corp-replication', '/corp/', 'Delete']);
  });

  test('that a property injector gives is the one that other accounts let in', () => {
    const app = quietApp();
    const ours = new Stack(app, 'Data', { env: ENV, propertyInjectors: [injector as never] });
    const theirs = new Stack(app, 'Backup', { env: THEIRS });
    BucketReplication.of(bucket(ours, 'Source')).addRule({
      destination: bucket(theirs, 'Replica', { bucketName: 'the-backup' }),
    });
    expect(policyOf(theirs)).toContain(`::${ACCOUNT}:role/corp/corp-replication"`);
    expect(roleOf(ours).Properties.RoleName).toBe('corp-replication');
  });

  test.each<[string, (role: CfnResource) => void]>([
    ['an override', (role) => role.addPropertyOverride('RoleName', 'CORP_replication')],
    ['an assignment', (role) => void ((role as iam.CfnRole).roleName = 'CORP_replication')],
  ])('that an aspect gives by %s: it goes with the stack, whose next deployment would meet it', (_, name) => {
    const { app, ours } = stacks();
    BucketReplication.of(bucket(ours, 'Source')).addRule({ destination: bucket(ours, 'Replica') });
    Aspects.of(app).add({
      visit: (node) =>
        CfnResource.isCfnResource(node) && node.cfnResourceType === 'AWS::IAM::Role' ? name(node) : undefined,
    });
    const { Properties, DeletionPolicy = 'Delete' } = roleOf(ours);
    expect([Properties.RoleName, DeletionPolicy]).toEqual(['CORP_replication', 'Delete']);
  });
});
