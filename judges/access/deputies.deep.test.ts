import { ORGANIZATION, stacksOf } from './cell-app';
import { Cell } from './cells';
import { demandsOf, optionsOf } from './matrix';
import { judgeDeputies, judgeMutations } from './mutation';
import { DeployedApp } from '../assembly/deployed';
import { StackOfApp } from '../assembly/stacks';

const plain: Cell = {
  ...{ scope: 'CRR', source: 'KMS', destination: 'KMS', filter: 'all', deleteMarkers: false, objectLock: false },
  ...{ destinations: 1, name: 'literal', role: 'with a path', partition: 'aws', by: 'rules', keys: 'one each' },
  ...{ accounts: 'two apps', ownership: 'ACLs', tls: true, buckets: 'L2' },
};
const one = { cell: plain, stacks: stacksOf(plain) };
const organization = {
  cell: { ...plain, accounts: 'organization' } as Cell,
  stacks: stacksOf({ ...plain, accounts: 'organization' }),
};

type Statement = Record<string, any>;
/** The ARN of the role in a condition, with an asterisk where something else may be. */
const ROLE = 'arn:aws:iam::111111111111:role/data/s3/replication';

/** The statements of these policies in the templates, with all that others have put there. */
const statementsIn = (stacks: StackOfApp[], ...types: string[]): Statement[][] =>
  stacks
    .flatMap(({ template }) => Object.values(template.Resources))
    .filter(({ Type }) => types.includes(Type))
    .map(
      ({ Properties }) =>
        (Properties!.PolicyDocument ?? Properties!.KeyPolicy ?? Properties!.Policies[0].PolicyDocument).Statement,
    );

/** What a judge says when templates are changed. */
async function judged(
  { cell, stacks }: typeof one,
  judge: typeof judgeDeputies,
  change: (stacks: StackOfApp[]) => void,
): Promise<string[]> {
  const changed = structuredClone(stacks);
  change(changed);
  const app = new DeployedApp(changed);
  return (await judge(app, { ...optionsOf(cell, app), demands: demandsOf(cell, app) })).findings;
}

/** The same when the statements for the role, in the policies of bucket and key, are changed. */
const findings = (it: typeof one, change: (statement: Statement) => void) =>
  judged(it, judgeDeputies, (stacks) =>
    statementsIn(stacks, 'AWS::S3::BucketPolicy', 'AWS::KMS::Key')
      .flat()
      .filter(({ Sid }) => `${Sid}`.startsWith('ReplicasFrom'))
      .forEach(change),
  );

/** With another condition on the ARN of the caller. */
const callers =
  (operator: string, arn: string | string[], key = 'aws:PrincipalArn') =>
  (statement: Statement) => {
    const { ArnEquals: _, ArnLike: __, ...others } = statement.Condition;
    statement.Condition = { ...others, [operator]: { ...others[operator], [key]: arn } };
  };
const withoutKey =
  (operator: string, key: string) =>
  ({ Condition }: Statement) => {
    delete Condition[operator][key];
    if (Object.keys(Condition[operator]).length === 0) delete Condition[operator];
  };

test.each([
  ['one role', one],
  ['an organization', organization],
])('nobody but %s is let in', async (_, it) => {
  expect(await findings(it, () => {})).toEqual([]);
});

test.each<[string, string[], (statement: Statement) => void]>([
  [
    'all roles of the account',
    ['with something after it', 'with a path before it'],
    withoutKey('ArnEquals', 'aws:PrincipalArn'),
  ],
  ['roles that begin alike', ['with something after it'], callers('ArnLike', `${ROLE}*`)],
  [
    'roles that end alike',
    ['with something before it'],
    callers('ArnLike', ROLE.replace('replication', '*replication')),
  ],
  [
    'the name with any path',
    ['with a longer path', 'without its path'],
    callers('ArnLike', [ROLE.replace('data/s3', '*'), ROLE.replace('data/s3/', '')]),
  ],
  ['the name with a path before it', ['with a path before it'], callers('ArnLike', ROLE.replace('data', '*'))],
  ['whatever has the name', ['of a user'], callers('ArnLike', ROLE.replace('role', '*'))],
  ['the name in any case', ['in another case'], callers('StringEqualsIgnoreCase', ROLE)],
  ['sessions of the name', ['of a session'], callers('StringLike', '*:replication', 'aws:userid')],
  [
    'the name in all accounts',
    ['in another account'],
    (statement) => {
      statement.Principal = '*';
      callers('ArnLike', ROLE.replace(/\d{12}/, '*'))(statement);
    },
  ],
  [
    'everybody',
    ['in another account', 'of a user', 'of a session'],
    (statement) => {
      statement.Principal = '*';
      statement.Condition = {};
    },
  ],
  ['requests without TLS', ['without TLS'], ({ Condition }) => delete Condition.Bool],
  ['more than replication', ['itself'], (statement) => (statement.Action = ['s3:*', 'kms:*'])],
  [
    'all services',
    ['not through S3', 'through another service', 'through S3 of another region'],
    (statement) => delete statement.Condition.StringEquals,
  ],
  [
    'what is like S3',
    ['through what begins alike'],
    ({ Condition }) => {
      if (Condition.StringEquals) {
        Condition.StringLike['kms:ViaService'] = 's3.eu-west-1.amazonaws.com*';
      }
      delete Condition.StringEquals;
    },
  ],
  ['all buckets', ['for another bucket', 'for no bucket'], (statement) => delete statement.Condition.StringLike],
  [
    'buckets that begin alike',
    ['for a bucket that begins alike', 'for an object of a bucket that begins alike'],
    ({ Condition }) => {
      if (Condition.StringLike) Condition.StringLike['kms:EncryptionContext:aws:s3:arn'] = 'arn:aws:s3:::replica-0*';
    },
  ],
])('a policy that lets in %s is found', async (_, who, change) => {
  const found = await findings(one, change);
  for (const it of who) expect(found).toContainEqual(expect.stringContaining(`is allowed ${it}, by `));
});

