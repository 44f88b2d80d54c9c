import { Model, Refuse, Role, StackResource } from './model';
import { characters, namedIdentities, PolicyDocument } from './policies';

const INLINE_QUOTA = 10240;
const MANAGED_QUOTA = 6144;

/** Creates or updates a role, with the inline policies that its template has. */
export function putRole(model: Model, next: StackResource, before: StackResource | undefined, refuse: Refuse): void {
  const { properties } = next;
  const arn = next.arn!;
  const name = next.physicalId;
  if (!before && !properties.RoleName && model.isLeftBehind(arn)) model.setAside(name);
  if (!before && model.role(next.stack.account, name)) refuse(`Role with name ${name} already exists.`);
  const missing = model.missingIdentity(namedIdentities(properties.AssumeRolePolicyDocument));
  if (missing) refuse(`Invalid principal in policy: "AWS":"${missing}"`);
  const was = before && model.roles.get(arn);
  const attached = { ...was?.inline };
  for (const { PolicyName } of before?.properties.Policies ?? []) delete attached[PolicyName];
  for (const { PolicyName, PolicyDocument: document } of properties.Policies ?? []) attached[PolicyName] = document;
  const own: string[] = before?.properties.ManagedPolicyArns ?? [];
  const managed = [
    ...(was?.managed ?? []).filter((it) => !own.includes(it)),
    ...((properties.ManagedPolicyArns as string[] | undefined) ?? []),
  ];
  for (const policy of managed) {
    if (model.accounts.has(policy.split(':')[4]) && !model.policies.has(policy)) {
      refuse(`Policy ${policy} does not exist or is not attachable.`);
    }
  }
  const id = was?.id ?? `AROA${++model.roleIds}`;
  putInline(
    model,
    { arn, id, label: next.label, name, trust: properties.AssumeRolePolicyDocument, inline: attached, managed },
    refuse,
  );
}

function putInline(model: Model, role: Role, refuse: Refuse): void {
  const size = Object.values(role.inline).reduce((sum, document) => sum + characters(document), 0);
  if (size > INLINE_QUOTA) refuse(`Maximum policy size of ${INLINE_QUOTA} bytes exceeded for role ${role.name}`);
  model.roles.set(role.arn, role);
}

/** What the role has from elsewhere is in the way. */
export function deleteRole(model: Model, { arn, properties }: StackResource, refuse: Refuse): void {
  const role = model.roles.get(arn!);
  const own = ((properties.Policies ?? []) as any[]).map(({ PolicyName }) => PolicyName);
  if (Object.keys(role?.inline ?? {}).some((name) => !own.includes(name))) {
    refuse('Cannot delete entity, must delete policies first.');
  }
  if (role?.managed.some((it) => !((properties.ManagedPolicyArns ?? []) as string[]).includes(it))) {
    refuse('Cannot delete entity, must detach all policies first.');
  }
  model.roles.delete(arn!);
}

const rolesOf = ({ properties }: StackResource): string[] => properties.Roles ?? [properties.RoleName].flat();

/** AWS::IAM::Policy and AWS::IAM::RolePolicy: an inline policy of roles. */
export function putPolicy(model: Model, next: StackResource, before: StackResource | undefined, refuse: Refuse): void {
  if (before) deletePolicy(model, before);
  for (const name of rolesOf(next)) {
    const role = model.role(next.stack.account, name);
    if (!role) {
      refuse(`The role with name ${name} cannot be found.`);
      continue;
    }
    const { PolicyName, PolicyDocument: document } = next.properties;
    putInline(model, { ...role, inline: { ...role.inline, [PolicyName]: document } }, refuse);
  }
}

export function deletePolicy(model: Model, gone: StackResource): void {
  for (const name of rolesOf(gone)) {
    const role = model.role(gone.stack.account, name);
    if (!role) continue;
    const { [gone.properties.PolicyName as string]: _, ...inline } = role.inline;
    model.roles.set(role.arn, { ...role, inline });
  }
}

export function putManagedPolicy(
  model: Model,
  next: StackResource,
  before: StackResource | undefined,
  refuse: Refuse,
): void {
  if (before) detach(model, before);
  const document: PolicyDocument = next.properties.PolicyDocument;
  if (characters(document) > MANAGED_QUOTA) refuse(`Cannot exceed quota for PolicySize: ${MANAGED_QUOTA}`);
  model.policies.set(next.physicalId, document);
  for (const name of (next.properties.Roles ?? []) as string[]) {
    const role = model.role(next.stack.account, name);
    if (role) model.roles.set(role.arn, { ...role, managed: [...role.managed, next.physicalId] });
    else refuse(`The role with name ${name} cannot be found.`);
  }
}

export function deleteManagedPolicy(model: Model, gone: StackResource): void {
  detach(model, gone);
  model.policies.delete(gone.physicalId);
}

function detach(model: Model, { properties, stack, physicalId }: StackResource): void {
  for (const name of (properties.Roles ?? []) as string[]) {
    const role = model.role(stack.account, name);
    if (role) model.roles.set(role.arn, { ...role, managed: role.managed.filter((it) => it !== physicalId) });
  }
}

export function putKey(model: Model, next: StackResource, before: StackResource | undefined, refuse: Refuse): void {
  const policy: PolicyDocument = next.properties.KeyPolicy;
  if (!before && model.isLeftBehind(next.arn!)) model.setAside(next.physicalId);
  if (model.missingIdentity(namedIdentities(policy))) {
    refuse('Policy contains a statement with one or more invalid principals.');
  }
  model.keys.set(next.arn!, { arn: next.arn!, label: next.label, policy: model.pinned(policy) });
}

export function deleteKey(model: Model, { arn }: StackResource): void {
  model.keys.delete(arn!);
}
