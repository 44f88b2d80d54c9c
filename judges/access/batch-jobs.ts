import { rolePolicies } from './policies';
import { Call, isAllowed } from './simulate';
import { World } from './world';
import { DeployedApp, DeployedResource } from '../assembly/deployed';
import { partitionOf } from '../assembly/physical';

const MACHINE = 'AWS::StepFunctions::StateMachine';

/** Machines that make jobs of S3 Batch Operations; others probe. */
export const makesJobs = ({ properties }: DeployedResource) => JSON.parse(properties.DefinitionString).States.Create;

/** Whether machines that make jobs, and the roles of the jobs, may do what they do, and nothing else. */
export async function judgeBatchJobs(app: DeployedApp): Promise<string[]> {
  const findings: string[] = [];
  for (const machine of app.ofType(MACHINE).filter(makesJobs)) {
    for (const { needed, forbidden } of callsOf(machine)) {
      const world = new World(app, rolePolicies(app, needed[0].principal), {}, isAllowed);
      for (const call of needed) if (!(await world.allowsItself(call))) findings.push(`denied: ${shown(call)}`);
      for (const call of forbidden) if (await world.allowsItself(call)) findings.push(`allowed: ${shown(call)}`);
    }
  }
  return findings;
}

function callsOf({ properties, stack }: DeployedResource) {
  const { account, region } = stack;
  const { partition } = partitionOf(region);
  const { States } = JSON.parse(properties.DefinitionString);
  const runs: any[] = Object.values(States.Start.Assign.runs);
  const [{ RoleArn: jobRole }] = runs.map(({ request }) => request);
  const from =
    (principal: string) =>
    (action: string, resource: string, context: Call['context'] = {}): Call => ({
      ...{ principal, action, resource, owner: account, context },
    });
  const [machine, job] = [from(properties.RoleArn), from(jobRole)];
  const source: string = runs[0].request.ManifestGenerator.S3JobManifestGenerator.SourceBucket;
  const reports = [...new Set(runs.map(({ request }) => `${request.Report.Bucket}/${request.Report.Prefix}/job-1`))];
  const aJob = `arn:${partition}:s3:${region}:${account}:job/1`;
  const operation = (it: string) => ({ 's3:RequestJobOperation': it });
  const to = (service: string) => ({ 'iam:PassedToService': service });
  const topics = [...new Set(runs.map(({ topic }) => topic).filter((it) => it !== 'none'))];
  const dataset = `arn:${partition}:cloudwatch:${region}:${account}:dataset/default`;
  const publish = (namespace: string) =>
    machine('cloudwatch:PutMetricData', dataset, { 'cloudwatch:namespace': namespace });
  return [
    {
      needed: [
        machine('s3:CreateJob', '*', operation('S3ReplicateObject')),
        machine('s3:ListJobs', '*'),
        machine('s3:DescribeJob', aJob),
        machine('iam:PassRole', jobRole, to('batchoperations.s3.amazonaws.com')),
        ...reports.map((it) => machine('s3:GetObject', `${it}/manifest.json`)),
        ...(runs.some(({ gated }) => gated) ? [machine('cloudwatch:GetMetricData', dataset)] : []),
        ...topics.map((it) => machine('sns:Publish', it)),
        publish('S3Replication'),
      ],
      forbidden: [
        ...['S3PutObjectCopy', 'LambdaInvoke', 'S3DeleteObjectTagging'].map((it) =>
          machine('s3:CreateJob', '*', operation(it)),
        ),
        ...['UpdateJobStatus', 'UpdateJobPriority', 'PutJobTagging'].map((it) => machine(`s3:${it}`, aJob)),
        machine('s3:DescribeJob', aJob.replace(region, 'ap-south-1')),
        machine('iam:PassRole', jobRole, to('lambda.amazonaws.com')),
        machine('iam:PassRole', `${jobRole}-other`, to('batchoperations.s3.amazonaws.com')),
        ...['GetObject', 'PutObject', 'DeleteObject', 'InitiateReplication'].map((it) =>
          machine(`s3:${it}`, `${source}/data`),
        ),
        ...reports.flatMap((it) => [machine('s3:PutObject', it), machine('s3:DeleteObject', it)]),
        ...(runs.some(({ gated }) => gated) ? [] : [machine('cloudwatch:GetMetricData', dataset)]),
        ...topics.map((it) => machine('sns:Publish', `${it}-other`)),
        ...['AWS/S3', 'Other'].map(publish),
      ],
    },
    {
      needed: [
        job('s3:InitiateReplication', `${source}/data`),
        job('s3:GetReplicationConfiguration', source),
        job('s3:PutInventoryConfiguration', source),
        ...reports.map((it) => job('s3:PutObject', `${it}/manifest.json`)),
      ],
      forbidden: [
        job('s3:InitiateReplication', `${source}-other/data`),
        ...['PutReplicationConfiguration', 'ListBucket', 'PutBucketPolicy'].map((it) => job(`s3:${it}`, source)),
        ...['GetObject', 'PutObject', 'DeleteObject', 'ReplicateObject'].map((it) => job(`s3:${it}`, `${source}/data`)),
        ...reports.flatMap((it) => [
          job('s3:GetObject', it),
          job('s3:PutObject', it.replace('batch-replication/', '')),
        ]),
        job('s3:CreateJob', '*', operation('S3ReplicateObject')),
      ],
    },
  ];
}

const shown = ({ action, resource, context }: Call) => `${action} on ${resource} with ${JSON.stringify(context)}`;
