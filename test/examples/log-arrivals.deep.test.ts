import { readDeployedStacks } from './deployment';
import { loadExample } from './load';
import { inLocalOrganization } from './local-organization';
import { readStacks } from '../../judges/assembly/stacks';
import { callerOf, deployExample } from '../../judges/local-aws/arrivals';
import { bootstrap, deploy } from '../../judges/local-aws/cdk';
import { DeployedBucket, deployedBuckets } from '../../judges/local-aws/deployed-rules';
import { look, versions, write } from '../../judges/local-aws/objects';
import { createStack } from '../../judges/local-aws/raw-requests';
import { ACCOUNT, LocalAws, REGION, startLocalAws } from '../../judges/local-aws/server';

let aws: LocalAws;
beforeAll(async () => (aws = await startLocalAws()), 60_000);
afterAll(async () => aws?.stop());

const synthesize = (name: string) => loadExample(name).map((app) => app.synth().directory);

test('logs of every service in central-logs arrive under their own keys, once', async () => {
  const assemblies = synthesize('central-logs');
  await deployExample(aws, { name: 'central-logs', assemblies });
  const buckets = await deployedBuckets(aws, readDeployedStacks(assemblies[0]));
  const bucket = (path: string): DeployedBucket => buckets.get(`CentralLogs/${path}`)!;
  const day = '2026/11/23';
  const keys = {
    'Logs/Alb': `AWSLogs/${ACCOUNT}/elasticloadbalancing/${REGION}/${day}/${ACCOUNT}_elasticloadbalancing_app.shop_a.log.gz`,
    'Logs/Trail': `AWSLogs/${ACCOUNT}/CloudTrail/${REGION}/${day}/${ACCOUNT}_CloudTrail_${REGION}_a.json.gz`,
    'Logs/Access': `${ACCOUNT}/${REGION}/${bucket('Uploads').name}/${day}/2026-11-23-00-00-00-A1B2C3D4E5F60718`,
  };
  const central = bucket('Logs/Destination');
  for (const [source, key] of Object.entries(keys)) {
    expect((await look(central, key)).status).toBe('absent');
    await write(bucket(source), key);
    expect([(await look(bucket(source), key)).status, (await look(central, key)).status]).toEqual([
      'COMPLETED',
      'REPLICA',
    ]);
    expect(await versions(central, key)).toHaveLength(1);
  }
}, 120_000);

test('the template of organization-log-archive alone makes the baseline in any account; what is of another organization stays away', async () => {
  const [archiveApp, baselineApp] = await inLocalOrganization(aws, synthesize('organization-log-archive'));
  const archiveStacks = readStacks(archiveApp);
  const account = callerOf(archiveStacks);
  await bootstrap(aws, archiveStacks, account);
  await deploy(aws, { app: archiveApp, account });
  const central = (await deployedBuckets(aws, archiveStacks)).get('LogArchive/Archive/Destination')!;

  // 333333333333 is an organization of its own in the local AWS
  for (const [member, status] of [
    [ACCOUNT, ['COMPLETED', 'REPLICA']],
    ['333333333333', ['FAILED', 'absent']],
  ] as const) {
    const stacks = readStacks(baselineApp, { account: member, region: REGION });
    const created = await createStack(aws, stacks[0].name, stacks[0].template, stacks[0]);
    expect(created).toEqual({ status: 'CREATE_COMPLETE', reasons: [] });
    const source = (await deployedBuckets(aws, stacks)).get('LogBaseline/Logs/Logs')!;
    const key = `AWSLogs/${member}/vpcflowlogs/${REGION}/2026/11/23/${member}_vpcflowlogs_a.log.gz`;
    await write(source, key);
    expect([(await look(source, key)).status, (await look(central, key)).status]).toEqual(status);
  }
}, 120_000);
