import { makesJobs } from './batch-jobs';
import { rolePolicies } from './policies';
import { Call, isAllowed } from './simulate';
import { World } from './world';
import { DeployedApp, DeployedResource } from '../assembly/deployed';
import { partitionOf } from '../assembly/physical';

const MACHINE = 'AWS::StepFunctions::StateMachine';
const SCHEDULE = 'AWS::Scheduler::Schedule';

interface Item {
  readonly Bucket: string;
  readonly Key: string;
  readonly Tagging?: string;
}

/** Whether canaries may write, look at and delete their probes and publish what they saw, and nothing else. */
export async function judgeCanaries(app: DeployedApp): Promise<string[]> {
  const findings: string[] = [];
  const judge = async (role: string, needed: Call[], forbidden: Call[]) => {
    const world = new World(app, rolePolicies(app, role), {}, isAllowed);
    // a key wants to be asked, too
    const may = (call: Call) => (call.action.startsWith('kms:') ? world.allows(call) : world.allowsItself(call));
    for (const call of needed) if (!(await may(call))) findings.push(`denied: ${shown(call)}`);
    for (const call of forbidden) if (await may(call)) findings.push(`allowed: ${shown(call)}`);
  };
  for (const machine of app.ofType(MACHINE).filter((it) => !makesJobs(it))) {
    const { needed, forbidden } = callsOf(app, machine);
    await judge(machine.properties.RoleArn, needed, forbidden);
  }
  for (const { properties, stack } of app.ofType(SCHEDULE)) {
    const { Arn, RoleArn } = properties.Target;
    const call = callFrom(RoleArn, stack.account);
    const others = ['DeleteStateMachine', 'UpdateStateMachine'].map((action) => call(`states:${action}`, Arn));
    await judge(
      RoleArn,
      [call('states:StartExecution', Arn)],
      [call('states:StartExecution', `${Arn}-other`), ...others],
    );
  }
  return findings;
}

const callFrom =
  (principal: string, owner: string) =>
  (action: string, resource: string, context: Call['context'] = {}): Call => ({
    ...{ principal, action, resource, owner, context },
  });

function callsOf(app: DeployedApp, { properties, stack }: DeployedResource) {
  const { account, region } = stack;
  const { partition, suffix } = partitionOf(region);
  const call = callFrom(properties.RoleArn, account);
  const { Probes } = JSON.parse(properties.DefinitionString).States;
  const items = Probes.Items as Item[];
  const locked = /GOVERNANCE/.test(Probes.ItemProcessor.States.Write.Arguments);
  const [{ Bucket: bucket }] = items;
  const objects = items.map(({ Bucket, Key, Tagging }) => ({ arn: `arn:${partition}:s3:::${Bucket}/${Key}`, Tagging }));
  const source = app.ofType('AWS::S3::Bucket').find(({ physicalId }) => physicalId === bucket);
  const [rule] = source?.properties.BucketEncryption?.ServerSideEncryptionConfiguration ?? [];
  const key: string | undefined = rule?.ServerSideEncryptionByDefault?.KMSMasterKeyID;
  const via = (service: string) => ({ 'kms:ViaService': `${service}.${region}.${suffix}` });
  // the only resource that the reference of actions has for it; metrics have no ARN
  const dataset = `arn:${partition}:cloudwatch:${region}:${account}:dataset/default`;
  const publish = (namespace: string) =>
    call('cloudwatch:PutMetricData', dataset, { 'cloudwatch:namespace': namespace });
  const outside = [`arn:${partition}:s3:::${bucket}/data`, `arn:${partition}:s3:::${bucket}-other/${items[0].Key}`];
  return {
    needed: [
      ...objects.flatMap(({ arn, Tagging }) => [
        ...['PutObject', 'GetObjectVersion', 'DeleteObjectVersion'].map((action) => call(`s3:${action}`, arn)),
        ...(Tagging ? [call('s3:PutObjectTagging', arn)] : []),
        ...(locked ? [call('s3:PutObjectRetention', arn)] : []),
      ]),
      ...(key ? [call('kms:GenerateDataKey', key, via('s3'))] : []),
      publish('S3Replication'),
    ],
    forbidden: [
      ...[...outside, `${objects[0].arn}-other`].flatMap((arn) =>
        ['PutObject', 'GetObjectVersion', 'DeleteObjectVersion'].map((action) => call(`s3:${action}`, arn)),
      ),
      ...['GetObject', 'DeleteObject', 'PutObjectAcl', 'BypassGovernanceRetention', 'ReplicateObject'].map((action) =>
        call(`s3:${action}`, objects[0].arn),
      ),
      ...objects.flatMap(({ arn, Tagging }) => (Tagging ? [] : [call('s3:PutObjectTagging', arn)])),
      ...(locked ? [] : [call('s3:PutObjectRetention', objects[0].arn)]),
      ...(key ? [call('kms:Decrypt', key, via('s3')), call('kms:GenerateDataKey', key, via('sqs'))] : []),
      ...['AWS/S3', 'Other'].map(publish),
    ],
  };
}

const shown = ({ action, resource, context }: Call) => `${action} on ${resource} with ${JSON.stringify(context)}`;
