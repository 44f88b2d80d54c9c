import { Built } from './build';
import { importedKeyArn } from './build-bucket';
import { arnOf, importedName, judgeIntent, locate } from './intent';
import { Flow, meaningOf } from './meaning';
import { ACCOUNT, AppPlan } from './plan';
import { judgeRules } from './rules';
import { judgeOrder, judgeRepetition, judgeUntouched } from './variants';
import { judgeAccess } from '../access/judge';
import { DeployedApp, DeployedResource } from '../assembly/deployed';
import { partitionOf } from '../assembly/physical';
import { StackOfApp } from '../assembly/stacks';
import { emptyModel, rehearse } from '../rehearsal/rehearse';

/** What a judge looks at. */
export interface Subject {
  readonly plan: AppPlan;
  readonly built: Built;
  readonly stacks: StackOfApp[];
  readonly app: DeployedApp;
  /** Of the app in its run, for judges that look at some only. */
  readonly number: number;
}

export interface Judge {
  readonly name: string;
  /** Findings; none is good. */
  readonly judge: (subject: Subject) => string[] | Promise<string[]>;
}

/** All that a generated app is judged by. */
export const JUDGES: readonly Judge[] = [
  { name: 'rules', judge: ({ app }) => judgeRules(app) },
  { name: 'intent', judge: ({ plan, built, app }) => judgeIntent(plan, built, app) },
  { name: 'access', judge: (it) => (it.number % 3 === 0 ? access(it) : []) },
  { name: 'rehearsal', judge: rehearsal },
  { name: 'untouched', judge: (it) => (it.number % 6 === 0 ? judgeUntouched(it.plan, it.stacks) : []) },
  { name: 'order of calls', judge: (it) => (it.number % 6 === 0 ? judgeOrder(it.plan, it.stacks) : []) },
  { name: 'second build', judge: (it) => (it.number % 24 === 0 ? judgeRepetition(it.plan, it.stacks) : []) },
];

/** Every call that S3 makes; what is too much, and what is too little when left out, in some apps only. */
async function access({ plan, built, stacks, number }: Subject): Promise<string[]> {
  const app = new WithImported(stacks);
  app.resources.push(...imported(plan, stacks[0]));
  const bySource = new Map<string, Flow[]>();
  for (const flow of meaningOf(plan).flows) {
    const { arn } = locate(app, built.buckets.get(flow.source.id)!)!;
    bySource.set(arn!, [...(bySource.get(arn!) ?? []), flow]);
  }
  const sourceKeys: Record<string, string[]> = {};
  let precise = true;
  for (const [arn, flows] of bySource) {
    const named = flows.map((flow) =>
      flow.sourceKeys.map((key) => (key.id === undefined ? '?' : arnOf(key, built, app)!)),
    );
    // the judge knows keys of a source only, where the plan names them for each rule
    sourceKeys[arn] = named[0].filter((key) => key !== '?' && named.every((keys) => keys.includes(key)));
    if (flows[0].source.kms?.alias) app.resources.push(aliasOf(app.find(arn)!.stack, sourceKeys[arn][0]));
    const prefixes = flows.map(({ options }) => options.filter?.prefix ?? '');
    const alone = (it: unknown) => prefixes.every((other) => other === it || !`${it}`.startsWith(`${other}`));
    precise &&= prefixes.every(alone) && named.every((keys) => keys.every((key) => sourceKeys[arn].includes(key)));
  }
  const least = precise && number % 9 === 0 ? 'sample' : 'none';
  const necessary = precise && number % 30 === 0;
  return (await judgeAccess(app, { sourceKeys, necessary, least, seed: number })).findings;
}

/** The alias that a source is encrypted with, for the key that the plan names. */
function aliasOf(stack: StackOfApp, key: string): DeployedResource {
  const properties = { AliasName: 'alias/somebody', TargetKeyId: key };
  const declared = { Type: 'AWS::KMS::Alias', Properties: properties };
  const id = 'Alias';
  return {
    stack,
    logicalId: id,
    type: declared.Type,
    properties,
    deletionPolicy: '',
    physicalId: id,
    arn: id,
    declared,
  };
}

/** Keys and roles of the account that are not in the app: the keys let IAM decide, and the roles trust S3. */
function imported({ keys, roles }: AppPlan, stack: StackOfApp): DeployedResource[] {
  const resource = (id: string, type: string, arn: string, properties: object): DeployedResource => {
    const declared = { Type: type, Properties: properties };
    const physicalId = arn.split('/')[1];
    return { stack, logicalId: id, type, properties, deletionPolicy: 'Retain', physicalId, arn, declared };
  };
  return [
    ...keys
      .filter(({ kind }) => kind === 'imported')
      .map(({ id, region }) =>
        resource(id, 'AWS::KMS::Key', importedKeyArn(id, region!), { KeyPolicy: { Statement: [LETS_IAM_DECIDE] } }),
      ),
    ...roles
      .filter(({ kind }) => kind === 'imported')
      .map(({ id }) =>
        resource(id, 'AWS::IAM::Role', importedRoleArn(id), { AssumeRolePolicyDocument: { Statement: [TRUSTS_S3] } }),
      ),
  ];
}
const importedRoleArn = (id: string) => `arn:aws:iam::${ACCOUNT}:role/${id}`;
const TRUSTS_S3 = { Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' };
const LETS_IAM_DECIDE = {
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
  Action: 'kms:*',
  Resource: '*',
};

/** Takes ids of resources in nested stacks as `DeployedResource.logicalId` has them, and of those that are imported. */
class WithImported extends DeployedApp {
  public override resolve(stack: StackOfApp, value: any, prefix = ''): any {
    const [id, attribute] = value?.['Fn::GetAtt'] ?? [''];
    const cut = id.lastIndexOf('.') + 1;
    const template = cut === 0 ? stack.template : stack.nested[id.slice(0, cut - 1)];
    if (id && !template.Resources[id.slice(cut)]) return undefined;
    return cut === 0
      ? super.resolve(stack, value, prefix)
      : super.resolve(stack, { 'Fn::GetAtt': [id.slice(cut), attribute] }, prefix + id.slice(0, cut));
  }
}

function rehearsal({ plan, stacks }: Subject): string[] {
  const model = emptyModel({
    outside: {
      roles: plan.roles.filter(({ kind }) => kind === 'imported').map(({ id }) => importedRoleArn(id)),
      keys: plan.keys.flatMap(({ id, kind, region }) => (kind === 'imported' ? [importedKeyArn(id, region!)] : [])),
    },
  });
  const { flows } = meaningOf(plan);
  // between Stages nobody but the user orders the deployments, and is told so
  if (flows.some(({ source, destination }) => source.place.stage !== destination.place.stage)) return [];
  for (const { source, destination } of flows) {
    if (!destination.imported) continue;
    const partition = partitionOf(source.place.region ?? 'us-east-1').partition;
    const arn = `arn:${partition}:s3:::${importedName(destination)}`;
    model.buckets.set(arn, { arn, label: destination.id, versioning: 'Enabled', objectLock: true, holdsObjects: true });
  }
  const { refusals, dead } = rehearse(stacks, {}, model);
  return [...refusals, ...dead];
}
