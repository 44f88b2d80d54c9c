import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { aws_s3 as s3, Duration, Stack } from 'aws-cdk-lib';
import { DeployedBucket } from './deployed-rules';
import { deployed, synthesize } from './inline-app';
import { versions } from './objects';
import { LocalAws, startLocalAws } from './server';
import { runCanary, watchers } from './watch';
import { bucket, KMS } from '../../test/builders';
import { CrossAccountReplication, ReplicationCanary, ReplicationFilter } from 'cdk-s3-replication';

const THEIRS = '222222222222';
const lock = {
  objectLockEnabled: true,
  objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(30)),
};

let aws: LocalAws;
let buckets: Map<string, DeployedBucket>;
beforeAll(async () => {
  aws = await startLocalAws();
  const app = synthesize(({ app: root, us, europe }) => {
    bucket(europe, 'Unrelated');
    const theirs = new Stack(root, 'Theirs', { env: { account: THEIRS, region: 'eu-west-1' } });
    const source = bucket(us, 'Source', { bucketName: 'locked-source', encryption: KMS, ...lock });
    const { replication } = new CrossAccountReplication(us, 'Offsite', {
      source,
      destinationStack: theirs,
      filter: ReplicationFilter.prefixAndTags('gold/', { class: 'gold', 'cost center': 'a+b' }),
      ...lock,
    });
    new ReplicationCanary(us, 'Canary', { replication });
  });
  buckets = await deployed(aws, app);
}, 300_000);
afterAll(async () => aws?.stop());

test('keys, tags, default retention and another account: the probe arrives, and is locked for a minute', async () => {
  const source = buckets.get('Us/Source')!;
  const destination = [...buckets.values()].find(({ path }) => path.startsWith('Theirs/'))!;
  expect(await runCanary(watchers(aws), 120_000)).toMatchObject({ status: 'SUCCEEDED' });
  const key = 'gold/.replication-canary/probe';
  expect(await versions(destination, key)).toHaveLength(1);
  // waits pass fifty times as fast here, and the retention does not: it cannot be deleted yet
  const [VersionId, ...more] = await versions(source, key);
  expect(more).toEqual([]);
  const { ObjectLockMode, ObjectLockRetainUntilDate } = await source.s3.send(
    new HeadObjectCommand({ Bucket: source.name, Key: key, VersionId }),
  );
  expect(ObjectLockMode).toBe('GOVERNANCE');
  expect(ObjectLockRetainUntilDate!.getTime() - Date.now()).toBeLessThanOrEqual(60_000);
}, 180_000);
