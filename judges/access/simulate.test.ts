import { Document, Statement } from './policies';
import { Call, isAllowed, simulate } from './simulate';

const KEY = 'arn:aws:kms:us-east-1:111111111111:key/1';
const BUCKET = 'arn:aws:s3:::documents';
const CONTEXT = 'kms:EncryptionContext:aws:s3:arn';
const root: Document = {
  Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111111111111:root' }, Action: '*', Resource: '*' }],
};

const call = (action: string, resource: string, context: Call['context'] = {}): Call => ({
  principal: 'arn:aws:iam::111111111111:role/replication',
  action,
  resource,
  owner: '111111111111',
  context,
});
const policy = (...statements: Array<Partial<Statement>>): Document => ({
  Statement: statements.map((it) => ({ Effect: 'Allow', Resource: '*', ...it })),
});

/** Both ways to ask, the second one twice: it makes checks the first time. */
async function ask(asked: Call, identity: Document, more: { boundary?: Document; resource?: Document } = {}) {
  const policies = { identity: [identity], ...more };
  const answers = [await simulate(asked, policies), await isAllowed(asked, policies), await isAllowed(asked, policies)];
  expect(new Set(answers).size).toBe(1);
  return answers[0];
}

describe('the encryption context', () => {
  const decrypt = (context: string) => call('kms:Decrypt', KEY, { [CONTEXT]: context });
  const within = (...values: string[]) =>
    policy({ Action: 'kms:Decrypt', Condition: { StringLike: { [CONTEXT]: values } } });

  test.each<[string, Call, Document, boolean]>([
    ['matches', decrypt(`${BUCKET}/logs/1`), within(`${BUCKET}/logs/*`), true],
    ['matches the second of two', decrypt(BUCKET), within(`${BUCKET}/logs/*`, BUCKET), true],
    ['is another', decrypt(`${BUCKET}/data/1`), within(`${BUCKET}/logs/*`), false],
    ['is not there', call('kms:Decrypt', KEY), within(`${BUCKET}/logs/*`), false],
    [
      'has its key in capitals',
      decrypt(BUCKET),
      policy({ Action: 'kms:Decrypt', Condition: { StringEquals: { [CONTEXT.toUpperCase()]: BUCKET } } }),
      true,
    ],
    [
      'has another key',
      decrypt(BUCKET),
      policy({ Action: 'kms:Decrypt', Condition: { StringEquals: { 'kms:EncryptionContext:aws:arn': BUCKET } } }),
      false,
    ],
    ['has an escaped star', decrypt(`${BUCKET}/a*b/1`), within(`${BUCKET}/a\${*}b/*`), true],
    [
      'has no star, and the pattern has an escaped one',
      decrypt(`${BUCKET}/aXb/1`),
      within(`${BUCKET}/a\${*}b/*`),
      false,
    ],
    ['has no star, and the pattern has a bare one', decrypt(`${BUCKET}/aXb/1`), within(`${BUCKET}/a*b/*`), true],
  ])('%s', async (_, asked, identity, allowed) => {
    expect(await ask(asked, identity, { resource: root })).toBe(allowed);
  });
});

describe('keys of objects', () => {
  test.each([
    ['a*b/1', 'a${*}b/*', true],
    ['a*b', 'a${*}b', true],
    ['aXb', 'a${*}b', false],
    ['aXb/1', 'a${*}b/*', false],
    ['aXb/1', 'a*b/*', true],
    ['a?b/1', 'a${?}b/*', true],
    ['aXb/1', 'a${?}b/*', false],
    ['aXb/1', 'a?b/*', true],
    ['${aws:PrincipalAccount}/1', '${$}{aws:PrincipalAccount}/*', true],
    ['111111111111/1', '${$}{aws:PrincipalAccount}/*', false],
    ['111111111111/1', '${aws:PrincipalAccount}/*', true],
    ['${aws:PrincipalAccount}/1', '${aws:PrincipalAccount}/*', false],
    ['Logs/1', 'logs/*', false],
    ['a:b/1', 'a:b/*', true],
  ])('%s by %s: %s', async (key, pattern, allowed) => {
    const asked = call('s3:ReplicateObject', `${BUCKET}/${key}`, { 'aws:PrincipalAccount': '111111111111' });
    expect(await ask(asked, policy({ Action: 's3:ReplicateObject', Resource: `${BUCKET}/${pattern}` }))).toBe(allowed);
  });
});

