import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { appsOf, EXAMPLES, loadApp, ORGANIZATION } from './load';
import { judgeAccess } from '../../judges/access/judge';
import { Document } from '../../judges/access/policies';
import { Call, isAllowed } from '../../judges/access/simulate';
import { isOurs } from '../../judges/access/two-accounts';
import { DeployedApp } from '../../judges/assembly/deployed';
import { readStacks } from '../../judges/assembly/stacks';
import { rehearse } from '../../judges/rehearsal/rehearse';

const NAME = 'organization-log-archive';
const [ARCHIVE, BASELINE] = ['archive.app.ts', 'baseline.app.ts'];
const assemblies: Record<string, CloudAssembly> = {};
beforeAll(() => {
  expect(appsOf(NAME)).toEqual([ARCHIVE, BASELINE]);
  for (const file of [ARCHIVE, BASELINE]) assemblies[file] = loadApp(NAME, file).synth();
});

const archive = () => readStacks(assemblies[ARCHIVE]);
/** The baseline as it is deployed in one account and region. */
const baseline = (account: string, region = 'us-east-1') => readStacks(assemblies[BASELINE], { account, region });

describe('the baseline', () => {
  test('is a template that a StackSet takes', () => {
    const [stack, ...more] = assemblies[BASELINE].stacks;
    expect(more).toEqual([]);
    expect(Object.keys(stack.template)).toEqual(['Resources']); // nothing of cdk bootstrap
    expect([stack.assets, assemblies[BASELINE].artifacts.filter((it) => 'contents' in it)]).toEqual([[], []]);
    expect(statSync(stack.templateFullPath).size).toBeLessThan(51_200); // --template-body
  });

  test('names no account but that of the archive, and no region but in the name of the archive', () => {
    const text = JSON.stringify(assemblies[BASELINE].stacks[0].template);
    expect(new Set(text.match(/\d{12}/g))).toEqual(new Set(['222222222222']));
    expect(text.replaceAll('log-archive-222222222222-us-east-1', '')).not.toMatch(
      /\b(af|ap|ca|cn|eu|il|me|mx|sa|us)-[a-z]+-\d/,
    );
  });

  const judged = (organization: string) => {
    const accounts = ['111111111111', '333333333333'].map((it) => new DeployedApp([...archive(), ...baseline(it)]));
    return Promise.all(accounts.map((app) => judgeAccess(app, { isOurs, organization, least: 'sample' })));
  };

  test('has what it needs in every account of the organization, and nothing else', async () => {
    const verdicts = await judged(ORGANIZATION);
    expect(verdicts.flatMap(({ findings }) => findings)).toEqual([]);
    expect(verdicts.every(({ allowed }) => allowed > 5)).toBe(true);
  });

  test('has not in another organization', async () => {
    for (const { findings } of await judged('o-zzzzzzzzzz')) {
      expect(findings).toContainEqual(expect.stringMatching(/^denied: s3:ReplicateObject on .*log-archive/));
    }
  });

  test('is deployed after the archive, and refused without it', () => {
    const first = rehearse(archive());
    expect(first).toMatchObject({ refusals: [], dead: [] });
    for (const account of ['111111111111', '333333333333']) {
      expect(rehearse([...archive(), ...baseline(account)], {}, first.state)).toMatchObject({
        order: ['LogBaseline'],
        refusals: [],
        dead: [],
      });
    }
    expect(rehearse(baseline('333333333333')).refusals).toEqual([
      expect.stringContaining('Destination bucket must exist'),
    ]);
  });

  test('has a role of another name in every region', () => {
    const roles = ['us-east-1', 'eu-west-1'].map(
      (region) => new DeployedApp(baseline('333333333333', region)).ofType('AWS::IAM::Role')[0].physicalId,
    );
    expect(new Set(roles).size).toBe(2);
    for (const role of roles) expect(role).toMatch(/^logs-to-archive-/);
  });
});

describe('the service control policy of the README', () => {
  const ALL: Document = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  const [, json] = /```json\n([^]*?)```/.exec(readFileSync(join(EXAMPLES, NAME, 'README.md'), 'utf8'))!;
  const policy = (): Document => JSON.parse(json);

  const ACTIONS = ['CreateRole', 'PassRole', 'PutRolePolicy', 'AttachRolePolicy', 'UpdateAssumeRolePolicy'];
  /** What somebody may do with a role whose own account allows him everything; a Deny counts wherever it is. */
  async function allowed(principal: string, role: string, document = policy()): Promise<string[]> {
    const [owner] = /\d{12}/.exec(principal)!;
    const calls = ACTIONS.map((action): Call => ({
      principal,
      action: `iam:${action}`,
      resource: `arn:aws:iam::${owner}:role/${role}`,
      owner,
      context: { 'aws:PrincipalArn': principal },
    }));
    const answers = await Promise.all(calls.map((call) => isAllowed(call, { identity: [ALL, document] })));
    return ACTIONS.filter((_, i) => answers[i]);
  }
  const name = () => new DeployedApp(baseline('333333333333')).ofType('AWS::IAM::Role')[0].physicalId;
  const [STACKSETS, ADMIN] = ['stacksets-exec-0123456789abcdef0123456789abcdef', 'admin'].map(
    (role) => `arn:aws:iam::333333333333:role/${role}`,
  );

  test('keeps the role of the baseline for StackSets', async () => {
    expect(await allowed(STACKSETS, name())).toEqual(ACTIONS);
    expect(await allowed(ADMIN, name())).toEqual([]);
  });

  test('keeps the name that is exempt from being taken', async () => {
    expect(await allowed(ADMIN, 'stacksets-exec-of-mine')).toEqual([]);
  });

  test('leaves other roles alone', async () => {
    expect(await allowed(ADMIN, 'logs-of-mine')).toEqual(ACTIONS);
  });

  test('would be found wanting for another prefix, and without an action', async () => {
    const change = (of: (statement: any) => void) => {
      const document = policy();
      document.Statement.forEach(of);
      return document;
    };
    const elsewhere = change((it) => (it.Resource = 'arn:aws:iam::*:role/log-archive-*'));
    expect(await allowed(ADMIN, name(), elsewhere)).toEqual(ACTIONS);
    const without = change((it) => (it.Action = it.Action.filter((action: string) => action !== 'iam:PassRole')));
    expect(await allowed(ADMIN, name(), without)).toEqual(['PassRole']);
  });
});
