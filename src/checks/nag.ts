// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, CfnResource, Validations } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** The packs of cdk-nag that have both rules below. */
const PACKS = ['HIPAA.Security', 'NIST.800.53.R4', 'NIST.800.53.R5', 'PCI.DSS.321'];

/** A replica is not replicated again: the finding would ask for a bucket after the last one. */
export function acknowledgeReplica(bucket: s3.CfnBucket): void {
  acknowledge(
    bucket,
    PACKS.map((pack) => `${pack}-S3BucketReplicationEnabled`),
    'This bucket receives replicas: it is the second copy, not the first.',
  );
}

/**
 * An inline policy lives and dies with the one role it is made for, and must be there before the replication
 * configuration.
 */
export function acknowledgeInlinePolicy(resource: CfnResource): void {
  acknowledge(
    resource,
    PACKS.map((pack) => `${pack}-IAMNoInlinePolicy`),
    'The permissions belong to one role for one bucket. They come before what needs them and stay as long.',
  );
}

/** @param statements as rendered: cdk-nag names a finding by the resource as it stands in the template */
export function acknowledgeObjectWildcards(
  resource: CfnResource,
  statements: ReadonlyArray<{ readonly Resource: readonly unknown[] }>,
): void {
  const wide = statements.flatMap((statement) => statement.Resource.map(flat)).filter((arn) => arn.includes('*'));
  acknowledge(
    resource,
    [...new Set(wide)].map((arn) => `AwsSolutions-IAM5[Resource::${arn}]`),
    'S3 replicates every object that the rules select, so the role may read and write objects by their prefix, ' +
      'in the source and the destinations of its rules only.',
  );
}

/** What cannot be narrowed: delivery of logs and traces (by core), and metrics, which have a namespace as a condition. */
export function acknowledgeCanary(roles: readonly IConstruct[], policy: CfnResource, log: CfnResource): void {
  acknowledgeMachine(
    roles,
    policy,
    log,
    'CloudWatch metrics (of one namespace), log deliveries and X-Ray traces have no resource that could be named.',
  );
}

/** Jobs have no name before they are made, and what they replicate is what the rules select. */
export function acknowledgeBatch(
  role: IConstruct,
  policies: ReadonlyArray<
    readonly [policy: CfnResource, statements: ReadonlyArray<{ readonly Resource: readonly unknown[] }>]
  >,
  log: CfnResource,
  reports?: CfnResource,
): void {
  const [[policy], ...more] = policies;
  acknowledgeMachine(
    [role],
    policy,
    log,
    'Jobs of one operation, metrics, log deliveries and X-Ray traces have no resource that could be named.',
  );
  more.forEach(([resource]) => acknowledgeInlinePolicy(resource));
  policies.forEach(([resource, statements]) => acknowledgeObjectWildcards(resource, statements));
  if (reports) {
    acknowledge(
      reports,
      ['AwsSolutions-S1', ...PACKS.map((pack) => `${pack}-S3BucketLoggingEnabled`)],
      'It has reports of S3 Batch Operations, which are no more than names of objects that failed to replicate.',
    );
    acknowledge(
      reports,
      PACKS.flatMap((pack) => ['Replication', 'DefaultLock'].map((it) => `${pack}-S3Bucket${it}Enabled`)),
      'S3 writes each report once, and it expires.',
    );
    acknowledge(
      reports,
      PACKS.map((pack) => `${pack}-S3DefaultEncryptionKMS`),
      'S3 Batch Operations encrypts reports with SSE-S3.',
    );
  }
}

function acknowledgeMachine(roles: readonly IConstruct[], policy: CfnResource, log: CfnResource, wide: string): void {
  const byCore = roles.flatMap((role) => role.node.tryFindChild('DefaultPolicy')?.node.defaultChild ?? []);
  for (const resource of [policy, ...(byCore as CfnResource[])]) {
    acknowledge(resource, ['AwsSolutions-IAM5[Resource::*]'], wide);
    acknowledgeInlinePolicy(resource);
  }
  acknowledge(
    log,
    PACKS.map((pack) => `${pack}-CloudWatchLogGroupEncrypted`),
    'CloudWatch encrypts logs with a key of its own; this one has keys and states of objects, which are no secrets.',
  );
}

/** An alarm of another region has no action of its own: a rule of EventBridge sends it to the topic. */
export function acknowledgeForwarding(alarm: CfnResource, rules: readonly CfnResource[], sender?: CfnResource): void {
  acknowledge(
    alarm,
    PACKS.map((pack) => `${pack}-CloudWatchAlarmAction`),
    'The alarm is in another region than the topic, which it tells through a rule of EventBridge.',
  );
  rules.forEach(acknowledgeNoQueue);
  if (sender) {
    acknowledgeInlinePolicy(sender);
  }
}

/** A role starts a state machine: what core adds to it is inline. */
export function acknowledgeStart(role: IConstruct, rule?: IConstruct): void {
  if (rule) {
    acknowledgeNoQueue(rule.node.defaultChild as CfnResource);
  }
  const policy = role.node.tryFindChild('DefaultPolicy')?.node.defaultChild;
  if (policy) {
    acknowledgeInlinePolicy(policy as CfnResource);
  }
}

function acknowledgeNoQueue(rule: CfnResource): void {
  acknowledge(
    rule,
    ['Serverless-EventBusDLQ'],
    'EventBridge tries for a day; the state of the alarm stays, for the dashboard and for whoever asks for it.',
  );
}

/**
 * As `Validations.of(resource).acknowledge()` records it. That refuses ids which contain `:::`, as ARNs of S3 do, in
 * older versions of aws-cdk-lib, and changes spaces in newer ones.
 */
function acknowledge(resource: CfnResource, ids: string[], reason: string): void {
  for (const id of ids) {
    resource.node.addMetadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, { [`annotation::${id}`]: reason });
  }
}

/** A resolved ARN as cdk-nag writes it: intrinsics in angle brackets, texts one after the other. */
function flat(value: unknown): string {
  if (typeof value === 'string') {
    return value.replace(/\${/g, '<').replace(/}/g, '>');
  }
  if (typeof value !== 'object' || value === null) {
    return '';
  }
  const intrinsic = value as { [name: string]: any };
  if (intrinsic['Fn::Join']) {
    return intrinsic['Fn::Join'][1].map(flat).join(intrinsic['Fn::Join'][0]);
  }
  if (intrinsic['Fn::Sub']) {
    return flat(intrinsic['Fn::Sub']);
  }
  if (intrinsic['Fn::GetAtt']) {
    return `<${intrinsic['Fn::GetAtt'].map(flat).join('.')}>`;
  }
  if (intrinsic['Fn::ImportValue']) {
    return flat(intrinsic['Fn::ImportValue']);
  }
  if (intrinsic.Ref) {
    return `<${flat(intrinsic.Ref)}>`;
  }
  return JSON.stringify(value);
}
