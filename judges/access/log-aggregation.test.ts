import {
  archive,
  ARCHIVE,
  BUCKET,
  expectDeployable,
  forms,
  MEMBER,
  ORGANIZATION,
  OTHER,
  REGION,
  replicaKeyOf,
  STRANGER,
} from './log-archive';
import { Document, resourcePolicy } from './policies';
import { Call, isAllowed } from './simulate';
import { DeployedApp } from '../assembly/deployed';

test('sources of all accounts have what they need and nothing else, and deploy from empty in one pass', () =>
  expectDeployable('organization', 'sample'));

describe.each(forms)('with trust in %s', (form) => {
  const { bucketPolicy, keyPolicy, key } = policiesOf(form);
  const calls = ['s3:ReplicateObject', 's3:ReplicateTags', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'];
  const EVERYTHING: Document = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

  /** What a role may do that its own account allows everything. */
  async function allowedTo(
    role: string,
    more: Call['context'] = {},
    organization = ORGANIZATION,
    { ofKey = {}, ...policies }: { ofKey?: Call['context']; bucketPolicy?: Document; keyPolicy?: Document } = {},
  ): Promise<string[]> {
    const there = { bucketPolicy, keyPolicy, ...policies };
    const account = role.split(':')[4];
    const context: Call['context'] = {
      'aws:PrincipalArn': role,
      'aws:PrincipalAccount': account,
      'aws:PrincipalOrgID': organization,
      'aws:PrincipalType': 'AssumedRole',
      'aws:SecureTransport': 'true',
      'aws:userid': 'AROAEXAMPLE:s3-replication',
      ...more,
    };
    const answers = calls.map((action) => {
      const isKms = action.startsWith('kms:');
      const call: Call = {
        principal: role,
        action,
        resource: isKms ? key : `${BUCKET}/AWSLogs/${account}/a.gz`,
        owner: ARCHIVE,
        context: isKms
          ? {
              ...context,
              'kms:CallerAccount': account,
              'kms:ViaService': `s3.${REGION}.amazonaws.com`,
              'kms:EncryptionContext:aws:s3:arn': `${BUCKET}/AWSLogs/${account}/a.gz`,
              ...ofKey,
            }
          : { ...context, 's3:ResourceAccount': ARCHIVE },
      };
      return isAllowed(call, { identity: [EVERYTHING], resource: isKms ? there.keyPolicy : there.bucketPolicy });
    });
    const allowed = await Promise.all(answers);
    return calls.filter((_, index) => allowed[index]);
  }

  const roleOf = (account: string, name = 'logs-1234') => `arn:aws:iam::${account}:role/${name}`;

  test.each([
    ['one account', roleOf(MEMBER)],
    ['the other account', roleOf(OTHER, 'logs-x')],
    ['one account, named like the prefix', roleOf(MEMBER, 'logs-')],
  ])('a role of %s may write and encrypt', async (_, role) => {
    expect(await allowedTo(role)).toEqual(calls);
  });

  const somebody = (what: string, role: string, more: Call['context'] = {}, organization = ORGANIZATION) =>
    [what, role, more, organization] as const;
  test.each([
    somebody('of an outside account of another organization', roleOf(STRANGER), {}, 'o-zzzzzzzzzz'),
    somebody(
      'of an outside account of an organization whose id begins alike',
      roleOf(STRANGER),
      {},
      `${ORGANIZATION}0`,
    ),
    somebody('outside of the prefix', roleOf(MEMBER, 'replication-logs-')),
    somebody('with less than the prefix', roleOf(MEMBER, 'logs')),
    somebody('with the prefix in another case', roleOf(MEMBER, 'Logs-1234')),
    somebody('with a path', roleOf(MEMBER, 'service-role/logs-1234')),
    somebody('with a path that begins like the prefix', roleOf(MEMBER, 'logs-x/admin')),
    somebody('that is a user of such a name', `arn:aws:iam::${MEMBER}:user/logs-1234`, { 'aws:PrincipalType': 'User' }),
    somebody('with a session of such a name', roleOf(MEMBER, 'admin'), { 'aws:userid': 'AROAEXAMPLE:logs-1234' }),
    somebody('that is no role', `arn:aws:iam::${MEMBER}:root`, { 'aws:PrincipalType': 'Account' }),
  ])('somebody %s may do nothing', async (_, role, more, organization) => {
    expect(await allowedTo(role, more, organization)).toEqual([]);
  });

  test('an account that is not listed may do something only when the organization counts', async () => {
    expect(await allowedTo(roleOf(STRANGER))).toEqual(form === 'organization' ? calls : []);
  });

  test.each<[string, Call['context']]>([
    ['for objects of another bucket', { 'kms:EncryptionContext:aws:s3:arn': `${BUCKET}-2/a` }],
    ['through another service', { 'kms:ViaService': `ec2.${REGION}.amazonaws.com` }],
  ])('the key is not for use %s', async (_, ofKey) => {
    expect(await allowedTo(roleOf(MEMBER), {}, ORGANIZATION, { ofKey })).toEqual(calls.slice(0, 2));
  });

  test.each<[operator: string, whom: string, role: string, organization: string]>([
    ['ArnLike', 'another role', roleOf(MEMBER, 'admin'), ORGANIZATION],
    ['ArnNotLike', 'a role with a path', roleOf(MEMBER, 'logs-x/admin'), ORGANIZATION],
    ...(form === 'organization'
      ? [['StringEquals', 'another organization', roleOf(MEMBER), 'o-z'] as [string, string, string, string]]
      : []),
  ])('without %s %s would get in', async (operator, _, role, organization) => {
    const without = ({ Statement }: Document): Document => ({
      Statement: Statement.map(({ Condition: { [operator]: __, ...Condition } = {}, ...it }) => ({ ...it, Condition })),
    });
    const policies = { bucketPolicy: without(bucketPolicy), keyPolicy: without(keyPolicy) };
    expect(await allowedTo(role, {}, organization)).toEqual([]);
    expect(await allowedTo(role, {}, organization, policies)).toEqual(calls);
  });

  test('without TLS nothing is accepted', async () => {
    expect(await allowedTo(roleOf(MEMBER), { 'aws:SecureTransport': 'false' })).toEqual(calls.slice(2));
  });
});

function policiesOf(form: string): { bucketPolicy: Document; keyPolicy: Document; key: string } {
  const deployed = new DeployedApp(archive(form));
  const key = replicaKeyOf(deployed);
  return {
    bucketPolicy: resourcePolicy(deployed, BUCKET)!.document,
    keyPolicy: resourcePolicy(deployed, key)!.document,
    key,
  };
}
