import { judgeAccess } from './access-judge';
import { judgeIntent } from './intent';
import { JUDGES, Subject } from './judges';
import { ACCOUNT, AppPlan, STRANGER } from './plan';
import { judgeRehearsal } from './rehearsal-judge';
import { judgeRules } from './rules';
import { synthesize } from './synthesize';
import { judgeUntouched } from './variants';
import { DeployedApp } from '../assembly/deployed';
import { StackOfApp } from '../assembly/stacks';
import { rehearse } from '../rehearsal/rehearse';

const HERE = { account: ACCOUNT, region: 'us-east-1' };
const bucket = { level: 'L2', versioning: 'Enabled', removal: 'retain' } as const;
const rule = (source: string, destination: string, options = {}) =>
  ({ kind: 'rule', source, destination, options }) as const;
const plan = (more: Partial<AppPlan>): AppPlan => ({
  stacks: [{ id: 'S0', ...HERE }],
  keys: [],
  roles: [],
  buckets: [
    { ...bucket, id: 'B0', stack: 'S0', name: 'literal' },
    { ...bucket, id: 'B1', stack: 'S0' },
  ],
  steps: [rule('B0', 'B1')],
  mishaps: [],
  ...more,
});
const PLAIN = plan({});

/** What is to be judged of a plan, after a change of its templates. */
function subject(it: AppPlan, change: (resources: Record<string, any>, stacks: StackOfApp[]) => void = () => {}) {
  const made = synthesize(it);
  if ('error' in made) throw made.error;
  const stacks = structuredClone(made.stacks);
  change(Object.assign({}, ...stacks.map(({ template }) => template.Resources)), stacks);
  return { ...made, plan: it, stacks, app: new DeployedApp(stacks), number: 0 };
}
const of = (resources: Record<string, any>, type: string) =>
  Object.entries(resources).find(([, it]) => it.Type === `AWS::${type}`)!;
const statements = (resources: Record<string, any>): any[] =>
  of(resources, 'IAM::Role')[1].Properties.Policies[0].PolicyDocument.Statement;

const ALLOWED = { least: false, necessary: false };
const IMPORTED: AppPlan = plan({
  keys: [{ id: 'K0', stack: 'S0', kind: 'imported', region: 'us-east-1' }],
  roles: [{ id: 'R0', stack: 'S0', kind: 'imported' }],
  buckets: [
    { ...bucket, id: 'B0', stack: 'S0', name: 'literal', encryption: 'KMS', key: 'K0' },
    { ...bucket, id: 'B1', stack: 'S0', encryption: 'KMS', key: 'K0' },
  ],
  steps: [
    {
      kind: 'replication',
      id: 'X',
      stack: 'S0',
      source: 'B0',
      role: 'R0',
      rules: [{ destination: 'B1', options: {} }],
    },
  ],
});
const ALIAS: AppPlan = plan({
  keys: [
    { id: 'K0', stack: 'S0', kind: 'L2' },
    { id: 'K1', stack: 'S0', kind: 'L2' },
  ],
  buckets: [
    { id: 'B0', stack: 'S0', level: 'L1', versioning: 'Enabled', encryption: 'alias' },
    { ...bucket, id: 'B1', stack: 'S0', encryption: 'KMS', key: 'K1' },
  ],
  steps: [rule('B0', 'B1', { sourceKeys: ['K0'] })],
});
const STAGES: AppPlan = plan({
  stacks: [
    { id: 'S0', ...HERE, stage: 'Prod' },
    { id: 'S1', ...HERE, stage: 'Test' },
  ],
  buckets: [
    { ...bucket, id: 'B0', stack: 'S0', name: 'literal' },
    { ...bucket, id: 'B1', stack: 'S1', name: 'literal' },
  ],
});
const PAIR: AppPlan = plan({
  buckets: [],
  steps: [{ kind: 'pair', id: 'P0', stack: 'S0', encryption: 'KMS', options: {} }],
});
const OWN_ROLE: AppPlan = plan({
  steps: [
    {
      kind: 'replication',
      id: 'X',
      stack: 'S0',
      source: 'B0',
      roleName: 'R',
      rules: [{ destination: 'B1', options: {} }],
    },
  ],
});
const TWO_ACCOUNTS: AppPlan = plan({
  stacks: [
    { id: 'S0', ...HERE },
    { id: 'S1', account: STRANGER, region: 'eu-west-1' },
  ],
  keys: [{ id: 'K0', stack: 'S1', kind: 'L2' }],
  buckets: [
    { ...bucket, id: 'B0', stack: 'S0', encryption: 'KMS' },
    {
      ...bucket,
      id: 'B1',
      stack: 'S1',
      encryption: 'KMS',
      key: 'K0',
      ownership: 'ObjectWriter',
      enforceSSL: true,
    },
  ],
});

