import { aws_iam as iam, aws_kms as kms, aws_s3 as s3, Aws, CfnParameter } from 'aws-cdk-lib';
import { keyFor, ORGANIZATION, Place, scene, Scene } from './scene';
import { ACCOUNT, STRANGER } from '../plan';
import { BucketReplication, ReplicaGrantee, ReplicaGrants, ReplicationFilter } from 'cdk-s3-replication';

const S3 = new iam.ServicePrincipal('s3.amazonaws.com');

function given(at: Place, path?: string) {
  const stack = at.stack('Ours');
  const role = new iam.Role(stack, 'Role', { assumedBy: S3, roleName: at.name('bk-role'), path });
  return { stack, role };
}

/** Roles that a destination of another account lets in, in one app. */
export const GRANTS: readonly Scene[] = [
  scene(
    'a given role beside a grant by prefix',
    {
      path: ['/', '/a/', '/a/b/'],
      granted: ['accounts', 'organization', 'another path', 'another name', 'other accounts'],
      keys: ['none', 'one', 'another'],
    },
    (at, { path, granted, keys }) => {
      const { stack, role } = given(at, path);
      const theirs = at.theirs();
      const destination = new s3.Bucket(theirs, 'Replica', { encryptionKey: keyFor(theirs, 'Key', keys !== 'none') });
      const roles = {
        roleNamePrefix: at.name(granted === 'another name' ? 'cd-' : 'bk-'),
        rolePath: granted === 'another path' ? (path === '/' ? '/a/' : '/') : path,
      };
      ReplicaGrants.fromBucket(destination).replicasFrom(
        granted === 'organization'
          ? ReplicaGrantee.rolesOfOrganization(ORGANIZATION, roles)
          : ReplicaGrantee.rolesOfAccounts([granted === 'other accounts' ? '444444444444' : ACCOUNT], roles),
      );
      const source = new s3.Bucket(stack, 'Source', { encryptionKey: keyFor(stack, 'Key', keys !== 'none') });
      const destinationKey = keys === 'another' ? new kms.Key(theirs, 'Another') : undefined;
      new BucketReplication(stack, 'Replication', { source, role, rules: [{ destination, destinationKey }] });
      return { rules: 1 };
    },
  ),
  scene(
    'the owner of replicas in the grant and in the rule',
    { grant: [true, false], rule: ['unsaid', 'asked'], first: ['grant', 'rule'], tls: [false, true] },
    (at, { grant, rule, first, tls }) => {
      const { stack, role } = given(at);
      const theirs = at.theirs();
      const destination = new s3.Bucket(theirs, 'Replica', { objectOwnership: s3.ObjectOwnership.OBJECT_WRITER });
      const steps = [
        () =>
          ReplicaGrants.fromBucket(destination).replicasFrom(
            ReplicaGrantee.role({ account: ACCOUNT, roleName: at.name('bk-role') }),
            { ownerOverride: grant, enforceSSL: tls },
          ),
        () =>
          new BucketReplication(stack, 'Replication', {
            source: new s3.Bucket(stack, 'Source'),
            role,
            rules: [{ destination, ownerOverride: rule === 'asked' ? true : undefined }],
          }),
      ];
      (first === 'grant' ? steps : steps.reverse()).forEach((step) => step());
      return { rules: 1 };
    },
    ({ grant, rule, first, tls }) =>
      first === 'rule'
        ? !grant || tls
          ? /has let in already/
          : undefined
        : !grant && rule === 'asked'
          ? /ReplicaGrants let in without it/
          : undefined,
  ),
  scene(
    'a key for the destinations of one account',
    {
      keyLevel: ['L2', 'L1'],
      level: ['L2', 'L1'],
      names: ['given', 'made up'],
      destinations: [2, 3],
      sources: ['one', 'each'],
    },
    (at, { keyLevel, level, names, destinations, sources }) => {
      const [stack, theirs] = [at.stack('Ours'), at.theirs()];
      const key =
        keyLevel === 'L2'
          ? new kms.Key(theirs, 'Key')
          : new kms.CfnKey(theirs, 'Key', { keyPolicy: iamDecides(`arn:aws:iam::${STRANGER}:root`) });
      const keyArn = key instanceof kms.CfnKey ? key.attrArn : key.keyArn;
      const source = (i: number) =>
        new s3.Bucket(stack, `Source${i}`, { encryption: s3.BucketEncryption.KMS, bucketName: at.name(`source${i}`) });
      const shared = sources === 'one' ? source(0) : undefined;
      for (let i = 0; i < destinations; i++) {
        const bucketName = names === 'given' ? at.name(`replica${i}`) : undefined;
        const destination =
          level === 'L2' && !(key instanceof kms.CfnKey)
            ? new s3.Bucket(theirs, `Replica${i}`, { encryptionKey: key, bucketName })
            : new s3.CfnBucket(theirs, `Replica${i}`, { bucketName, bucketEncryption: encryptedWith(keyArn) });
        BucketReplication.of(shared ?? source(i)).addRule({ destination });
      }
      return { rules: destinations };
    },
  ),
  scene(
    'a destination that only its owner can let roles into',
    {
      name: ['literal', 'of the environment', 'of a parameter'],
      key: ['none', 'literal', 'of a parameter', 'another one in the rule'],
      region: ['eu-west-1', 'us-east-1'],
      prefix: ['', 'a*/${x}?'],
    },
    (at, { name, key, region, prefix }) => {
      const stack = at.stack('Ours');
      const text = (id: string, value: string) => new CfnParameter(stack, id, { default: value }).valueAsString;
      const arn = `arn:aws:kms:${region}:${STRANGER}:key/12345678-90ab-cdef-1234-567890abcdef`;
      const imported = (id: string, value: string) => kms.Key.fromKeyArn(stack, id, value);
      const encryptionKey = {
        none: () => undefined,
        literal: () => imported('ReplicaKey', arn),
        'of a parameter': () => imported('ReplicaKey', text('KeyArn', arn)),
        'another one in the rule': () => imported('ReplicaKey', arn.replace('key/1', 'key/9')),
      }[key]();
      const bucketName = {
        literal: () => at.name('backup'),
        'of the environment': () => `${at.name('backup')}-${Aws.ACCOUNT_ID}-${Aws.REGION}`,
        'of a parameter': () => text('Name', at.name('backup')),
      }[name]();
      const destination = s3.Bucket.fromBucketAttributes(stack, 'Replica', {
        ...{ bucketName, account: STRANGER, region, encryptionKey },
      });
      const destinationKey = key === 'another one in the rule' ? imported('RuleKey', arn) : undefined;
      const source = new s3.Bucket(stack, 'Source', {
        encryptionKey: keyFor(stack, 'Key', encryptionKey !== undefined),
      });
      BucketReplication.of(source).addRule({ destination, destinationKey, filter: ReplicationFilter.prefix(prefix) });
      const told = key === 'none' ? /The policy of the bucket/ : /The policy of the key/;
      return { rules: 1, told };
    },
  ),
  scene(
    'a Deny in the policy of the key that lets a role in',
    { who: ['rule', 'grant', 'prefix'], condition: ['nothing', 'type', 'elsewhere'], owner: ['theirs', 'ours'] },
    (at, { who, condition, owner }) => {
      const { stack, role } = given(at);
      const theirs = at.theirs();
      const key = new kms.Key(theirs, 'Key');
      const destination = new s3.Bucket(theirs, 'Replica', { encryptionKey: key });
      const grants = ReplicaGrants.fromBucket(destination);
      if (who === 'grant') {
        grants.replicasFrom(ReplicaGrantee.role({ account: ACCOUNT, roleName: at.name('bk-role') }));
      }
      if (who === 'prefix') {
        grants.replicasFrom(ReplicaGrantee.rolesOfAccounts([ACCOUNT], { roleNamePrefix: at.name('bk-') }));
      }
      const source = new s3.Bucket(stack, 'Source', { encryption: s3.BucketEncryption.KMS });
      new BucketReplication(stack, 'Replication', { source, role, rules: [{ destination }] });
      const denying = owner === 'theirs' ? key : (source.encryptionKey as kms.Key);
      denying.addToResourcePolicy(
        new iam.PolicyStatement({
          ...{ sid: 'Guard', effect: iam.Effect.DENY, principals: [new iam.AnyPrincipal()], resources: ['*'] },
          actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
          conditions: {
            nothing: {},
            type: { StringEquals: { 'aws:PrincipalType': 'AssumedRole' } },
            elsewhere: { StringEquals: { 'aws:PrincipalAccount': '999999999999' } },
          }[condition],
        }),
      );
      return { rules: 1 };
    },
    ({ condition }) => (condition === 'elsewhere' ? undefined : /would fail|denies/),
  ),
];

export const encryptedWith = (kmsMasterKeyId: string) => ({
  serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId } }],
});

const iamDecides = (root: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: root }, Action: 'kms:*', Resource: '*' }],
});
