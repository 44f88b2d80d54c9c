import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SynthesizedStack } from '../../scripts/demo/assembly';
import { checkFlows, readReport } from '../../scripts/demo/checks';
import { readFlows } from '../../scripts/demo/flows';
import { renderDiagram, renderPage } from '../../scripts/demo/page';
import { deployOrder, flowCells } from '../../scripts/demo/rows';
import { flowTable } from '../../scripts/demo/terminal';

const SOURCE = { 'Fn::GetAtt': ['Role', 'Arn'] };

/** The stack of the replica: what a test says about it, and otherwise nothing that anybody could object to. */
function replicaStack(properties: object = {}, more: Partial<SynthesizedStack> = {}): SynthesizedStack {
  return {
    id: 'Replica',
    name: 'Replica',
    account: '111111111111',
    region: 'eu-west-1',
    after: [],
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
function sourceStack(rule: any = {}, properties: object = {}, more: Partial<SynthesizedStack> = {}): SynthesizedStack {
  return {
    id: 'Source',
    name: 'Source',
    account: '111111111111',
    region: 'us-east-1',
    after: ['Replica'],
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
const flowOf = (rule: any) => readFlows([replicaStack(), sourceStack(rule)])[0];

describe('reading flows', () => {
  test('follows a reference into another stack', () => {
    const [flow, ...more] = readFlows([replicaStack(), sourceStack()]);
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
    const [inside] = readFlows([replicaStack({ BucketName: 'copy-111111111111' }), sourceStack(rule)]);
    const [outside] = readFlows([replicaStack(), sourceStack(rule)]);
    expect(inside.destination.name).toBe('Replica/Copy');
    expect(outside.destination).toEqual({
      name: 'copy-111111111111',
      region: 'outside of the app',
      encryption: 'unknown',
    });
  });

  test.each([
    ['a stack', output('CopyArn', 'Elsewhere'), 'the app has no such stack in eu-west-1'],
    ['a stack in another region', output('CopyArn', 'Replica', 'eu-west-2'), 'the app has no such stack in eu-west-2'],
    ['an output', output('Gone'), 'stack Replica has no such output'],
    ['a resource', { 'Fn::GetAtt': ['Gone', 'Arn'] }, 'the template has no such resource'],
    ['an export', { 'Fn::ImportValue': 'gone' }, 'no stack of the app exports it'],
    [
      'a value that only the deployment knows',
      { 'Fn::Join': ['', ['arn:aws:s3:::', { Ref: 'Name' }]] },
      'is not known before it is deployed',
    ],
    ['another form', { 'Fn::Sub': 'arn:aws:s3:::x' }, 'this form is not understood here'],
    ['nothing', undefined, 'this form is not understood here'],
  ])('fails loudly when a rule refers to %s that is not there', (_, Bucket, message) => {
    expect(() => flowOf({ Destination: { Bucket } })).toThrow(message);
  });

  test('fails loudly when the role is not there, or the destination is no bucket', () => {
    const {
      template: {
        Resources: { Role, ...rest },
      },
      ...stack
    } = sourceStack();
    expect(Role).toBeDefined();
    expect(() => readFlows([replicaStack(), { ...stack, template: { Resources: rest } }])).toThrow('no such resource');
    expect(() => flowOf({ Destination: { Bucket: output('KeyArn') } })).toThrow('is not a bucket: AWS::KMS::Key');
  });
});

describe('checking flows', () => {
  const check = (...stacks: SynthesizedStack[]) => checkFlows(stacks, readFlows(stacks)).map(({ message }) => message);
  const withKey = { Destination: { EncryptionConfiguration: { ReplicaKmsKeyID: output('KeyArn') } } };

  test('has nothing to say about what is right', () => {
    expect(check(replicaStack(), sourceStack())).toEqual([]);
    expect(check(replicaStack(KMS), sourceStack(withKey, KMS))).toEqual([]);
  });

  test.each([
    [
      'a destination without versioning',
      [replicaStack({ VersioningConfiguration: undefined }), sourceStack()],
      'Replica/Copy is not',
    ],
    [
      'a source with suspended versioning',
      [replicaStack(), sourceStack({}, { VersioningConfiguration: { Status: 'Suspended' } })],
      'Source/Data is not',
    ],
    [
      'a destination without Object Lock',
      [replicaStack(), sourceStack({}, { ObjectLockEnabled: true })],
      'the destination needs it too',
    ],
    [
      'a KMS source without a key for the replicas',
      [replicaStack(KMS), sourceStack({}, KMS)],
      'S3 skips SSE-KMS objects in silence',
    ],
    [
      'a key of another region',
      [
        replicaStack(),
        replicaStack({}, { id: 'Key', name: 'KeyStack', region: 'eu-west-2' }),
        sourceStack(
          { Destination: { EncryptionConfiguration: { ReplicaKmsKeyID: output('KeyArn', 'KeyStack', 'eu-west-2') } } },
          KMS,
        ),
      ],
      'is not in eu-west-1',
    ],
    [
      'another owner than expected',
      [replicaStack(), sourceStack({ Destination: { Account: '222222222222' } })],
      'in account 222222222222',
    ],
    [
      'a source that does not wait',
      [replicaStack(), sourceStack({}, {}, { after: [] })],
      'stack Source must wait for Replica',
    ],
  ])('finds %s', (_, stacks, message) => {
    expect(check(...stacks)).toEqual([expect.stringContaining(message)]);
  });

  test('finds that nothing is replicated', () => {
    expect(check(replicaStack())).toEqual(['no bucket is replicated']);
  });

  test('accepts a source that waits for another stack which waits for the destination', () => {
    const between = { ...replicaStack(), id: 'Between', name: 'Between', after: ['Replica'] };
    expect(check(replicaStack(), between, sourceStack({}, {}, { after: ['Between'] }))).toEqual([]);
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
  const flows = readFlows(stacks);

  test('draws regions, buckets and an arrow for each rule', () => {
    expect(
      renderDiagram(readFlows([replicaStack(), sourceStack({ Destination: { ReplicationTime: {} } })])).split('\n'),
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
    const lines = renderDiagram(readFlows([replicaStack(), disabled])).split('\n');
    expect(lines.filter((line) => line.includes('[('))).toHaveLength(2);
    expect(lines.slice(-2)).toEqual(['  bucket1 -.->|"all objects"| bucket2', '  bucket1 -->|"all objects"| bucket2']);
  });

  test('escapes what would end a label or a cell', () => {
    expect(renderDiagram(flows)).toContain('|"prefix #35;#34;#60;|x<br/>RTC"|');
    const page = renderPage([{ name: 'x', title: 'X', purpose: 'Y.', stacks, flows, failures: [], warnings: [] }], []);
    expect(page).toContain('| prefix #"<\\|x<br>delete markers: no<br>as GLACIER |');
  });

  test('puts findings, warnings and failed examples on the page', () => {
    const finding = { check: 'Check', rule: 'rule', message: 'text', where: ['A/B'] };
    const page = renderPage(
      [{ name: 'x', title: 'X', purpose: 'Y.', stacks, flows, failures: [finding], warnings: [finding] }],
      ['x', 'gone'],
    );
    expect(page).toContain('**FAILED:** x, gone');
    expect(page).toContain('**FINDING** Check, `rule`: text (A/B)');
    expect(page).toContain('Warning: Check, `rule`: text (A/B)');
  });

  test('names the key of the replicas', () => {
    const rule = { Destination: { EncryptionConfiguration: { ReplicaKmsKeyID: output('KeyArn') } } };
    const [flow] = readFlows([replicaStack(KMS), sourceStack(rule, KMS)]);
    expect(flowCells(flow)[3]).toEqual(['SSE-KMS', 'replica key Replica/Copy/Key']);
  });

  test('lists stacks in the order of deployment, with what each waits for', () => {
    expect(deployOrder(stacks)).toEqual(['Replica (eu-west-1)', 'Source (us-east-1), after Replica']);
  });

  test('fits into 120 columns', () => {
    const long = readFlows([replicaStack({}, { paths: { Copy: `Replica/${'x'.repeat(200)}` } }), sourceStack()]);
    expect(
      Math.max(
        ...flowTable(long)
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(118);
  });
});