test.each<[string, string[], (statement: Statement) => void]>([
  [
    'all keys, as it once did,',
    ['of an insider in another member account', 'itself on what is not its own', 'for what is not its own'],
    (statement) =>
      Object.assign(statement, JSON.parse(JSON.stringify(statement).replaceAll('${aws:PrincipalAccount}/*', '*'))),
  ],
  [
    'roles with a path',
    ['with a path that begins like the prefix'],
    (statement) => delete statement.Condition.ArnNotLike,
  ],
  ['all roles of the organization', ['outside of the prefix'], withoutKey('ArnLike', 'aws:PrincipalArn')],
  ['roles of a shorter prefix', ['outside of the prefix'], callers('ArnLike', 'arn:aws:iam::*:role/data/s3/rep*')],
  [
    'all organizations',
    ['in another organization', 'in no organization'],
    withoutKey('StringEquals', 'aws:PrincipalOrgID'),
  ],
  [
    'all organizations, and all keys,',
    ['in another organization', 'in another account of another organization', 'in no organization'],
    (statement) => {
      withoutKey('StringEquals', 'aws:PrincipalOrgID')(statement);
      Object.assign(statement, JSON.parse(JSON.stringify(statement).replaceAll('${aws:PrincipalAccount}/*', '*')));
    },
  ],
  [
    'organizations that begin alike',
    ['in an organization that begins alike'],
    (statement) => {
      withoutKey('StringEquals', 'aws:PrincipalOrgID')(statement);
      statement.Condition.StringLike = { ...statement.Condition.StringLike, 'aws:PrincipalOrgID': `${ORGANIZATION}*` };
    },
  ],
  [
    'accounts of no organization',
    ['in no organization'],
    (statement) => {
      withoutKey('StringEquals', 'aws:PrincipalOrgID')(statement);
      statement.Condition.StringEqualsIfExists = { 'aws:PrincipalOrgID': ORGANIZATION };
    },
  ],
])('a policy for an organization that lets in %s is found', async (_, who, change) => {
  const found = await findings(organization, change);
  for (const it of who) expect(found).toContainEqual(expect.stringContaining(`is allowed ${it}, by `));
});

const deny = (Action: string, key: string, value: string, more = {}) => ({
  ...{ Effect: 'Deny', Action, Resource: '*', Condition: { StringNotEquals: { [key]: value } } },
  ...more,
});
const VIA = 'kms:ViaService';

test.each<[string, string, object, string]>([
  [
    'the bucket',
    'AWS::S3::BucketPolicy',
    deny('s3:*', 'aws:SecureTransport', 'true', { Principal: '*' }),
    'nobody notices without aws:SecureTransport in Bool',
  ],
  [
    'the key',
    'AWS::KMS::Key',
    deny('kms:*', VIA, 's3.eu-west-1.amazonaws.com', { Principal: '*' }),
    `nobody notices without ${VIA} in StringEquals`,
  ],
  [
    'the role',
    'AWS::IAM::Role',
    deny('kms:Encrypt', VIA, 's3.eu-west-1.amazonaws.com', {
      Action: ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'],
    }),
    `EncryptReplicas: nobody notices without ${VIA} in StringEquals`,
  ],
])('a condition of %s is of no use beside a Deny, and nobody notices that it goes', async (_, type, more, finding) => {
  const found = await judged(one, judgeMutations, (stacks) =>
    statementsIn(stacks, type).forEach((it) => it.push(more)),
  );
  expect(found).toContainEqual(expect.stringContaining(finding));
});
