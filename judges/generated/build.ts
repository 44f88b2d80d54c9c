import {
  App,
  Aws,
  aws_iam as iam,
  aws_kms as kms,
  aws_s3 as s3,
  Duration,
  NestedStack,
  RemovalPolicy,
  Stack,
  Stage,
} from 'aws-cdk-lib';
import { ENCRYPTION, importedKeyArn, l1, makeBucket, nameFor, REMOVAL } from './build-bucket';
import { filter, text } from './build-filter';
import { applyMishap } from './mishaps';
import * as plan from './plan';
import { ACCOUNT, ofPair, STRANGER } from './plan';
import { BucketReplication, ReplicatedBucketPair, ReplicationRuleOptions } from 'cdk-s3-replication';

/** What the plan calls the constructs that were made. */
export interface Built {
  /** Of the plan, and those that pairs have made. */
  readonly buckets: Map<string, s3.IBucket | s3.CfnBucket>;
  readonly keys: Map<string, kms.IKey | kms.CfnKey>;
}

/**
 * Makes a plan's app with the public API alone.
 *
 * @param withReplication whether the calls of this library are made; the rest of the app is the same
 */
export function build(what: plan.AppPlan, app: App, withReplication = true): Built {
  const making = new Making(app);
  what.stacks.forEach((it) => making.stack(it));
  what.keys.forEach((it) => making.key(it));
  what.roles.forEach((it) => making.role(it));
  what.buckets.forEach((it) => making.bucket(it));
  if (withReplication) what.steps.forEach((it) => making.step(it));
  what.mishaps.forEach((it) => making.mishap(it));
  return making;
}

class Making implements Built {
  public readonly buckets = new Map<string, s3.IBucket | s3.CfnBucket>();
  public readonly keys = new Map<string, kms.IKey | kms.CfnKey>();
  private readonly stacks = new Map<string, Stack>();
  private readonly roles = new Map<string, iam.IRole>();

  constructor(private readonly app: App) {}

  public stack({ id, account, region, stage, nestedIn }: plan.StackPlan): void {
    const parent = nestedIn !== undefined && this.stacks.get(nestedIn);
    if (parent) {
      this.stacks.set(id, new NestedStack(parent, id));
      return;
    }
    const around = stage === undefined ? this.app : (this.app.node.tryFindChild(stage) ?? new Stage(this.app, stage));
    this.stacks.set(id, new Stack(around, id, { env: { account, region } }));
  }

