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
  when(role !== undefined && role.type !== 'AWS::IAM::Role', 'not a role');
  when(role !== undefined && !trustsS3(role.properties.AssumeRolePolicyDocument), 'the role does not trust S3');
  const name = role?.physicalId ?? String(arn).split('/').pop();
  const documents = documentsOf(app, account, name, role);
  when(documents.length === 0, 'the role has no permissions');
  when(JSON.stringify(documents).replace(/\s/g, '').length > LONGEST, 'the policies of the role are too long');
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

function documentsOf(app: DeployedApp, account: string, name: unknown, role?: DeployedResource): any[] {
  const attached = app
    .ofType('AWS::IAM::Policy')
    .filter(({ stack, properties }) => stack.account === account && properties.Roles?.includes(name));
  return [
    ...(role?.properties.Policies ?? []).map((it: any) => it.PolicyDocument),
    ...attached.map(({ properties }) => properties.PolicyDocument),
  ];
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html */
function trustsS3(document: any): boolean {
  return [document?.Statement ?? []]
    .flat()
    .some(
      ({ Effect, Action, Principal, Condition }: any) =>
        Effect === 'Allow' &&
        [Action].flat().includes('sts:AssumeRole') &&
        [Principal?.Service].flat().includes('s3.amazonaws.com') &&
        Condition === undefined,
    );
}
