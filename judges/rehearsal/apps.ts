import { App, aws_iam as iam, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { quietApp } from '../../test/app';
import { ENV } from '../../test/builders';
import { readStacks, StackOfApp } from '../assembly/stacks';

/** The stacks of an app that has a stack 'App' in us-east-1. */
export function synthesized(define: (stack: Stack, app: App) => unknown, flags?: 'recommended' | 'none'): StackOfApp[] {
  const app = quietApp(flags);
  define(new Stack(app, 'App', { env: ENV }), app);
  return readStacks(app.synth());
}

/** The same stacks with other templates. */
export function changed(
  stacks: StackOfApp[],
  change: (resources: Record<string, any>, stack: any) => void,
): StackOfApp[] {
  return stacks.map((stack) => {
    const copy = structuredClone(stack);
    change(copy.template.Resources, copy);
    return copy;
  });
}

/** The resource of this type whose construct path ends like that. */
export function resourceAt(stack: StackOfApp, type: string, path = ''): any {
  const found = Object.entries(stack.template.Resources).find(
    ([id, { Type }]) => Type === type && (stack.paths[id] ?? id).endsWith(path),
  );
  if (!found) throw new Error(`stack ${stack.id} has no ${type} ${path}`);
  return found[1];
}

/** An L1 bucket that replicates to a bucket by its literal name, as people write it without a library. */
export function byName(stack: Stack, bucketName: string, to: string): s3.CfnBucket {
  const role = new iam.Role(stack, `Role-${bucketName}`, { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') });
  return new s3.CfnBucket(stack, bucketName, {
    bucketName,
    versioningConfiguration: { status: 'Enabled' },
    replicationConfiguration: {
      role: role.roleArn,
      rules: [
        {
          status: 'Enabled',
          priority: 1,
          filter: { prefix: '' },
          deleteMarkerReplication: { status: 'Disabled' },
          destination: { bucket: `arn:aws:s3:::${to}` },
        },
      ],
    },
  });
}

/** The same stacks, all others deployed after one. */
export function waitingFor(id: string, stacks: StackOfApp[]): StackOfApp[] {
  const first = stacks.filter((it) => it.id === id);
  return [...first, ...stacks.filter((it) => it.id !== id).map((it) => ({ ...it, after: [...it.after, id] }))];
}
