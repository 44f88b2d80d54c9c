import '../../test/validation';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, aws_s3 as s3, Stage } from 'aws-cdk-lib';
import { AwsSolutionsChecks, NIST80053R5Checks } from 'cdk-nag';
import { exampleApps, loadApp } from '../../test/examples/load';

let stderr: jest.SpyInstance;
beforeEach(() => void (stderr = jest.spyOn(console, 'error').mockImplementation(() => {})));
afterEach(() => stderr.mockRestore());

/** What the report of aws-cdk-lib has about an example: warnings as well, with which a synthesis succeeds. */
function reported(app: App): string[] {
  const again = { force: true, errorOnDuplicateSynth: false };
  try {
    // a pipeline has its Stages synthesized when they are added, and core keeps that
    for (const stage of app.node.children.filter(Stage.isStage)) (stage as Stage).synth(again);
    app.synth(again);
  } catch (error) {
    expect((error as Error).message).toContain('CloudFormation Validate');
  }
  const { pluginReports } = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8'));
  return pluginReports.flatMap(({ pluginName, violations }: any) =>
    violations.map((it: any) => `${pluginName} ${it.ruleName} ${it.description}`),
  );
}

const source = (app: App) =>
  app.node
    .findAll()
    .find((it): it is s3.CfnBucket => s3.CfnBucket.isCfnBucket(it) && it.replicationConfiguration !== undefined)!;

test.each(exampleApps)(
  "example %s, %s has no finding of aws-cdk-lib's validation, not even a warning",
  (name, file) => {
    expect(reported(loadApp(name, file))).toEqual([]);
  },
);

const replicating = exampleApps.filter(([, file]) => /^((source|baseline)\.)?app\.ts$/.test(file));

describe.each(replicating)('example %s, %s', (name, file) => {
  let app: App;
  beforeAll(() => void (app = loadApp(name, file)));

  test.each([
    ['Rules.0.Destination.StorageClass', 'EXPRESS_ONEZONE', /^CloudFormation Validate W3030 .*StorageClass/],
    ['Rules.0.Status', 'enabled', /^CloudFormation Validate W3030 .*Status/],
    ['Rule', [], /^CloudFormation Validate F3002 .*Rule/],
  ])('has one when %s is %j', (property, value, finding) => {
    const path = `ReplicationConfiguration.${property}`;
    source(app).addPropertyOverride(path, value);
    expect(reported(app)).toEqual([expect.stringMatching(finding)]);
    if (value !== 'enabled') source(app).addPropertyDeletionOverride(path);
    else source(app).addPropertyOverride(path, 'Enabled');
  });

  // that there is none when nothing is broken is asserted with the other tests of the examples
  test.each([
    ['AwsSolutions-S2', AwsSolutionsChecks],
    ['NIST.800.53.R5-S3BucketPublicReadProhibited', NIST80053R5Checks],
  ])('has finding %s of cdk-nag when public access is not blocked', (rule, Pack) => {
    const bucket = source(app);
    const blocked = bucket.publicAccessBlockConfiguration;
    bucket.publicAccessBlockConfiguration = { blockPublicAcls: false, blockPublicPolicy: false };
    const { violations } = new Pack().validateScope(app);
    bucket.publicAccessBlockConfiguration = blocked;
    expect(violations.map(({ ruleName }) => ruleName)).toContain(rule);
  });
});
