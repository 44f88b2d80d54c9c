import type { AccessOptions } from './judge';
import { rolePolicies } from './policies';
import { Call, isAllowed } from './simulate';
import { isOurs } from './two-accounts';
import { World } from './world';
import { DeployedApp, DeployedResource } from '../assembly/deployed';
import { HANDLED, handledRules } from '../assembly/handled-rules';
import { partitionOf } from '../assembly/physical';

/** What the role of a function must be able to do for one custom resource, and what it must not. */
interface Calls {
  readonly needed: Call[];
  readonly forbidden: Call[];
}

/** Whether the functions of custom resources may do what these need, and nothing else of what they could be used for. */
export async function judgeHandlers(app: DeployedApp): Promise<string[]> {
  const findings: string[] = [];
  const custom = app.ofType(HANDLED);
  for (const resource of custom) {
    const role = roleOfFunction(app, resource);
    if (!role) return [`${resource.logicalId}: its function has no role`];
    const world = new World(app, rolePolicies(app, role), {}, isAllowed);
    const siblings = custom.filter((it) => it !== resource && roleOfFunction(app, it) === role);
    const { needed, forbidden } = callsOf(app, resource, role, siblings);
    for (const call of needed) if (!(await world.allowsItself(call))) findings.push(`denied: ${shown(call)}`);
    for (const call of forbidden) if (await world.allowsItself(call)) findings.push(`allowed: ${shown(call)}`);
  }
  return findings;
}

function callsOf(app: DeployedApp, resource: DeployedResource, principal: string, siblings: DeployedResource[]): Calls {
  const { account, region } = resource.stack;
  const { partition } = partitionOf(region);
  const { bucket, role, enableVersioning } = handledRules(resource.properties);
  const arn = `arn:${partition}:s3:::${bucket}`;
  const call = (action: string, target: string, context: Call['context'] = {}): Call => ({
    ...{ principal, action, resource: target, owner: account, context },
  });
  const s3 = (action: string, target = arn) => call(`s3:${action}`, target, { 's3:ResourceAccount': account });
  const pass = (target: string, service = 's3.amazonaws.com') => call('iam:PassRole', target, { 'iam:PassedToService': service }); // prettier-ignore
  const written = ['GetReplicationConfiguration', 'PutReplicationConfiguration'];
  const versioning = ['GetBucketVersioning', 'PutBucketVersioning'];
  const handled = new Set([resource, ...siblings].map((it) => handledRules(it.properties)).map(({ bucket: name }) => `arn:${partition}:s3:::${name}`)); // prettier-ignore
  const passed = new Set([resource, ...siblings].map((it) => handledRules(it.properties).role));
  const others = app.ofType('AWS::S3::Bucket').flatMap((it) => (handled.has(it.arn!) ? [] : [it.arn!]));
  const roles = app.ofType('AWS::IAM::Role').flatMap((it) => (passed.has(it.arn!) ? [] : [it.arn!]));
  return {
    needed: [...[...written, ...(enableVersioning ? versioning : [])].map((action) => s3(action)), pass(role)],
    forbidden: [
      ...(enableVersioning ? [] : versioning).map((action) => s3(action)),
      ...['DeleteBucket', 'PutBucketPolicy', 'PutBucketAcl', 'PutLifecycleConfiguration'].map((action) => s3(action)),
      ...['GetObject', 'PutObject', 'DeleteObject', 'ReplicateObject'].map((action) => s3(action, `${arn}/key`)),
      ...[...others, `${arn}-other`].map((other) => s3('PutReplicationConfiguration', other)),
      // a bucket of that name which belongs to somebody else by now
      call('s3:PutReplicationConfiguration', arn, { 's3:ResourceAccount': '999999999999' }),
      ...roles.map((other) => pass(other)),
      pass(role, 'lambda.amazonaws.com'),
      ...['PutRolePolicy', 'AttachRolePolicy', 'UpdateAssumeRolePolicy'].map((action) => call(`iam:${action}`, role)),
      call('logs:PutLogEvents', `arn:${partition}:logs:${region}:${account}:log-group:other:log-stream:one`),
    ],
  };
}

function roleOfFunction(app: DeployedApp, { properties }: DeployedResource): string | undefined {
  const token = String(properties.ServiceToken);
  return app.ofType('AWS::Lambda::Function').find(({ physicalId }) => token.endsWith(`/${physicalId}/Arn`))?.properties
    .Role;
}

const shown = ({ action, resource, context }: Call) => `${action} on ${resource} with ${JSON.stringify(context)}`;

/** Which statements must prove to be necessary. */
export const oursIn = (app: DeployedApp): AccessOptions['isOurs'] =>
  app.ofType(HANDLED).length > 0 ? ofOneDirection : isOurs;

/** The library's own statements for one direction, in whichever stack they are. */
export const ofOneDirection: AccessOptions['isOurs'] = ({ Sid = '' }, { kind, resource }, { rules }) =>
  kind === 'bucket'
    ? /^ReplicasFrom/.test(Sid) &&
      rules.some(({ destination }) => destination.arn.endsWith(`:${resource.properties.Bucket}`))
    : /^(Read|Write|Own|Decrypt|Encrypt)/.test(Sid);
