import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fullDiff } from '@aws-cdk/cloudformation-diff';
import { App } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks, NIST80053R5Checks } from 'cdk-nag';
import { contextOf, EXAMPLES, exampleNames, loadExample } from './load';
import { ContentPlatform } from '../../examples/add-to-an-existing-app/content-platform';
import { readFlows } from '../../scripts/demo/flows';
import { judgeAccess } from '../access/judge';
import { DeployedApp } from '../assembly/deployed';
import { readStacks } from '../assembly/stacks';
import { judgeRules } from '../generated/rules';

/** The templates without what the stack synthesizer adds to each of them, which changes with the version of aws-cdk-lib. */
function templates(assembly: CloudAssembly): Record<string, any> {
  return Object.fromEntries(
    assembly.stacks.map(({ templateFile, template: { Parameters, Rules, ...template } }) => {
      const { BootstrapVersion, ...parameters } = Parameters ?? {};
      const { CheckBootstrapVersion, ...rules } = Rules ?? {};
      return [templateFile, { ...template, ...nonEmpty({ Parameters: parameters }), ...nonEmpty({ Rules: rules }) }];
    }),
  );
}

const nonEmpty = (sections: Record<string, object>) =>
  Object.fromEntries(Object.entries(sections).filter(([, section]) => Object.keys(section).length > 0));

afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

describe.each(exampleNames)('example %s', (name) => {
  let app: App;
  let assembly: CloudAssembly;

  beforeAll(() => {
    app = loadExample(name);
    assembly = app.synth();
  });

  const resources = () =>
    assembly.stacks.flatMap(({ template }) => Object.values<{ Type: string; Properties?: any }>(template.Resources));

  test('synthesizes without an error or a warning', () => {
    expect(
      assembly.stacks.flatMap(({ messages }) =>
        messages.filter(({ level }) => level !== 'info').map(({ entry }) => entry.data),
      ),
    ).toEqual([]);
  });

  test.each([
    ['AwsSolutions', AwsSolutionsChecks],
    ['NIST 800-53 R5', NIST80053R5Checks],
  ])('has no finding of cdk-nag %s', (_, Pack) => {
    expect(new Pack().validateScope(app).violations).toEqual([]);
  });

  test('needs nothing at deploy time but CloudFormation', () => {
    expect(
      resources()
        .map(({ Type }) => Type)
        .filter((type) => /^(AWS::Lambda|Custom::|AWS::CloudFormation::CustomResource)/.test(type)),
    ).toEqual([]);
  });

  test('passes nothing between stacks by exports or SSM parameters', () => {
    expect(resources().filter(({ Type }) => Type === 'AWS::SSM::Parameter')).toEqual([]);
    expect(
      assembly.stacks
        .flatMap(({ template }) => Object.values<any>(template.Outputs ?? {}))
        .filter(({ Export }) => Export),
    ).toEqual([]);
  });

  test('allows no role an action on all resources', () => {
    const documents = resources().flatMap(({ Type, Properties }) => {
      if (Type === 'AWS::IAM::Role') return (Properties.Policies ?? []).map((policy: any) => policy.PolicyDocument);
      return /^AWS::IAM::(\w*Policy)$/.test(Type) ? [Properties.PolicyDocument] : [];
    });
    expect(documents).not.toEqual([]);
    for (const { Resource, NotResource } of documents.flatMap((document) => document.Statement)) {
      expect([Resource].flat()).not.toContain('*');
      expect(NotResource).toBeUndefined();
    }
  });

  test('replicates as S3 wants it, with permission for all that is needed and for nothing else', async () => {
    const deployed = new DeployedApp(readStacks(assembly));
    expect(readFlows(deployed)).not.toEqual([]);
    expect(judgeRules(deployed)).toEqual([]);
    expect((await judgeAccess(deployed, { least: 'sample' })).findings).toEqual([]);
  });

  test('makes these templates', () => {
    for (const [file, template] of Object.entries(templates(assembly))) expect(template).toMatchSnapshot(file);
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
    const [was, is] = [before, loadExample('add-to-an-existing-app')].map(
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