  public key({ id, stack, kind, region, account }: plan.KeyPlan): void {
    const scope = this.stacks.get(stack)!;
    const make = {
      L2: () => new kms.Key(scope, id, { removalPolicy: RemovalPolicy.DESTROY }),
      L1: () =>
        new kms.CfnKey(scope, id, {
          keyPolicy: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: { AWS: `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:root` },
                Action: 'kms:*',
                Resource: '*',
              },
            ],
          },
        }),
      imported: () => kms.Key.fromKeyArn(scope, id, importedKeyArn(id, region!, account)),
      alias: () => new kms.Alias(scope, id, { aliasName: `alias/${id}`, targetKey: new kms.Key(scope, `${id}Target`) }),
      disabled: () => new kms.Key(scope, id, { enabled: false }),
      asymmetric: () => new kms.Key(scope, id, { keySpec: kms.KeySpec.RSA_2048 }),
    };
    this.keys.set(id, make[kind]());
  }

  public role({ id, stack, kind, named }: plan.RolePlan): void {
    const scope = this.stacks.get(stack)!;
    const trusted = kind === 'trusting' ? 's3.amazonaws.com' : 'ec2.amazonaws.com';
    const owner = kind === 'imported' ? ACCOUNT : STRANGER;
    this.roles.set(
      id,
      kind === 'trusting' || kind === 'distrusting'
        ? new iam.Role(scope, id, {
            assumedBy: new iam.ServicePrincipal(trusted),
            roleName: named ? `role-${id.toLowerCase()}` : undefined,
          })
        : iam.Role.fromRoleArn(scope, id, `arn:aws:iam::${owner}:role/${id}`),
    );
  }

  public bucket(it: plan.BucketPlan): void {
    const scope = this.stacks.get(it.stack)!;
    const key = it.key === undefined ? undefined : this.keys.get(it.key)!;
    const bucket = makeBucket(scope, it, key);
    this.buckets.set(it.id, bucket);
    if ('encryptionKey' in bucket && bucket.encryptionKey && !key) this.keys.set(`${it.id}.Key`, bucket.encryptionKey);
  }

  public step(step: plan.Step): void {
    switch (step.kind) {
      case 'rule': {
        const source = this.ref(step.source);
        const stack = Stack.of(source);
        BucketReplication.of(step.byL1 ? (l1(source) ?? source) : source).addRule({
          destination: this.ref(step.destination),
          ...this.options(step.options, stack),
        });
        return;
      }
      case 'replication': {
        const { id, roleName, rolePath } = step;
        const scope = this.stacks.get(step.stack)!;
        const source = this.ref(step.source);
        const boundary =
          step.boundary && new iam.ManagedPolicy(Stack.of(source), `${id}Boundary`, { statements: [all()] });
        new BucketReplication(scope, id, {
          source,
          rules: step.rules.map(({ destination, options }) => ({
            destination: this.ref(destination),
            ...this.options(options, Stack.of(source)),
          })),
          role: step.role === undefined ? undefined : this.roles.get(step.role)!,
          roleName,
          rolePath,
          permissionsBoundary: boundary || undefined,
        });
        return;
      }
      case 'pair':
        this.pair(step);
    }
  }

  public mishap({ bucket, what }: plan.Mishap): void {
    const it = this.buckets.get(bucket);
    const cfn = it && l1(it);
    if (cfn) applyMishap(it, cfn, what);
  }

  private pair(step: plan.PairStep): void {
    const scope = this.stacks.get(step.stack)!;
    const bucketOptions = (end: 'Source' | 'Destination', options: plan.PairBucketPlan | undefined) =>
      options && {
        bucketName: nameFor(ofPair(step.id, end), options.name),
        encryptionKey: options.encryptionKey === undefined ? undefined : this.l2Key(options.encryptionKey),
        lifecycleRules: options.expires ? [{ expiration: Duration.days(90) }] : undefined,
        serverAccessLogsBucket: options.logsTo === undefined ? undefined : this.l2(options.logsTo),
      };
    const source = step.source === undefined ? undefined : this.l2(step.source);
    const pair = new ReplicatedBucketPair(scope, step.id, {
      ...this.options(step.options, source ? Stack.of(source) : scope),
      source,
      destination: step.destination === undefined ? undefined : this.l2(step.destination),
      destinationRegion: step.destinationRegion,
      destinationStack: step.destinationStack === undefined ? undefined : this.stacks.get(step.destinationStack),
      encryption: step.encryption && ENCRYPTION[step.encryption],
      keepEncryptionKeys: step.keepEncryptionKeys,
      removalPolicy: step.removal && REMOVAL[step.removal],
      autoDeleteObjects: step.autoDeleteObjects,
      objectLockEnabled: step.objectLockEnabled,
      objectLockDefaultRetention: step.retention ? s3.ObjectLockRetention.governance(Duration.days(30)) : undefined,
      sourceOptions: bucketOptions('Source', step.sourceOptions),
      destinationOptions: bucketOptions('Destination', step.destinationOptions),
    });
    for (const [end, bucket] of [
      ['Source', pair.source],
      ['Destination', pair.destination],
    ] as const) {
      const id = ofPair(step.id, end);
      this.buckets.set(id, bucket);
      if (bucket.encryptionKey) this.keys.set(`${id}.Key`, bucket.encryptionKey);
    }
  }

  private options(it: plan.RuleOptionsPlan, stack: Stack): ReplicationRuleOptions {
    return {
      ...it,
      ruleId: it.ruleId === undefined ? undefined : text(it.ruleId, stack),
      filter: it.filter && filter(it.filter, stack),
      storageClass: it.storageClass === undefined ? undefined : new s3.StorageClass(it.storageClass),
      destinationKey: it.destinationKey === undefined ? undefined : this.keys.get(it.destinationKey)!,
      sourceKeys: it.sourceKeys?.map((id) => this.keys.get(id)!),
    };
  }

  private ref(id: string): s3.IBucket | s3.CfnBucket {
    const found = this.buckets.get(id);
    if (!found) throw new Error(`the plan has no bucket ${id} yet`);
    return found;
  }

  private l2 = (id: string) => this.ref(id) as s3.IBucket;
  private l2Key = (id: string) => this.keys.get(id) as kms.IKey;
}

const all = () => new iam.PolicyStatement({ actions: ['s3:*', 'kms:*'], resources: ['*'] });
