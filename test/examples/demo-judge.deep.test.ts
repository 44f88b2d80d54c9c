import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aws_s3 as s3, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { DeployedApp } from '../../judges/assembly/deployed';
import { readStacks } from '../../judges/assembly/stacks';
import { makePython } from '../../judges/python/environment';
import { readFlows } from '../../scripts/demo/flows';
import { judge } from '../../scripts/demo/judge';
import { quietApp } from '../app';
import { ENV } from '../builders';
import { BucketReplication } from 'cdk-s3-replication';

/** A source without versioning, and with a property that there is not. */
function broken(stack: Stack): void {
  const bucket = new s3.CfnBucket(stack, 'Source', {
    replicationConfiguration: {
      role: 'arn:aws:iam::111111111111:role/any',
      rules: [{ status: 'Enabled', destination: { bucket: 'arn:aws:s3:::there' } }],
    },
  });
  bucket.addPropertyOverride('NoSuchProperty', true);
}

test.each([
  ['a stack', 'App\\.template', (app: Stage) => broken(new Stack(app, 'App', { env: ENV }))],
  [
    'a nested stack',
    '\\w+\\.nested\\.template',
    (app: Stage) => broken(new NestedStack(new Stack(app, 'App', { env: ENV }), 'Nested')),
  ],
  [
    'the stack of a Stage',
    'ProdApp\\w+\\.template',
    (app: Stage) => broken(new Stack(new Stage(app, 'Prod', { env: ENV }), 'App')),
  ],
])('tools of others are asked about the template of %s', async (_, file, define) => {
  const app = quietApp();
  define(app);
  const { directory } = app.synth();
  writeFileSync(join(directory, 'validation-report.json'), '{"pluginReports": []}');
  const { failures, templates } = await judge(
    { directory, assemblies: [directory] },
    new DeployedApp(readStacks(directory)),
    [],
    makePython(),
  );
  const found = failures.map(({ check, rule, where }) => `${check} ${rule} ${where.join()}`);
  expect(found).toContainEqual(expect.stringMatching(new RegExp(`^cfn-guard source_is_versioned .*${file}`)));
  expect(found).toContainEqual(expect.stringMatching(new RegExp(`^cfn-lint E3002 .*${file}`)));
  expect(templates).toContainEqual(expect.stringMatching(file));
});

test('a retained source whose role is deleted with its stack is a warning, not a failure', async () => {
  const app = quietApp();
  const source = new s3.Bucket(new Stack(app, 'Here', { env: ENV }), 'Source');
  const there = new Stack(app, 'There', { env: { ...ENV, account: '222222222222' } });
  BucketReplication.of(source).addRule({ destination: new s3.Bucket(there, 'Replica') });
  const { directory } = app.synth();
  writeFileSync(join(directory, 'validation-report.json'), '{"pluginReports": []}');
  const deployed = new DeployedApp(readStacks(directory));
  const { failures, warnings } = await judge(
    { directory, assemblies: [directory] },
    deployed,
    readFlows(deployed),
    undefined,
  );
  expect(failures.filter(({ check }) => /^(Deployment|Destruction|Access)$/.test(check))).toEqual([]);
  expect(warnings).toEqual([
    expect.objectContaining({
      check: 'Destruction',
      message: expect.stringContaining('Here/Source (retained): its role is not there'),
    }),
  ]);
});
