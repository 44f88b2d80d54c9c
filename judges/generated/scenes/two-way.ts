import { aws_iam as iam, aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { Place, scene, Scene } from './scene';
import { ACCOUNT } from '../plan';
import {
  BidirectionalReplication,
  BucketReplication,
  MultiRegionReplication,
  ReplicatedBucketPair,
  ReplicationFilter,
} from 'cdk-s3-replication';

const KMS = s3.BucketEncryption.KMS;

/** What the rules of both directions may be asked for. */
const OPTIONS = {
  plain: {},
  prefix: { filter: ReplicationFilter.prefix('a/') },
  tags: { filter: ReplicationFilter.prefixAndTags('a/', { keep: 'yes' }) },
  'other ways back': {
    replicationTimeControl: true,
    secondToFirst: { storageClass: s3.StorageClass.INFREQUENT_ACCESS, enabled: false },
  },
};

/** Where the second bucket is. */
function otherStack(at: Place, stack: Stack, where: string): Stack {
  if (where === 'one stack') return stack;
  return where === 'two regions' ? at.stack('Other', ACCOUNT, 'eu-west-1') : at.theirs('Other', 'eu-west-1');
}

/** Rules that custom resources write: of buckets that replicate to each other, and of buckets that are not of the app. */
export const TWO_WAY: readonly Scene[] = [
  scene(
    'two buckets that replicate to each other',
    {
      where: ['one stack', 'two regions', 'two accounts'],
      buckets: ['made', 'given', 'a pair', 'first given'],
      kms: [false, true],
      lock: [false, true],
      options: ['plain', 'prefix', 'tags', 'other ways back'],
      more: [false, true],
    },
    (at, { where, buckets, kms: encrypted, lock, options, more }) => {
      const stack = at.stack('Data');
      const other = otherStack(at, stack, where);
      const [encryption, objectLockEnabled] = [encrypted ? KMS : undefined, lock || undefined];
      // the policy of a key names the bucket, which then has to have a name where that is another account
      const named = (text: string) => (where === 'two accounts' ? at.name(text) : undefined);
      const make = (scope: Stack, id: string) =>
        new s3.Bucket(scope, id, { encryption, objectLockEnabled, bucketName: named(id.toLowerCase()) });
      const settings = { encryption, objectLockEnabled };
      const asked = OPTIONS[options];
      const away = other === stack ? {} : { secondStack: other };
      const both = {
        made: () => new BidirectionalReplication(stack, 'Active', { ...asked, ...settings, ...away, firstOptions: { bucketName: named('first') } }), // prettier-ignore
        given: () => new BidirectionalReplication(stack, 'Active', { ...asked, first: make(stack, 'First'), second: make(other, 'Second') }), // prettier-ignore
        'first given': () => new BidirectionalReplication(stack, 'Active', { ...asked, ...away, first: make(stack, 'First') }), // prettier-ignore
        'a pair': () => {
          const destinationStack = other === stack ? undefined : other;
          const sourceOptions = { bucketName: named('first') };
          const pair = new ReplicatedBucketPair(stack, 'Pair', { ...settings, destinationStack, sourceOptions, filter: 'filter' in asked ? asked.filter : undefined }); // prettier-ignore
          return new BidirectionalReplication(stack, 'Active', { ...asked, first: pair.source, second: pair.destination, replicaModifications: false }); // prettier-ignore
        },
      }[buckets]();
      if (more) {
        const third = new s3.Bucket(other, 'Third', { encryption, objectLockEnabled });
        BucketReplication.of(both.second).addRule({ destination: third, filter: ReplicationFilter.prefix('b/') });
      }
      return { rules: more ? 3 : 2, mayDoMore: where === 'two accounts' };
    },
  ),
  scene(
    'buckets of many regions that replicate to each other',
    { regions: [2, 3, 4], buckets: ['made', 'given'], kms: [false, true], point: ['none', 'active', 'passive'] },
    (at, { regions, buckets, kms: encrypted, point }) => {
      const names = ['us-east-1', 'eu-west-1', 'ap-southeast-2', 'eu-central-1'].slice(0, regions);
      const encryption = encrypted ? KMS : undefined;
      const stack = at.stack('Hub');
      const given = (region: string, i: number) =>
        new s3.Bucket(i === 0 ? stack : at.stack(`In${i}`, ACCOUNT, region), 'Data', { encryption });
      const global = new MultiRegionReplication(stack, 'Global', {
        ...(buckets === 'made' ? { regions: names, encryption } : { buckets: names.map(given) }),
        accessPoint: point !== 'none',
        passiveRegions: point === 'passive' ? ['eu-west-1'] : undefined,
      });
      if (point !== 'none') {
        global.grantReadWrite(new iam.Role(stack, 'Writer', { assumedBy: new iam.AccountRootPrincipal() }));
      }
      return { rules: regions * (regions - 1) };
    },
  ),
  scene(
    'an imported source',
    {
      role: ['ours', 'theirs'],
      key: [false, true],
      region: ['us-east-1', 'eu-west-1'],
      by: ['of()', 'pair', 'both ways'],
      versioning: [false, true],
    },
    (at, { role, key, region, by, versioning }) => {
      const stack = at.stack('Shared');
      const name = at.name('shared');
      const keyArn = `arn:aws:kms:${region}:${ACCOUNT}:key/${at.id.toLowerCase()}`;
      const encryptionKey = key ? kms.Key.fromKeyArn(stack, 'Key', keyArn) : undefined;
      const source = s3.Bucket.fromBucketAttributes(stack, 'Source', { bucketName: name, region, encryptionKey });
      const destination = new s3.Bucket(stack, 'Replica', { encryption: key ? KMS : undefined });
      const theirs = `arn:aws:iam::${ACCOUNT}:role/${at.name('theirs')}`;
      if (role === 'theirs' || versioning) {
        new BucketReplication(stack, 'Replication', {
          source,
          enableVersioning: versioning,
          role: role === 'theirs' ? iam.Role.fromRoleArn(stack, 'Theirs', theirs) : undefined,
        });
      }
      if (by === 'pair') {
        new ReplicatedBucketPair(stack, 'Pair', { source, destination });
      } else if (by === 'both ways') {
        new BidirectionalReplication(stack, 'Active', { first: source, second: destination });
      } else {
        BucketReplication.of(source).addRule({ destination });
      }
      return {
        rules: by === 'both ways' ? 2 : 1,
        mayDoMore: true,
        told: /importedSourceIsShared/,
        outside: {
          keys: key ? [keyArn] : [],
          roles: role === 'theirs' ? [theirs] : [],
          buckets: [name],
        },
      };
    },
  ),
];
