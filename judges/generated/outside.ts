import { importedKeyArn } from './build-bucket';
import { ACCOUNT, AppPlan } from './plan';

/** ARNs of the keys and roles that a plan names and that its app does not have. */
export function outsideOf({ keys, roles }: AppPlan): { keys: string[]; roles: string[] } {
  return {
    keys: keys.flatMap(({ id, kind, region, account }) =>
      kind === 'imported' ? [importedKeyArn(id, region!, account)] : [],
    ),
    roles: roles.flatMap(({ id, kind }) => (kind === 'imported' ? [`arn:aws:iam::${ACCOUNT}:role/${id}`] : [])),
  };
}
