import { aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { BucketReplication } from 'cdk-s3-replication';
import { AccessOptions, insideTheBucket, judgeAccess } from './judge';
import { quietApp } from '../app';
import { DeployedApp } from '../assembly/deployed';
import { readStacks } from '../assembly/stacks';
import { bucket, KMS } from '../builders';
import { judgeRules } from '../generated/rules';
import { rehearse, rehearseDestroy } from '../rehearsal/rehearse';

const [OURS, THEIRS] = ['111111111111', '222222222222'];
/** What `cdk bootstrap` made before: core lets the deployment of the source read outputs of the other stack. */
export const BOOTSTRAPPED = { roles: [`arn:aws:iam::${OURS}:role/cdk-hnb659fds-cfn-exec-role-${OURS}-us-east-1`] };

/** The region of the destination, and the properties of both buckets. */
interface Setting {
  readonly region: string;
  readonly source: s3.BucketProps;
  readonly destination: s3.BucketProps;
}

const cells = ['us-east-1', 'eu-west-1'].flatMap((region) =>
  [{}, { bucketName: 'the-data' }].flatMap((source) =>
    [{}, { bucketName: 'the-backup' }].flatMap((destination) =>
      (
        [
          ['SSE-S3', {}, {}],
          ['KMS', { encryption: KMS }, { encryption: KMS }],
          [
            'KMS with bucket keys',
            { encryption: KMS, bucketKeyEnabled: true },
            { encryption: KMS, bucketKeyEnabled: true },
          ],
          ['SSE-S3 to KMS', {}, { encryption: KMS }],
          ['ACLs', {}, { objectOwnership: s3.ObjectOwnership.OBJECT_WRITER }],
          ['Object Lock', { objectLockEnabled: true }, { objectLockEnabled: true }],
        ] as Array<[string, s3.BucketProps, s3.BucketProps]>
      ).map(([what, ours, theirs]): [string, Setting] => [
        [what, region, source.bucketName ?? 'made up', destination.bucketName ?? 'made up'].join(', '),
        { region, source: { ...source, ...ours }, destination: { ...destination, ...theirs } },
      ]),
    ),
  ),
);

/** Also what the other account has for the role. */
export const isOurs: AccessOptions['isOurs'] = (statement, ...about) =>
  insideTheBucket(statement, ...about) || `${statement.Sid}`.startsWith('ReplicasFrom');

/** Both sides of every kind of replication between two accounts, or of every so many-th. */
export function testTwoAccounts(step: number): void {
  afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

  test.each(cells.filter((_, i) => i % step === 0))(
    '%s: deploys, and has permission for what is needed only',
    async (_, setting) => {
      const app = quietApp();
      const ours = new Stack(app, 'Production', { env: { account: OURS, region: 'us-east-1' } });
      const theirs = new Stack(app, 'Backup', { env: { account: THEIRS, region: setting.region } });
      BucketReplication.of(bucket(ours, 'Data', setting.source)).addRule({
        destination: bucket(theirs, 'Replica', setting.destination),
        deleteMarkerReplication: true,
      });
      const stacks = readStacks(app.synth());
      const deployed = new DeployedApp(stacks);
      expect(judgeRules(deployed)).toEqual([]);
      const { findings, allowed } = await judgeAccess(deployed, { least: 'sample', isOurs });
      expect(findings).toEqual([]);
      expect(allowed).toBeGreaterThan(15);
      const { refusals, dead, windows, state } = rehearse(stacks, { outside: BOOTSTRAPPED });
      expect([...refusals, ...dead]).toEqual([]);
      expect(windows.length > 0).toBe(setting.source.bucketName === undefined);
      expect(rehearseDestroy(state).refusals).toEqual([]);
    },
  );
}
