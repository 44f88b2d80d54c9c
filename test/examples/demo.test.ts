import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readReport } from '../../scripts/demo/checks';
import { readFlows } from '../../scripts/demo/flows';
import { Judgement } from '../../scripts/demo/judge';
import { renderDiagram, renderPage } from '../../scripts/demo/page';
import { deployOrder, flowCells } from '../../scripts/demo/rows';
import { arrivalTable, flowTable } from '../../scripts/demo/terminal';
import { DeployedApp } from '../assembly/deployed';
import { StackOfApp } from '../assembly/stacks';
import { Arrival } from '../local-aws/arrivals';

const SOURCE = { 'Fn::GetAtt': ['Role', 'Arn'] };

/** The stack of the replica: what a test says about it, and otherwise nothing that anybody could object to. */
function replicaStack(properties: object = {}, more: Partial<StackOfApp> = {}): StackOfApp {
  return {
    id: 'Replica',
    name: 'Replica',
    account: '111111111111',
    region: 'eu-west-1',
    after: [],
    nested: {},
    templateFile: 'Replica.template.json',
    paths: { Copy: 'Replica/Copy', Key: 'Replica/Copy/Key' },
    template: {
      Resources: {
        Copy: {
          Type: 'AWS::S3::Bucket',
          Properties: { VersioningConfiguration: { Status: 'Enabled' }, ...properties },
        },
        Key: { Type: 'AWS::KMS::Key' },
      },
      Outputs: {
        CopyArn: { Value: { 'Fn::GetAtt': ['Copy', 'Arn'] } },
        KeyArn: { Value: { 'Fn::GetAtt': ['Key', 'Arn'] } },
      },
    },
    ...more,
  };
}

const output = (name: string, stack = 'Replica', region = 'eu-west-1') => ({
  'Fn::GetStackOutput': { StackName: stack, OutputName: name, Region: region },
});

/** The stack of the source with one rule, to which a test adds what it is about. */
function sourceStack(rule: any = {}, properties: object = {}, more: Partial<StackOfApp> = {}): StackOfApp {
  return {
    id: 'Source',
    name: 'Source',
    account: '111111111111',
    region: 'us-east-1',
    after: ['Replica'],
    nested: {},
    templateFile: 'Source.template.json',
    paths: { Data: 'Source/Data' },
    template: {
      Resources: {
        Role: { Type: 'AWS::IAM::Role' },
        Data: {
          Type: 'AWS::S3::Bucket',
          Properties: {
            VersioningConfiguration: { Status: 'Enabled' },
            ReplicationConfiguration: {
              Role: SOURCE,
              Rules: [
                {
                  Id: 'rule',
                  Status: 'Enabled',
                  Priority: 1,
                  Filter: { Prefix: '' },
                  DeleteMarkerReplication: { Status: 'Disabled' },
                  ...rule,
                  Destination: { Bucket: output('CopyArn'), ...rule.Destination },
                },
              ],
            },
            ...properties,
          },
        },
      },
    },
    ...more,
  };
}

const KMS = {
  BucketEncryption: {
    ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }],
  },
};
const flowsOf = (...stacks: StackOfApp[]) => readFlows(new DeployedApp(stacks));
const flowOf = (rule: any) => flowsOf(replicaStack(), sourceStack(rule))[0];

