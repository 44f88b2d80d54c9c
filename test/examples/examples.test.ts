import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fullDiff } from '@aws-cdk/cloudformation-diff';
import { App } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks, NIST80053R5Checks } from 'cdk-nag';
import { readDeployedStacks, together } from './deployment';
import { contextOf, EXAMPLES, exampleNames, loadExample, ORGANIZATION } from './load';
import { tooEarlyInPipeline } from './pipeline-order';
import { judgeReader } from './reading-back';
import { ContentPlatform } from '../../examples/add-to-an-existing-app/content-platform';
import { judgeBatchJobs } from '../../judges/access/batch-jobs';
import { judgeCanaries } from '../../judges/access/canaries';
import { judgeHandlers, oursIn } from '../../judges/access/handlers';
import { judgeAccess } from '../../judges/access/judge';
import { DeployedApp } from '../../judges/assembly/deployed';
import { readStacks, StackOfApp } from '../../judges/assembly/stacks';
import { judgeRules } from '../../judges/generated/rules';
import { readFlows } from '../../scripts/demo/flows';

/** A template without what the stack synthesizer adds to it, which changes with the version of aws-cdk-lib. */
function written({ Parameters, Rules, ...template }: any): object {
  const { BootstrapVersion, ...parameters } = Parameters ?? {};
  const { CheckBootstrapVersion, ...rules } = Rules ?? {};
  const all = { ...template, ...nonEmpty({ Parameters: parameters }), ...nonEmpty({ Rules: rules }) };
  // the code of a function, which has tests of its own, and its runtime, which changes with aws-cdk-lib
  return JSON.parse(
    JSON.stringify(all, (key, it) => (key === 'ZipFile' ? 'code' : key === 'Runtime' ? 'the latest' : it)),
  );
}

const nonEmpty = (sections: Record<string, object>) =>
  Object.fromEntries(Object.entries(sections).filter(([, section]) => Object.keys(section).length > 0));

/** Examples with rules that CloudFormation cannot write. */
const BY_CUSTOM_RESOURCE = ['active-active', 'existing-bucket', 'two-way'];

/** What has no resource: notifications (of core), metrics of one namespace, jobs of one operation, logs and traces. */
const ON_ALL_RESOURCES = new RegExp(
  '^(s3:(PutBucketNotification|CreateJob|ListJobs)|cloudwatch:(PutMetricData|GetMetricData)|' +
    'logs:\\w*(LogDeliver|ResourcePolic|LogGroups)\\w*|xray:\\w+)$',
);

