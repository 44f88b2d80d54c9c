import { asList, Statement } from '../access/policies';
import { DeployedApp, DeployedResource } from '../assembly/deployed';
import { partitionOf } from '../assembly/physical';

/** What must be there once only, and what AWS takes as a name: whoever deploys one app to several places meets himself. */
export function nameFaults(app: DeployedApp): string[] {
  return [...doubled(namesOf(app)), ...spellingFaults(app), ...app.resources.flatMap(doubledStatements)];
}

/** The name of a thing, as far as it must be unique; and where it is. */
type Name = readonly [name: string, where: string];

function namesOf(app: DeployedApp): Name[] {
  const at = ({ stack, logicalId }: DeployedResource) => `${stack.id}/${logicalId}`;
  return [
    ...app.stacks.map(({ id, name, account, region }): Name => [`stack ${name} in ${region} of ${account}`, id]),
    ...app
      .ofType('AWS::S3::Bucket')
      .map((it): Name => [`bucket ${it.physicalId} in ${partitionOf(it.stack.region).partition}`, at(it)]),
    // IAM does not tell names apart by case
    ...app
      .ofType('AWS::IAM::Role')
      .map((it): Name => [`role ${it.physicalId.toLowerCase()} of ${it.stack.account}`, at(it)]),
    ...app.ofType('AWS::IAM::ManagedPolicy').map((it): Name => [`policy ${it.physicalId}`, at(it)]),
    ...inlinePolicies(app).map(({ role, name, account, of }): Name => [
      `policy ${name} of ${role} of ${account}`,
      at(of),
    ]),
  ];
}

function inlinePolicies(app: DeployedApp) {
  const policy = (of: DeployedResource, role: string, name: string) => ({ of, role, name, account: of.stack.account });
  return [
    ...app
      .ofType('AWS::IAM::Role')
      .flatMap((it) =>
        asList<any>(it.properties.Policies).map(({ PolicyName }) => policy(it, it.physicalId, PolicyName)),
      ),
    ...app
      .ofType('AWS::IAM::Policy')
      .flatMap((it) => asList<string>(it.properties.Roles).map((role) => policy(it, role, it.properties.PolicyName))),
    ...app
      .ofType('AWS::IAM::RolePolicy')
      .map((it) => policy(it, it.properties.RoleName as string, it.properties.PolicyName as string)),
  ];
}

function doubled(names: readonly Name[]): string[] {
  const first = new Map<string, string>();
  return names.flatMap(([name, where]) => {
    const other = first.get(name);
    if (other === undefined) first.set(name, where);
    return other === undefined ? [] : [`${name} is there twice: ${other} and ${where}`];
  });
}

/**
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
 */
function spellingFaults(app: DeployedApp): string[] {
  const kept = /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/;
  const isBucketName = (name: string) => /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !kept.test(name);
  return [
    ...app
      .ofType('AWS::S3::Bucket')
      .flatMap(({ properties: { BucketName } }) =>
        BucketName === undefined || isBucketName(BucketName) ? [] : [`no bucket can be called ${BucketName}`],
      ),
    ...app
      .ofType('AWS::IAM::Role')
      .flatMap(({ properties: { RoleName } }) =>
        RoleName === undefined || /^[\w+=,.@-]{1,64}$/.test(RoleName) ? [] : [`no role can be called ${RoleName}`],
      ),
    ...inlinePolicies(app).flatMap(({ name }) =>
      /^[\w+=,.@-]{1,128}$/.test(name) ? [] : [`no policy can be called ${name}`],
    ),
  ];
}

/** Ids of statements are unique in their policy, and what stands there twice was meant to be something else. */
function doubledStatements({ stack, logicalId, properties }: DeployedResource): string[] {
  return documentsIn(properties).flatMap((statements) => {
    const [ids, texts] = [
      statements.flatMap(({ Sid }) => Sid ?? []),
      statements.map(({ Sid: _, ...statement }) => JSON.stringify(statement)),
    ];
    const twice = (of: string[]) => of.filter((it, i) => of.indexOf(it) !== i);
    return [
      ...twice(ids).map((id) => `${stack.name}/${logicalId}: two statements have the id ${id}`),
      ...twice(texts).map((text) => `${stack.name}/${logicalId}: the same statement twice: ${text}`),
    ];
  });
}

function documentsIn(value: unknown): Statement[][] {
  if (typeof value !== 'object' || value === null) return [];
  const { Version, Statement: own } = value as { Version?: unknown; Statement?: Statement | Statement[] };
  return Version !== undefined && own !== undefined ? [asList(own)] : Object.values(value).flatMap(documentsIn);
}