describe('statements that are left out of a quick answer make no difference', () => {
  const asked = call('s3:ReplicateObject', `${BUCKET}/logs/1`);
  const all: Partial<Statement> = { Action: 's3:*' };

  test.each<[string, Document, boolean]>([
    ['an action in capitals', policy({ Action: 'S3:REPLICATEOBJECT' }), true],
    ['a wildcard', policy({ Action: 's3:Rep*' }), true],
    ['a question mark', policy({ Action: 's3:?eplicateObject' }), true],
    ['everything', policy({ Action: '*' }), true],
    ['all but another action', policy({ NotAction: 's3:ReplicateTags' }), true],
    ['all but this action', policy({ NotAction: 's3:Replicate*' }), false],
    ['another action', policy({ Action: ['s3:ReplicateTags', 'kms:*'] }), false],
    ['another resource', policy({ ...all, Resource: [`${BUCKET}/logs/2`, BUCKET] }), false],
    ['the same resource', policy({ ...all, Resource: [`${BUCKET}/logs/2`, `${BUCKET}/logs/1`] }), true],
    ['the same start', policy({ ...all, Resource: `${BUCKET}/lo*` }), true],
    ['another start', policy({ ...all, Resource: `${BUCKET}/logs/1/*` }), false],
    ['a Deny of the same resource', policy(all, { ...all, Effect: 'Deny', Resource: `${BUCKET}/logs/1` }), false],
    ['a Deny of another resource', policy(all, { ...all, Effect: 'Deny', Resource: `${BUCKET}/logs/2` }), true],
    ['a Deny of all but some', policy(all, { Effect: 'Deny', NotAction: 's3:Get*' }), false],
    [
      'all but another resource',
      { Statement: [{ Effect: 'Allow', Action: 's3:*', NotResource: `${BUCKET}/logs/2` }] },
      true,
    ],
    [
      'all but this resource',
      { Statement: [{ Effect: 'Allow', Action: 's3:*', NotResource: `${BUCKET}/logs/1` }] },
      false,
    ],
  ])('%s', async (_, identity, allowed) => expect(await ask(asked, identity)).toBe(allowed));

  test('a permissions boundary', async () => {
    const identity = policy(all);
    expect(await ask(asked, identity, { boundary: policy({ Action: 's3:Replicate*' }) })).toBe(true);
    expect(await ask(asked, identity, { boundary: policy({ Action: 's3:Get*' }) })).toBe(false);
  });

  test('a key whose policy leaves nothing to IAM', async () => {
    const decrypt = call('kms:Decrypt', KEY);
    const admin = { Statement: [{ ...root.Statement[0], Principal: { AWS: 'arn:aws:iam::111111111111:role/admin' } }] };
    expect(await ask(decrypt, policy({ Action: 'kms:*' }), { resource: root })).toBe(true);
    expect(await ask(decrypt, policy({ Action: 'kms:*' }), { resource: admin })).toBe(false);
    expect(await ask(decrypt, policy({ Action: 'kms:*' }))).toBe(false);
  });

  test('the service that takes a role', async () => {
    const assume = {
      ...call('sts:AssumeRole', 'arn:aws:iam::111111111111:role/replication'),
      principal: 's3.amazonaws.com',
    };
    const trust = (Service: string | string[]): Document => ({
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service } }],
    });
    const answer = async (resource?: Document) => [
      await simulate(assume, { identity: [], resource }),
      await isAllowed(assume, { identity: [], resource }),
      await isAllowed(assume, { identity: [], resource }),
    ];
    expect(await answer(trust('s3.amazonaws.com'))).toEqual([true, true, true]);
    expect(await answer(trust(['lambda.amazonaws.com', 's3.amazonaws.com']))).toEqual([true, true, true]);
    expect(await answer(trust('lambda.amazonaws.com'))).toEqual([false, false, false]);
    expect(await answer(trust('batchoperations.s3.amazonaws.com'))).toEqual([false, false, false]);
    expect(await answer()).toEqual([false, false, false]);
  });
});

describe('what cannot be told is an error', () => {
  const everything = { identity: [policy({ Action: '*' })] };

  test.each<[string, Call, RegExp]>([
    [
      'a context key of another action',
      call('s3:ListBucket', BUCKET, { 'kms:ViaService': 's3' }),
      /ignores kms:ViaService/,
    ],
    ['an action that there is not', call('s3:ReplicateBucket', BUCKET), /invalid\.action/],
    ['an action of something else', call('s3:ReplicateObject', BUCKET), /no\.resource\.types/],
  ])('%s', async (_, asked, message) => {
    await expect(simulate(asked, everything)).rejects.toThrow(message);
    await expect(isAllowed(asked, everything)).rejects.toThrow(message);
  });

  test('a policy that is none', async () => {
    const broken = { identity: [{ Statement: [{ Effect: 'allow', Action: '*', Resource: '*' } as any] }] };
    await expect(isAllowed(call('s3:ListBucket', BUCKET), broken)).rejects.toThrow('Effect');
  });
});