describe.each(exampleNames)('example %s', (name) => {
  let apps: App[];
  let assemblies: CloudAssembly[];
  let stacks: StackOfApp[];

  beforeAll(() => {
    apps = loadExample(name);
    assemblies = apps.map((app) => app.synth());
    stacks = together(assemblies.map((assembly) => readDeployedStacks(assembly)));
  });

  const artifacts = () => assemblies.flatMap(({ stacksRecursively }) => stacksRecursively);
  const resources = (templates: any[] = artifacts().map(({ template }) => template)) =>
    templates.flatMap(({ Resources }) => Object.values<{ Type: string; Properties?: any }>(Resources));

  test('synthesizes without an error or a warning', () => {
    expect(
      artifacts().flatMap(({ messages }) =>
        messages.filter(({ level }) => level !== 'info').map(({ entry }) => entry.data),
      ),
    ).toEqual([]);
  });

  test.each([
    ['AwsSolutions', AwsSolutionsChecks],
    ['NIST 800-53 R5', NIST80053R5Checks],
  ])('has no finding of cdk-nag %s', (_, Pack) => {
    expect(apps.flatMap((app) => new Pack().validateScope(app).violations)).toEqual([]);
  });

  test('needs nothing at deploy time but CloudFormation, where that can write all rules', () => {
    const types = resources().map(({ Type }) => Type);
    const custom = types.filter((type) => /^(AWS::Lambda|Custom::|AWS::CloudFormation::CustomResource)/.test(type));
    const byFunctions = [
      ...(BY_CUSTOM_RESOURCE.includes(name) ? ['Custom::S3ReplicationRules'] : []),
      ...(name === 'monitored-backup' ? ['Custom::S3BucketNotifications'] : []), // by the function of aws-cdk-lib
    ];
    const all = byFunctions.length > 0 ? ['AWS::Lambda::Function', ...byFunctions] : [];
    expect(new Set(custom)).toEqual(new Set(all));
  });

  test('passes nothing between stacks by exports or SSM parameters', () => {
    expect(resources().filter(({ Type }) => Type === 'AWS::SSM::Parameter')).toEqual([]);
    expect(
      artifacts()
        .flatMap(({ template }) => Object.values<any>(template.Outputs ?? {}))
        .filter(({ Export }) => Export),
    ).toEqual([]);
  });

  test('allows no role an action on all resources', () => {
    const documents = resources(stacks.map(({ template }) => template)).flatMap(({ Type, Properties }) => {
      if (Type === 'AWS::IAM::Role') return (Properties.Policies ?? []).map((policy: any) => policy.PolicyDocument);
      return /^AWS::IAM::(\w*Policy)$/.test(Type) ? [Properties.PolicyDocument] : [];
    });
    expect(documents).not.toEqual([]);
    for (const { Action, Resource, NotResource } of documents.flatMap((document) => document.Statement)) {
      expect(NotResource).toBeUndefined();
      const wide = [Resource].flat().includes('*') ? [Action].flat() : [];
      expect(wide.filter((it) => !ON_ALL_RESOURCES.test(it))).toEqual([]);
    }
  });

  test('replicates as S3 wants it, with permission for all that is needed and for nothing else', async () => {
    const deployed = new DeployedApp(stacks);
    expect(readFlows(deployed)).not.toEqual([]);
    expect(judgeRules(deployed)).toEqual([]);
    const options = { isOurs: oursIn(deployed), organization: ORGANIZATION };
    const { findings } = await judgeAccess(deployed, { least: 'sample', ...options });
    expect([
      ...findings,
      ...(await judgeHandlers(deployed)),
      ...(await judgeCanaries(deployed)),
      ...(await judgeBatchJobs(deployed)),
    ]).toEqual([]);
  });

  test('makes these templates', () => {
    for (const { templateFile, template } of stacks) expect(written(template)).toMatchSnapshot(templateFile);
  });

  test('has every feature flag that is recommended for a new app', () => {
    expect(contextOf(name)).toMatchObject(jest.requireActual('aws-cdk-lib/recommended-feature-flags.json'));
  });

  test('says what it is in the form that the demo shows', () => {
    const [title, purpose] = readFileSync(join(EXAMPLES, name, 'README.md'), 'utf8').split('\n\n');
    expect(title).toMatch(/^# \S/);
    expect(purpose).toMatch(/^[A-Z][^#\n]+\.$/);
  });
});

describe('add-to-an-existing-app', () => {
  test('changes nothing of the stack that was there but versioning and replication', () => {
    const before = new App({ context: contextOf('add-to-an-existing-app') });
    new ContentPlatform(before, 'ContentPlatform', { env: { account: '111111111111', region: 'us-east-1' } });
    const [was, is] = [before, ...loadExample('add-to-an-existing-app')].map(
      (app) => app.synth().getStackByName('ContentPlatform').template,
    );

    const { resources, outputs } = fullDiff(was, is);
    const changes = Object.entries(resources.changes);
    expect(
      changes.filter(([, change]) => change.isRemoval || /REPLACE|DESTROY|ORPHAN/.test(change.changeImpact)),
    ).toEqual([]);
    expect(
      Object.fromEntries(
        changes
          .filter(([, change]) => change.isUpdate)
          .map(([id, change]) => [id, Object.keys(change.propertyUpdates)]),
      ),
    ).toEqual({
      Clickstream: ['ReplicationConfiguration', 'VersioningConfiguration'],
      Documents7E5B2978: ['ReplicationConfiguration', 'VersioningConfiguration'],
    });
    expect(
      new Set(changes.filter(([, change]) => change.isAddition).map(([, change]) => change.newResourceType)),
    ).toEqual(new Set(['AWS::IAM::Role', 'AWS::IAM::Policy']));
    expect(outputs.differenceCount).toBe(0);
  });
});

describe('cross-account-through-pipelines', () => {
  const assembly = () => loadExample('cross-account-through-pipelines')[0].synth();

  test('has the backup deployed before the archive', () => {
    const deployed = readDeployedStacks(assembly());
    expect(deployed.map(({ id, after }) => [id, after])).toEqual([
      ['Prod/ArchiveBackup', []],
      ['Prod/Archive', ['Prod/ArchiveBackup']],
    ]);
    expect(tooEarlyInPipeline(readStacks(assembly()), deployed)).toEqual([]);
  });

  test('would be told when it did not', () => {
    const [backup, archive] = readDeployedStacks(assembly());
    const wrong = [
      { ...backup, after: [archive.id] },
      { ...archive, after: [] },
    ];
    expect(tooEarlyInPipeline(readStacks(assembly()), wrong)).toEqual([
      'the pipeline does not wait for Prod/Archive before it begins with Prod/ArchiveBackup',
    ]);
  });
});

describe('cross-account-backup', () => {
  const app = () => new DeployedApp(readDeployedStacks(loadExample('cross-account-backup')[0].synth()));

  test('has a role that reads every version of the replicas, and may do nothing else', async () => {
    expect(await judgeReader(app())).toEqual([]);
  });

  test.each<[string, (statement: any) => void, string[]]>([
    [
      'no version',
      (it) => (it.Action = [it.Action].flat().filter((a) => a !== 's3:GetObjectVersion')),
      ['denied: s3:GetObjectVersion'],
    ],
    [
      'no context of the bucket',
      (it) => it.Condition?.StringLike['kms:EncryptionContext:aws:s3:arn'].shift(),
      ['denied: kms:Decrypt'],
    ],
    ['no condition', (it) => delete it.Condition, ['allowed: kms:Decrypt', 'allowed: kms:Decrypt']],
    [
      'deletions',
      (it) => it.Sid === 'ReadVersions' && it.Action.push('s3:DeleteObjectVersion'),
      ['allowed: s3:DeleteObjectVersion', 'not necessary: s3:DeleteObjectVersion'],
    ],
  ])('is told of a role with %s', async (_, change, findings) => {
    expect(await judgeReader(app(), change)).toEqual(findings);
  });
});

test('two apps with a stack of the same id cannot be judged together', () => {
  const stacks = readDeployedStacks(loadExample('same-region-backup')[0].synth());
  expect(() => together([stacks, stacks])).toThrow('two apps have a stack SameRegionBackup');
});