describe('reading flows', () => {
  test('follows a reference into another stack', () => {
    const [flow, ...more] = flowsOf(replicaStack(), sourceStack());
    expect(more).toEqual([]);
    expect(flow).toMatchObject({
      source: { name: 'Source/Data', region: 'us-east-1', encryption: 'SSE-S3' },
      destination: { name: 'Replica/Copy', region: 'eu-west-1', encryption: 'SSE-S3' },
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
      region: 'outside of the app',
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

describe('showing flows', () => {
  const stacks = [
    replicaStack(),
    sourceStack({
      Filter: { Prefix: '#"<|x' },
      Destination: { Metrics: {}, ReplicationTime: {}, StorageClass: 'GLACIER' },
    }),
  ];
  const flows = flowsOf(...stacks);
  const shown = { name: 'x', title: 'X', purpose: 'Y.', stacks, flows };
  const judgement: Judgement = {
    callsAllowed: 1234,
    statementsNecessary: 5,
    actionsDenied: 6,
    deployed: ['Replica', 'Source'],
    windows: ['Source/Data: no permission to read it'],
    failures: [],
    warnings: [],
  };
  const arrival: Arrival = {
    source: 'Source/Data',
    key: 'a.txt',
    tags: { k: 'v' },
    action: 'written',
    expectedDestinations: ['Replica/Copy'],
    status: 'COMPLETED',
    arrived: [{ destination: 'Replica/Copy', region: 'eu-west-1', expected: 'REPLICA', status: 'REPLICA' }],
    ok: true,
  };
  const lost: Arrival = {
    ...arrival,
    key: 'b.txt',
    status: 'FAILED',
    arrived: [{ ...arrival.arrived[0], status: 'absent' }],
    ok: false,
  };

  test('draws regions, buckets and an arrow for each rule', () => {
    expect(
      renderDiagram(flowsOf(replicaStack(), sourceStack({ Destination: { ReplicationTime: {} } }))).split('\n'),
    ).toEqual([
      'flowchart LR',
      '  subgraph region1["us-east-1"]',
      '    bucket1[("Source/Data<br/>SSE-S3")]',
      '  end',
      '  subgraph region2["eu-west-1"]',
      '    bucket2[("Replica/Copy<br/>SSE-S3")]',
      '  end',
      '  bucket1 -->|"all objects<br/>RTC"| bucket2',
    ]);
  });

  test('draws a disabled rule as a dotted arrow, and each bucket once', () => {
    const disabled = sourceStack({ Status: 'Disabled' });
    const configuration = disabled.template.Resources.Data.Properties!.ReplicationConfiguration;
    configuration.Rules.push({ ...configuration.Rules[0], Status: 'Enabled' });
    const lines = renderDiagram(flowsOf(replicaStack(), disabled)).split('\n');
    expect(lines.filter((line) => line.includes('[('))).toHaveLength(2);
    expect(lines.slice(-2)).toEqual(['  bucket1 -.->|"all objects"| bucket2', '  bucket1 -->|"all objects"| bucket2']);
  });

  test('escapes what would end a label or a cell', () => {
    expect(renderDiagram(flows)).toContain('|"prefix #35;#34;#60;|x<br/>RTC"|');
    const page = renderPage([{ ...shown, judgement }], []);
    expect(page).toContain('| prefix #"<\\|x<br>delete markers: no<br>as GLACIER |');
  });

  test('puts findings, warnings and failed examples on the page', () => {
    const finding = { check: 'Check', rule: 'rule', message: 'text', where: ['A/B'] };
    const page = renderPage(
      [{ ...shown, judgement: { ...judgement, failures: [finding], warnings: [finding] } }],
      ['x', 'gone'],
      ['the local AWS: no Python'],
    );
    expect(page).toContain('**FAILED:** x, gone');
    expect(page).toContain('**LEFT OUT:** the local AWS: no Python');
    expect(page).toContain('Not deployed to the local AWS.');
    expect(page).toContain('**FINDING** Check, `rule`: text (A/B)');
    expect(page).toContain('Warning: Check, `rule`: text (A/B)');
  });

  test('shows what the judges counted, and what is live before its permissions', () => {
    const page = renderPage([{ ...shown, judgement }], []);
    expect(page).toContain('- 1,234 calls of S3 as the replication role are allowed');
    expect(page).toContain('- Source/Data: no permission to read it');
    expect(page).toContain('1. Replica (eu-west-1)\n2. Source (us-east-1), after Replica');
  });

  test('shows which objects arrived, and what is not as the rules say', () => {
    const page = renderPage([{ ...shown, judgement, arrivals: [arrival, lost] }], []);
    expect(page).toContain('1 objects arrived, 1 stayed away');
    expect(page).toContain('| a.txt<br>tags k=v | Source/Data<br>COMPLETED | Replica/Copy (eu-west-1): REPLICA |');
    expect(page).toContain('absent, BUT EXPECTED REPLICA<br>NOT AS THE RULES SAY');
    expect(arrivalTable([arrival, lost])).toContain('NOT AS THE RULES SAY');
  });

  test('names the key of the replicas', () => {
    const rule = { Destination: { EncryptionConfiguration: { ReplicaKmsKeyID: output('KeyArn') } } };
    const [flow] = flowsOf(replicaStack(KMS), sourceStack(rule, KMS));
    expect(flowCells(flow)[3]).toEqual(['SSE-KMS', 'replica key Replica/Copy/Key']);
  });

  test('lists stacks in the order of deployment, with what each waits for', () => {
    expect(deployOrder(stacks, ['Source'])).toEqual(['Source (us-east-1), after Replica']);
    expect(deployOrder(stacks)).toEqual(['Replica (eu-west-1)', 'Source (us-east-1), after Replica']);
  });

  test('fits into 120 columns', () => {
    const long = flowsOf(replicaStack({}, { paths: { Copy: `Replica/${'x'.repeat(200)}` } }), sourceStack());
    expect(
      Math.max(
        ...flowTable(long)
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(118);
  });
});