test.each<[string, AppPlan]>([
  ['plain', PLAIN],
  ['two accounts', TWO_ACCOUNTS],
  ['imported', IMPORTED],
  ['alias', ALIAS],
  ['two Stages', STAGES],
  ['a pair', PAIR],
  ['a role with a name', OWN_ROLE],
])('nothing is found in what is in order: %s', async (_, it) => {
  const made = subject(it);
  // all judges look at the first of a run, and for the others those do that take no second
  const number = it === PLAIN ? 0 : 8;
  for (const { judge } of JUDGES) expect(await judge({ ...made, number })).toEqual([]);
});

describe('two accounts', () => {
  const granted = (it: Record<string, any>, type: string, policy: string) =>
    of(it, type)[1].Properties[policy].Statement.find(({ Sid }: any) => Sid?.startsWith('ReplicasFrom'));
  const POLICIES = [
    ['S3::BucketPolicy', 'PolicyDocument', /denied: s3:Replicate/],
    ['KMS::Key', 'KeyPolicy', /denied: kms:/],
  ] as const;

  test.each(POLICIES)('access: the other account lets nobody in: %s', async (type, policy, finding) => {
    const changed = subject(TWO_ACCOUNTS, (it) => (granted(it, type, policy).Effect = 'Deny'));
    expect((await judgeAccess(changed, ALLOWED)).join()).toMatch(finding);
  });

  test.each(POLICIES)('untouched: another statement is lost: %s', (type, policy) => {
    const { stacks } = subject(TWO_ACCOUNTS, (it) => {
      const document = of(it, type)[1].Properties[policy];
      document.Statement = [granted(it, type, policy)];
    });
    expect(judgeUntouched(TWO_ACCOUNTS, stacks).join()).toMatch(/^S1\/\w+ is changed/);
  });

  test('intent: the owner of replicas', () => {
    const { built, app } = subject(TWO_ACCOUNTS, (it) => {
      const rules = Object.values(it).flatMap(({ Properties }) => Properties?.ReplicationConfiguration?.Rules ?? []);
      for (const { Destination } of rules) delete Destination.AccessControlTranslation;
    });
    expect(judgeIntent(TWO_ACCOUNTS, built, app).join()).toMatch(/rule of step 0 is missing/);
  });
});

describe('access', () => {
  test('a call that is denied', async () => {
    const changed = subject(PLAIN, (it) => (statements(it)[2].Action = ['s3:ReplicateObject', 's3:ReplicateTags']));
    expect((await judgeAccess(changed, ALLOWED)).join()).toMatch(/denied: s3:ReplicateDelete on arn:aws:s3:::/);
  });

  test.each(['EncryptReplicas', 'DecryptSourceObjects'])('with keys of elsewhere: %s', async (sid) => {
    const changed = subject(IMPORTED, (it) => {
      const { Statement } = of(it, 'IAM::Policy')[1].Properties.PolicyDocument;
      const at = Statement.findIndex(({ Sid }: any) => Sid?.startsWith(sid));
      expect(at).toBeGreaterThanOrEqual(0);
      Statement.splice(at, 1);
    });
    expect((await judgeAccess(changed, ALLOWED)).join()).toMatch(/denied: kms:/);
  });

  test('with a key behind an alias', async () => {
    const changed = subject(ALIAS, (it) => {
      const { Statement } = of(it, 'IAM::Policy')[1].Properties.PolicyDocument;
      Statement.splice(
        Statement.findIndex(({ Sid }: any) => Sid?.startsWith('DecryptSourceObjects')),
        1,
      );
    });
    expect((await judgeAccess(changed, ALLOWED)).join()).toMatch(/denied: kms:Decrypt/);
  });

  test('what is too much, and what is needless', async () => {
    const more = subject(PLAIN, (it) => {
      statements(it)[1].Action.push('s3:PutBucketVersioning');
      statements(it)[0].Action.push('s3:DeleteBucket');
    });
    expect(await judgeAccess(more, ALLOWED)).toEqual([]);
    expect((await judgeAccess(more, { ...ALLOWED, least: true })).join()).toMatch(
      /not needed, but allowed: s3:DeleteBucket/,
    );
    const needless = await judgeAccess(more, { ...ALLOWED, necessary: true });
    expect(needless.join()).toMatch(/nothing needs s3:PutBucketVersioning/);
  });

  test('nothing replicates although the plan says so, and the reverse', async () => {
    const lost = subject(PLAIN, (it) => {
      for (const { Properties } of Object.values(it)) delete Properties?.ReplicationConfiguration;
    });
    expect((await judgeAccess(lost, ALLOWED)).join()).toMatch(/nothing replicates/);
    const unasked: Subject = { ...subject(PLAIN), plan: { ...PLAIN, steps: [] } };
    expect((await judgeAccess(unasked, ALLOWED)).join()).toMatch(/replicates/);
  });
});

