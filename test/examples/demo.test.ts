import { readDeployedStacks, together } from './deployment';
import { flowsOf, KMS, output, replicaStack, sourceStack } from './flow-stacks';
import { expectedOf, loadExample } from './load';
import { StackOfApp } from '../../judges/assembly/stacks';
import { Arrival, Deployed, inWords } from '../../judges/local-aws/arrivals';
import { startedTooEarly } from '../../judges/local-aws/stack-order';
import { Judgement } from '../../scripts/demo/judge';
import { renderDiagram, renderPage } from '../../scripts/demo/page';
import { deployOrder, flowCells } from '../../scripts/demo/rows';
import { arrivalTable, renderText } from '../../scripts/demo/terminal';
import { failuresOf } from '../../scripts/demo/verdict';

describe('showing flows', () => {
  const stacks = [
    replicaStack(),
    sourceStack({
      Filter: { Prefix: '#"<|x' },
      Destination: { Metrics: {}, ReplicationTime: {}, StorageClass: 'GLACIER' },
    }),
  ];
  const flows = flowsOf(...stacks);
  const expected = {
    flows: ['Data -> Copy: prefix #"<|x'],
    objects: ['Data: a.txt k=v written, COMPLETED; Copy: REPLICA'],
  };
  const shown = { name: 'x', title: 'X', purpose: 'Y.', stacks, flows, expected };
  const judgement: Judgement = {
    callsAllowed: 1234,
    statementsNecessary: 5,
    actionsDenied: 6,
    templates: ['Replica.template.json', 'Source.template.json'],
    rehearsed: ['Replica', 'Source'],
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

  const deployed: Deployed = { order: ['Replica', 'Source'], tooEarly: [], arrivals: [arrival], steps: [] };
  const known = { flows, judgement, expected, deployed };

  test('is content with an example whose objects arrived, also where it was not deployed', () => {
    expect(failuresOf(known)).toEqual([]);
    expect(failuresOf({ flows, judgement, expected })).toEqual([]);
  });

  test.each([
    ['nobody looked for an object', { arrivals: [] }, 'no object of Source/Data arrived in Replica/Copy'],
    [
      'no object of a rule was to arrive',
      { arrivals: [{ ...arrival, arrived: [{ ...arrival.arrived[0], status: 'absent' as const }] }] },
      'no object of Source/Data arrived in Replica/Copy',
    ],
    ['a step of the drill went wrong', { steps: [{ done: 'a probe', seen: 'FAILED', ok: false }] }, 'a probe: FAILED'],
    ['an object was lost', { arrivals: [arrival, lost] }, 'b.txt, written: not as the rules say'],
    ['a stack did not wait', { tooEarly: ['Source was begun'] }, 'Source was begun'],
  ])('fails an example when %s, and says so', (_, more, message) => {
    const objects = ('arrivals' in more ? more.arrivals : deployed.arrivals).map(inWords);
    const failed = { ...shown, ...known, expected: { ...expected, objects }, deployed: { ...deployed, ...more } };
    expect(failuresOf(failed).map((it) => it.message)).toEqual([message]);
    const text = renderText(failed, (it) => it);
    expect(text).toMatch(/^✖ x: 2 stacks, 1 flow, FAILED, see below\n/);
    expect(text).toContain(message);
    expect(renderPage([failed], ['x'])).toContain(`**FINDING** Local AWS, `);
  });

  test('does not ask a disabled rule for objects', () => {
    const disabled = flowsOf(replicaStack(), sourceStack({ Status: 'Disabled' }));
    const nothing = { flows: ['Data -> Copy: all objects, disabled'], objects: [] };
    const idle = { ...deployed, arrivals: [] };
    expect(failuresOf({ flows: disabled, judgement, expected: nothing, deployed: idle })).toEqual([]);
  });

  test('notices what templates and objects have lost together: it knows what each example is for', () => {
    const name = 'mirror-production-to-test';
    const made = together(loadExample(name).map((app) => readDeployedStacks(app.synth())));
    const differences = (seen: StackOfApp[]) =>
      failuresOf({ flows: flowsOf(...seen), judgement, expected: expectedOf(name) }).map((it) => it.message);
    expect(differences(made)).toEqual([]);
    const changed: StackOfApp[] = structuredClone(made);
    for (const { Properties } of changed.flatMap(({ template }) => Object.values(template.Resources))) {
      for (const rule of Properties?.ReplicationConfiguration?.Rules ?? []) {
        Object.assign(rule, { Filter: { Prefix: '' }, DeleteMarkerReplication: { Status: 'Disabled' } });
      }
    }
    expect(differences(changed)).toEqual([
      'expected, and not seen: Orders -> Orders: prefix price-lists/, delete markers',
      'expected, and not seen: Orders -> Orders: prefix orders/ and tags personal=no, size=small',
      'seen, and not expected: Orders -> Orders: all objects',
      'seen, and not expected: Orders -> Orders: all objects',
    ]);
    expect(failuresOf({ ...known, expected: { ...expected, objects: [] } }).map((it) => it.message)).toEqual([
      'seen, and not expected: Data: a.txt k=v written, COMPLETED; Copy: REPLICA',
    ]);
  });

  test('tells a stack that began before one that it must wait for was complete', () => {
    const replica = { id: 'Replica', began: '2026-01-01T00:00:00.100Z', ended: '2026-01-01T00:00:00.300Z' };
    const source = { id: 'Source', began: '2026-01-01T00:00:00.300Z', ended: '2026-01-01T00:00:00.400Z' };
    expect(startedTooEarly(stacks, [replica, source])).toEqual([]);
    expect(startedTooEarly(stacks, [replica, { ...source, began: '2026-01-01T00:00:00.299Z' }])).toEqual([
      'Source was begun at 2026-01-01T00:00:00.299Z, before Replica was complete at 2026-01-01T00:00:00.300Z',
    ]);
    expect(() => startedTooEarly(stacks, [source])).toThrow('stack Replica was not deployed');
  });

  test('draws regions, buckets and an arrow for each rule', () => {
    expect(
      renderDiagram(flowsOf(replicaStack(), sourceStack({ Destination: { ReplicationTime: {} } }))).split('\n'),
    ).toEqual([
      'flowchart LR',
      '  subgraph place1["us-east-1"]',
      '    bucket1[("Source/Data<br/>SSE-S3")]',
      '  end',
      '  subgraph place2["eu-west-1"]',
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
    const page = renderPage([{ ...shown, judgement, deployed: { ...deployed, arrivals: [arrival, lost] } }], []);
    expect(page).toContain('1 object arrived, 1 stayed away');
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

  test('says the account as well where there are two', () => {
    const both = [replicaStack({}, { account: '222222222222' }), sourceStack()];
    both[1].template.Resources.Data.Properties!.ReplicationConfiguration.Rules[0].Destination.Bucket = {
      'Fn::GetStackOutput': {
        ...output('CopyArn')['Fn::GetStackOutput'],
        RoleArn: 'arn:aws:iam::222222222222:role/reader',
      },
    };
    const [flow] = flowsOf(...both);
    expect([flow.source.place, flow.destination.place]).toEqual(['111111111111 us-east-1', '222222222222 eu-west-1']);
    expect(deployOrder(both)[0]).toBe('Replica (222222222222 eu-west-1)');
    expect(renderDiagram([flow])).toContain('["222222222222 eu-west-1"]');
  });

  test('shows the order in which the stacks were deployed, not the one of the rehearsal', () => {
    const wrongWay = { ...shown, judgement, deployed: { ...deployed, order: ['Source', 'Replica'] } };
    for (const text of [renderText(wrongWay, (it) => it), renderPage([wrongWay], [])]) {
      expect(text).toMatch(/begun in this order:\s+1\. Source [^\n]*\n *2\. Replica/);
    }
  });

  test('fits into 120 columns', () => {
    const destination = `Replica/${'x'.repeat(200)}`;
    const long = flowsOf(replicaStack({}, { paths: { Copy: destination } }), sourceStack());
    const there = { ...arrival, arrived: [{ ...arrival.arrived[0], destination }] };
    const finding = { check: 'Check', rule: 'rule', message: 'any word '.repeat(30), where: ['there '.repeat(40)] };
    const wide = {
      ...judgement,
      windows: ['Source/Data: no permission '.repeat(20)],
      failures: [finding],
      warnings: [finding],
    };
    const expectedHere = {
      flows: [`Data -> ${'x'.repeat(200)}: all objects`],
      objects: [there, lost].map(inWords),
    };
    const all = {
      ...{ ...shown, flows: long, expected: expectedHere, judgement: wide },
      deployed: { ...deployed, arrivals: [there, lost] },
    };
    const widths = renderText(all, (it) => it)
      .split('\n')
      .map((line) => line.length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(120);
  });
});
