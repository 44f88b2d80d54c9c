import { Document, rolePolicies } from '../access/policies';
import { DeployedApp, DeployedResource } from '../assembly/deployed';
import { partitionOf } from '../assembly/physical';

/** Characters, without white space, of all inline policies of a role together. */
const LONGEST = 10240;

/** What is wrong with the role of a configuration and with the policies that it has in the app. */
export function policyFaults(app: DeployedApp, source: DeployedResource, arn: unknown): string[] {
  const faults: string[] = [];
  const when = (wrong: boolean, fault: string) => wrong && faults.push(fault);
  const { account, region } = source.stack;
  const wellFormed = new RegExp(
    `^arn:${partitionOf(region).partition}:iam::${account}:role(/[!-~]+)*/[\\w+=,.@-]{1,64}$`,
  );
  when(!wellFormed.test(String(arn)), `not a role of the source's account: ${arn}`);
  const role = app.find(String(arn));
  if (role !== undefined && role.type !== 'AWS::IAM::Role') return [...faults, 'the role is something else'];
  const { trust, identity: policies } = rolePolicies(app, String(arn));
  when(trust !== undefined && !trustsS3(trust.document), 'the role does not trust S3');
  const documents = policies.map(({ document }) => document);
  when(documents.length === 0, 'the role has no permissions');
  const inline = policies.filter(({ resource }) => resource.type !== 'AWS::IAM::ManagedPolicy');
  when(
    JSON.stringify(inline.map(({ document }) => document)).replace(/\s/g, '').length > LONGEST,
    'the policies of the role are too long',
  );
  for (const statement of documents.flatMap(({ Statement }) => Statement)) {
    const list = (it: unknown): unknown[] => (Array.isArray(it) ? it : [it]);
    when(list(statement.Resource).includes('*') || statement.NotResource !== undefined, 'a statement about everything');
    when(
      list(statement.Action).some((it) => String(it).includes('*')),
      'a statement with any action',
    );
    when(
      list(statement.Resource).some((it) => !/^arn:[\w-]+:(s3|kms):/.test(String(it))),
      'a resource that is not one',
    );
  }
  return faults;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html */
function trustsS3({ Statement }: Document): boolean {
  return Statement.some(
    ({ Effect, Action, Principal, Condition }) =>
      Effect === 'Allow' &&
      [Action].flat().includes('sts:AssumeRole') &&
      [Principal?.Service].flat().includes('s3.amazonaws.com') &&
      Condition === undefined,
  );
}