describe('what another account is asked for', () => {
  const ELSEWHERE = plan({
    buckets: [
      { ...bucket, id: 'B0', stack: 'S0', name: 'literal', encryption: 'KMS' },
      { id: 'B1', stack: 'S0', level: 'imported', name: 'literal', region: 'eu-west-1', account: STRANGER },
    ],
    keys: [{ id: 'K0', stack: 'S0', kind: 'imported', region: 'eu-west-1', account: STRANGER }],
    steps: [rule('B0', 'B1', { destinationKey: 'K0' })],
  });
  const asked = (change: (text: string) => string) => {
    const it = subject(ELSEWHERE);
    return judgeAccess({ ...it, handOver: JSON.parse(change(JSON.stringify(it.handOver))) }, ALLOWED);
  };

  test.each<[string, (text: string) => string, RegExp]>([
    ['nothing', () => '[]', /denied: s3:ReplicateObject on arn:aws:s3:::data-b1/],
    ['another bucket', (text) => text.replaceAll('data-b1', 'data-b2'), /denied: s3:ReplicateObject .*denied: kms:/s],
    ['another role', (text) => text.replaceAll('role/', 'role/other-'), /denied: s3:ReplicateObject .*denied: kms:/s],
    [
      'a bucket of a name that is left open',
      (text) =>
        text.replaceAll(
          /"arn:aws:s3:::data-b1[^"]*"/g,
          '{"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::data-b1/*"]]}',
        ),
      /^the policy for the bucket 'S0\/B1' leaves "Ref":"AWS::Partition" open/m,
    ],
  ])('%s', async (_, change, finding) => expect((await asked(change)).join('\n')).toMatch(finding));

  test('what it needs', async () => expect(await asked((text) => text)).toEqual([]));
});

describe('rules', () => {
  test('a key of elsewhere is known by name only', () => {
    const { app } = subject(IMPORTED);
    expect(judgeRules(app).join()).toMatch(/key that does not exist/);
  });
});

describe('rehearsal', () => {
  const find = (it: AppPlan, change?: (resources: Record<string, any>, stacks: StackOfApp[]) => void) =>
    judgeRehearsal(subject(it, change)).join('\n');

  test('a deployment that is refused', () => {
    const findings = find(PLAIN, (it) => {
      for (const { Properties } of Object.values(it)) {
        if (Properties && !Properties.ReplicationConfiguration) delete Properties.VersioningConfiguration;
      }
    });
    expect(findings).toMatch(/Destination bucket must have versioning enabled/);
  });

  test('what never works', () => {
    expect(find(PLAIN, (it) => statements(it).pop())).toMatch(/S0\/B0: no permission to write to S0\/B1/);
  });

  test('what does not work for a moment although the name is known', () => {
    const apart = (it: Record<string, any>, [{ template }]: StackOfApp[]) => {
      const [id, { Properties }] = of(it, 'IAM::Role');
      const [policy] = Properties.Policies;
      delete Properties.Policies;
      const [source] = Object.entries(it).find(([, other]) => other.Properties?.ReplicationConfiguration)!;
      template.Resources.Apart = {
        Type: 'AWS::IAM::Policy',
        Properties: { ...policy, Roles: [{ Ref: id }] },
        DependsOn: source,
        DeletionPolicy: 'Retain',
      };
    };
    expect(find(PLAIN, apart)).toMatch(/^although its name is known, S0\/B0: no permission .*; from 'create S0\/B0'/);
    // without a name that is so, and the documentation says it
    const unnamed = { ...PLAIN, buckets: PLAIN.buckets.map(({ name: _, ...it }) => it) };
    expect(find(unnamed)).toBe('');
  });

  test('Stages in the order that the user is told; in the other one S3 refuses', () => {
    const sourceFirst = (_: unknown, stacks: StackOfApp[]) => {
      stacks.sort((a, b) => (a.id < b.id ? -1 : 1));
    };
    expect(rehearse(subject(STAGES, sourceFirst).stacks).refusals.join()).toMatch(/Destination bucket must exist/);
    expect(find(STAGES, sourceFirst)).toBe('');
    expect(find(STAGES, (it) => statements(it).pop())).toMatch(/^Prod\/S0\/B0: no permission to write/);
  });

  test('what is retained, and loses its role', () => {
    const findings = find(PLAIN, (it) => delete of(it, 'IAM::Role')[1].DeletionPolicy);
    expect(findings).toBe('destroyed: S0/B0 (retained): its role is not there');
    expect(find(OWN_ROLE)).toBe('');
  });

  test('a pair that is retained, and loses its key or its replica', () => {
    const withoutPolicy = (type: string) => (it: Record<string, any>) => {
      for (const resource of Object.values(it)) if (resource.Type === type) resource.DeletionPolicy = 'Delete';
    };
    expect(find(PAIR, withoutPolicy('AWS::KMS::Key'))).toMatch(/destroyed: S0\/P0\/Source \(retained\): arn:aws:kms:/);
  });
});
