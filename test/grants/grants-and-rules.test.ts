import { aws_iam as iam, aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import {
  BucketReplication,
  BucketReplicationProps,
  ReplicaGrantee,
  ReplicaGrants,
  ReplicasFromOptions,
  ReplicationFilter,
} from '../../src';
import { quietApp } from '../app';
import { bucket, KMS } from '../builders';
import { expectMessage, messageOf } from '../messages';
import { flat, onlyIn, propertiesIn, statementsOf, warningsIn } from '../synthesized';

const [OURS, THEIRS] = ['111111111111', '222222222222'];
const ORGANIZATION = ReplicaGrantee.rolesOfOrganization('o-a1b2c3d4e5', { roleNamePrefix: 'data-' });
const WITH_ACLS = { objectOwnership: s3.ObjectOwnership.OBJECT_WRITER };
/** Keys that a grant for many roles lets this account write. */
const OWN = { filter: ReplicationFilter.prefix(`AWSLogs/${OURS}/`) };
const NAMED = { roleName: 'data-to-backup' };
const ROLE = ReplicaGrantee.role({ account: OURS, ...NAMED });
afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

/** Production in one account, and a bucket for its replicas in another one. */
function accounts(source: s3.BucketProps = {}, destination: s3.BucketProps = {}) {
  const app = quietApp();
  const ours = new Stack(app, 'Production', { env: { account: OURS, region: 'us-east-1' } });
  const theirs = new Stack(app, 'Backup', { env: { account: THEIRS, region: 'us-east-1' } });
  const [data, replica] = [bucket(ours, 'Data', source), bucket(theirs, 'Replica', destination)];
  return {
    ...{ app, ours, theirs, data, replica },
    grant: (grantee: ReplicaGrantee, options?: ReplicasFromOptions) =>
      ReplicaGrants.fromBucket(replica).replicasFrom(grantee, options),
    replicate: (props: Partial<BucketReplicationProps> = {}, rule = {}) =>
      new BucketReplication(ours, 'Replication', {
        source: data,
        rules: [{ destination: replica, ...rule }],
        ...props,
      }),
  };
}
const letIn = (stack: Stack) =>
  statementsOf(onlyIn(stack, 'AWS::S3::BucketPolicy').PolicyDocument, 'ReplicasFrom').map(
    ({ Condition: { ArnEquals, ArnLike } }) => flat((ArnEquals ?? ArnLike)['aws:PrincipalArn']).split(':role')[1],
  );

describe('a grant by prefix, and a rule whose role has a path', () => {
  test.each<[string, (stack: Stack) => Partial<BucketReplicationProps>, string | undefined]>([
    ['no path', () => NAMED, undefined],
    ['a path of the role that is made', () => ({ ...NAMED, rolePath: '/team/' }), '/team/data-to-backup'],
    [
      'a path of a role of the user',
      (stack) => ({
        role: new iam.Role(stack, 'Role', {
          ...NAMED,
          path: '/team/',
          assumedBy: new iam.ServicePrincipal('s3.amazonaws.com'),
        }),
      }),
      '/team/data-to-backup',
    ],
    [
      'a path of an imported role',
      (stack) => ({ role: iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${OURS}:role/team/data-to-backup`) }),
      '/team/data-to-backup',
    ],
  ])('%s', (_, props, added) => {
    const { ours, theirs, grant, replicate } = accounts();
    grant(ORGANIZATION);
    replicate(props(ours), OWN);
    expect(letIn(theirs)).toEqual(['/data-*', ...(added ? [added] : [])]);
  });

  test('a grant with the same path covers it, one with another path does not', () => {
    for (const [path, count] of [
      ['/team/', 1],
      ['/other/', 2],
    ] as const) {
      const { theirs, grant, replicate } = accounts();
      grant(ReplicaGrantee.rolesOfOrganization('o-a1b2c3d4e5', { roleNamePrefix: 'data-', rolePath: path }));
      replicate({ ...NAMED, rolePath: '/team/' }, OWN);
      expect(letIn(theirs)).toHaveLength(count);
    }
  });
});

describe('a grant that comes after a rule which changes the owner', () => {
  test.each<[string, ReplicaGrantee]>([
    ['for the role', ROLE],
    ['by prefix', ORGANIZATION],
    ['for accounts', ReplicaGrantee.rolesOfAccounts([OURS], { roleNamePrefix: 'data-' })],
  ])('is refused when it does not allow that, %s', (_, grantee) => {
    const { grant, replicate } = accounts({}, WITH_ACLS);
    replicate(NAMED);
    expectMessage(
      messageOf(() => grant(grantee, { ownerOverride: false })),
      "replicasFrom() for the role 'data-to-backup', which a rule of this app has let in already",
    );
  });

  test.each<[string, ReplicaGrantee, ReplicasFromOptions]>([
    ['allows it, too', ROLE, {}],
    ['is for another role', ReplicaGrantee.role({ account: OURS, roleName: 'another' }), { ownerOverride: false }],
  ])('is taken when it %s', (_, grantee, options) => {
    const { app, grant, replicate } = accounts({}, WITH_ACLS);
    replicate(NAMED);
    grant(grantee, options);
    expect(() => app.synth()).not.toThrow();
  });
});

describe('the key of a rule, beside a grant that lets the role in', () => {
  const usersOf = (stack: Stack, key: kms.Key) =>
    statementsOf(
      propertiesIn(stack, 'AWS::KMS::Key')[stack.getLogicalId(key.node.defaultChild as kms.CfnKey)].KeyPolicy,
      'ReplicasFrom',
    );

  test('is another one than that of the grant: its policy lets the role in', () => {
    const { theirs, grant, replicate } = accounts({ encryption: KMS });
    const [ofGrant, ofRule] = ['KeyOfGrant', 'KeyOfRule'].map((id) => new kms.Key(theirs, id));
    grant(ORGANIZATION, { encryptionKey: ofGrant });
    replicate(NAMED, { destinationKey: ofRule });
    expect(usersOf(theirs, ofGrant)).toHaveLength(1);
    const [statement, ...more] = usersOf(theirs, ofRule);
    expect(more).toEqual([]);
    expect(flat(statement.Condition.ArnEquals['aws:PrincipalArn'])).toMatch(/:role\/data-to-backup$/);
  });

  test('is the same one: nothing is added', () => {
    const { theirs, grant, replicate } = accounts({ encryption: KMS });
    const encryptionKey = new kms.Key(theirs, 'Key');
    grant(ORGANIZATION, { encryptionKey });
    replicate(NAMED, { ...OWN, destinationKey: encryptionKey });
    expect(usersOf(theirs, encryptionKey)).toHaveLength(1);
  });

  test('serves two destinations: a statement for each of them', () => {
    const { theirs, data, replicate } = accounts({ encryption: KMS }, { bucketName: 'the-backup' });
    const destinationKey = new kms.Key(theirs, 'Key');
    replicate(NAMED, { destinationKey });
    const destination = bucket(theirs, 'Second', { bucketName: 'the-second-backup' });
    BucketReplication.of(data).addRule({ destination, destinationKey });
    expect(usersOf(theirs, destinationKey)).toHaveLength(2);
  });
});

describe('a Deny in the policy of a key that was granted', () => {
  const denying = (statement: Partial<iam.PolicyStatementProps>, grantee: ReplicaGrantee) => {
    const { app, theirs, grant } = accounts({}, {});
    const encryptionKey = new kms.Key(theirs, 'Key');
    encryptionKey.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Locked',
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['kms:*'],
        resources: ['*'],
        ...statement,
      }),
    );
    grant(grantee, { encryptionKey });
    return app;
  };
  const via = (operator: string, host: string) => ({ conditions: { [operator]: { 'kms:ViaService': host } } });

  test.each<[string, Partial<iam.PolicyStatementProps>, ReplicaGrantee]>([
    ['everything', {}, ROLE],
    ['everything, of an organization', {}, ORGANIZATION],
    ['what decrypts', { actions: ['kms:Decrypt'] }, ROLE],
    ['what encrypts', { actions: ['kms:Encrypt'] }, ROLE],
    ['data keys', { actions: ['kms:GenerateDataKey*'] }, ROLE],
    ['another account', { conditions: { StringNotEquals: { 'aws:PrincipalAccount': THEIRS } } }, ROLE],
    [
      'every role but another one',
      { conditions: { ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/another' } } },
      ROLE,
    ],
    ['S3 of the region', via('StringEquals', 's3.us-east-1.amazonaws.com'), ROLE],
    ['all but S3 of another region', via('StringNotEquals', 's3.eu-west-1.amazonaws.com'), ROLE],
  ])('is an error when it hits %s', (_, statement, grantee) => {
    expect(messageOf(() => denying(statement, grantee).synth())).toMatch(
      /Locked in the policy of key 'Backup\/Key\/Resource' denies kms:/,
    );
  });

  test.each<[string, Partial<iam.PolicyStatementProps>]>([
    ['other actions', { actions: ['kms:ScheduleKeyDeletion'] }],
    ['S3 of another region', via('StringEquals', 's3.eu-west-1.amazonaws.com')],
    ['all but S3 of the region', via('StringNotEquals', 's3.us-east-1.amazonaws.com')],
    [
      'every role but this one',
      { conditions: { ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/data-to-backup' } } },
    ],
    ['another account', { conditions: { StringEquals: { 'aws:PrincipalAccount': '333333333333' } } }],
  ])('is none when it hits %s', (_, statement) => {
    expect(warningsIn(denying(statement, ROLE))).toEqual([]);
  });

  test('is a warning when nobody can tell', () => {
    const [text, ...more] = warningsIn(
      denying({ conditions: { StringEquals: { 'aws:PrincipalTag/team': 'data' } } }, ROLE),
    );
    expect(more).toEqual([]);
    expect(text).toMatch(/Locked in the policy of key 'Backup\/Key\/Resource' denies .* if it applies/);
  });
});
