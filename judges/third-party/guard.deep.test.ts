import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CfnGuardValidator } from '@cdklabs/cdk-validator-cfnguard';
import { App, aws_s3 as s3, Stack, Validations } from 'aws-cdk-lib';
import { MUTATIONS } from './broken-templates';
import { Finding } from './finding';
import { goodTemplates } from './good-templates';
import { checkWithGuard, GUARD_RULES, guardRuleNames } from './guard';
import { ENV } from '../../test/builders';
import { deployedTemplateFiles } from '../../test/examples/deployment';
import { exampleNames, loadExample } from '../../test/examples/load';
import { ReplicatedBucketPair } from 'cdk-s3-replication';

const directory = mkdtempSync(join(tmpdir(), 'guard-'));

function write(name: string, content: unknown): string {
  const file = join(directory, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const examples: Record<string, string[]> = {};
beforeAll(() => {
  for (const name of exampleNames) {
    examples[name] = loadExample(name).flatMap((app) => deployedTemplateFiles(app.synth().directory));
  }
});

test.each(exampleNames)('example %s keeps every rule', (name) => {
  expect(examples[name]).not.toEqual([]);
  expect(checkWithGuard(examples[name])).toEqual([]);
});

test('the templates that are to be broken keep every rule', () => {
  const files = Object.entries(goodTemplates()).map(([name, template]) => write(`${name}.json`, template));
  expect(checkWithGuard(files)).toEqual([]);
});

describe('a broken template', () => {
  const cases = (['inside', 'attached'] as const).flatMap((where) =>
    // what is about the role is judged in both places that its permissions can be in
    MUTATIONS.filter(({ rule }) => where === 'attached' || rule.startsWith('role_')).map((mutation, index) => ({
      ...mutation,
      where,
      name: `${where}-${index}.json`,
    })),
  );
  let findings: Finding[];
  beforeAll(() => {
    const good = goodTemplates();
    const files = cases.map(({ where, mutate, name }) => {
      const template = structuredClone(good[where]);
      mutate(template);
      return write(name, template);
    });
    // one process for all of them: it takes longer to start than to judge
    findings = checkWithGuard(files);
  });

  test('is there for every rule', () => {
    expect(new Set(MUTATIONS.map(({ rule }) => rule))).toEqual(new Set(guardRuleNames()));
  });

  test.each(cases)('$rule: $how ($where)', ({ rule, also, name }) => {
    const found = findings.filter(({ where }) => where.some((it) => it.split(' ')[0] === name));
    expect(found.map((it) => it.rule).sort()).toEqual([rule, ...also].sort());
    for (const { message } of found) expect(message).toMatch(/\w+ \w+/);
  });
});

describe('cfn-guard that did not judge is an error:', () => {
  const template = () => write('template.json', { Resources: {} });
  test.each([
    ['rules that it cannot parse', 'rule a when Resources !empty { Resources.* == }'],
    ['no rules', ''],
  ])('%s', (_, rules) => {
    expect(() => checkWithGuard([template()], write('rules.guard', rules))).toThrow(/^cfn-guard /);
  });

  test('a template that it cannot parse', () => {
    expect(() => checkWithGuard([template(), write('broken.json', '{"Resources": ')])).toThrow(/^cfn-guard /);
  });

  test('a template that is not there', () => {
    expect(() => checkWithGuard([join(directory, 'nothing.json')])).toThrow(/^cfn-guard /);
  });
});

describe('as the plugin of a CDK app', () => {
  const ours = () => new CfnGuardValidator({ controlTowerRulesEnabled: false, rules: [GUARD_RULES] });
  const switchedOff = process.env.CDK_VALIDATION;
  beforeAll(() => delete process.env.CDK_VALIDATION);
  afterAll(() => void (process.env.CDK_VALIDATION = switchedOff));

  /** The rules of ours that the report of the app names. */
  function report(define: (stack: Stack) => void): string[] {
    const noNoise = { builtinCloudFormationValidation: false };
    const app = new App({
      ...noNoise,
      analyticsReporting: false,
      context: { '@aws-cdk/core:failSynthOnValidationErrors': false },
    });
    define(new Stack(app, 'App', { env: ENV }));
    Validations.of(app).addPlugins(ours());
    const log = jest.spyOn(console, 'error').mockImplementation(() => {});
    const { directory: out } = app.synth();
    log.mockRestore();
    const { pluginReports } = JSON.parse(readFileSync(join(out, 'validation-report.json'), 'utf8'));
    return pluginReports.flatMap(({ violations }: any) => violations.map((it: any) => it.ruleName));
  }

  test('the rules say nothing about what the library makes, and speak up about a configuration of V1', () => {
    const v1 = { destination: { bucket: 'arn:aws:s3:::there' }, prefix: '', status: 'Enabled' };
    const role = 'arn:aws:iam::111111111111:role/replicator';
    expect(report((stack) => new ReplicatedBucketPair(stack, 'Pair'))).toEqual([]);
    expect(
      report((stack) => new s3.CfnBucket(stack, 'Bucket', { replicationConfiguration: { role, rules: [v1] } })),
    ).toEqual(expect.arrayContaining(['rule_has_filter', 'source_is_versioned', 'destination_has_account']));
  });
});

/** What AWS Control Tower asks for and the examples do not do, with the reason. */
const DECLINED: Record<string, string> = {
  'CT.KMS.PR.3': 'the key policy is the one that CDK gives every key, which leaves grants to IAM',
  'CT.S3.PR.2': 'a bucket of access logs keeps none of its own, and most examples have CloudTrail instead',
  'CT.S3.PR.3': 'how long versions are kept is for the owner of the data to say',
  'CT.S3.PR.4': 'one example waits for events, which a custom resource of aws-cdk-lib sets up',
  'CT.S3.PR.6': 'how long objects are kept is for the owner of the data to say',
  'CT.S3.PR.9': 'only one example needs Object Lock, which cannot be switched off again',
  'CT.S3.PR.10': 'only one example needs KMS; access logs are not delivered to a bucket that has it',
};

test('the examples keep the proactive controls of AWS Control Tower for S3, IAM and KMS, but for those declined', () => {
  const controls = join(
    dirname(require.resolve('@cdklabs/cdk-validator-cfnguard/package.json')),
    'rules/control-tower/cfn-guard',
  );
  const rules = ['s3', 'identityandaccessmanagement', 'keymanagementservice'].map((service) => join(controls, service));
  const { violations } = new CfnGuardValidator({ controlTowerRulesEnabled: false, rules }).validate({
    appConstruct: new App(),
    templatePaths: Object.values(examples).flat(),
  });
  const broken = violations.map(({ description }) => /^\[(CT\.\w+\.PR\.\d+)\]/.exec(description)?.[1] ?? description);
  expect([...new Set(broken)].sort()).toEqual(Object.keys(DECLINED).sort());
});
