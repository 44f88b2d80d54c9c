import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flowsOf, replicaStack, sourceStack } from './flow-stacks';
import { readReport } from '../../scripts/demo/checks';

const flowOf = (rule: any) => flowsOf(replicaStack(), sourceStack(rule))[0];

describe('reading flows', () => {
  test('follows a reference into another stack', () => {
    const [flow, ...more] = flowsOf(replicaStack(), sourceStack());
    expect(more).toEqual([]);
    expect(flow).toMatchObject({
      source: { name: 'Source/Data', place: 'us-east-1', encryption: 'SSE-S3' },
      destination: { name: 'Replica/Copy', place: 'eu-west-1', encryption: 'SSE-S3' },
      enabled: true,
      objects: 'all objects',
      deleteMarkers: false,
      monitoring: 'none',
    });
  });

  test.each([
    [undefined, 'all objects'],
    [{}, 'all objects'],
    [{ Prefix: '' }, 'all objects'],
    [{ Prefix: 'a/' }, 'prefix a/'],
    [{ TagFilter: { Key: 'k', Value: 'v' } }, 'tag k=v'],
    [
      {
        And: {
          Prefix: 'a/',
          TagFilters: [
            { Key: 'k', Value: 'v' },
            { Key: 'l', Value: '' },
          ],
        },
      },
      'prefix a/ and tags k=v, l=',
    ],
  ])('says %j as %j', (Filter, objects) => {
    expect(flowOf({ Filter }).objects).toBe(objects);
  });

  test.each([
    [{}, 'none'],
    [{ Metrics: { Status: 'Enabled' } }, 'metrics'],
    [
      {
        Metrics: { Status: 'Enabled', EventThreshold: { Minutes: 15 } },
        ReplicationTime: { Status: 'Enabled', Time: { Minutes: 15 } },
      },
      'RTC, metrics',
    ],
  ])('says %j as monitoring %j', (Destination, monitoring) => {
    expect(flowOf({ Destination }).monitoring).toBe(monitoring);
  });

  test('finds the bucket of the app that a literal ARN means, and says so when there is none', () => {
    const rule = {
      Destination: {
        Bucket: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::copy-', { Ref: 'AWS::AccountId' }]] },
      },
    };
    const [inside] = flowsOf(replicaStack({ BucketName: 'copy-111111111111' }), sourceStack(rule));
    const [outside] = flowsOf(replicaStack(), sourceStack(rule));
    expect(inside.destination.name).toBe('Replica/Copy');
    expect(outside.destination).toEqual({
      name: 'copy-111111111111',
      place: 'outside of the app',
      encryption: 'unknown',
    });
  });
});

describe('reading the validation report', () => {
  const report = (...pluginReports: object[]) => {
    const directory = mkdtempSync(join(tmpdir(), 'report-'));
    writeFileSync(join(directory, 'validation-report.json'), JSON.stringify({ pluginReports }));
    try {
      return readReport(directory);
    } finally {
      rmSync(directory, { recursive: true });
    }
  };
  const plugin = (pluginName: string, ...violations: object[]) => ({ pluginName, conclusion: 'success', violations });
  const violation = (severity: string) => ({
    ruleName: 'rule',
    description: 'text',
    severity,
    violatingConstructs: [{ constructPath: 'A/B' }],
  });
  const clean = ['CloudFormation Validate', 'AwsSolutions', 'NIST.800.53.R5'].map((name) => plugin(name));

  test('is content when nothing was found', () => {
    expect(report(...clean)).toEqual({ failures: [], warnings: [] });
  });

  test('fails for any finding of a check, also when it calls that a warning', () => {
    const { failures } = report(...clean.slice(0, 2), plugin('NIST.800.53.R5', violation('warning')));
    expect(failures).toEqual([{ check: 'NIST.800.53.R5', rule: 'rule', message: 'text', where: ['A/B'] }]);
  });

  test('fails for a check that broke', () => {
    expect(report(...clean.slice(1), { ...clean[0], conclusion: 'failure' }).failures).toHaveLength(1);
  });

  test('shows the warnings of constructs, and fails for their errors', () => {
    const { failures, warnings } = report(
      ...clean,
      plugin('Construct Annotations', violation('warning'), violation('error')),
    );
    expect([failures.length, warnings.length]).toEqual([1, 1]);
  });
});
