// SPDX-License-Identifier: Apache-2.0
import { CfnResource, Stack } from 'aws-cdk-lib';
import { NotificationFacts, TargetFacts, ToldFacts } from './facts';
import { SourceAnchor } from './source';
import { finalProperties, referredTo, resourcesIn } from '../app/rendered';
import { asList, asRecord, same } from '../documents/intrinsics';

const KINDS = ['Topic', 'Queue', 'LambdaFunction', 'Lambda'];

/** What is told about the replication of a source, and by what else its notifications are written. */
export function readNotifications({ end, notifications }: SourceAnchor): ToldFacts | undefined {
  if (notifications.length === 0) {
    return undefined;
  }
  const { stack, cfn } = end;
  const names: unknown[] = cfn ? [stack.resolve(cfn.ref), finalProperties(cfn).BucketName] : [];
  const custom = resourcesIn(stack)
    .filter((it) => it.cfnResourceType === 'Custom::S3BucketNotifications')
    .map((it) => finalProperties(it))
    .filter(({ BucketName }) => !cfn || names.some((name) => name !== undefined && same(name, BucketName)));
  const inTemplate = cfn && finalProperties(cfn).NotificationConfiguration;
  return {
    tells: notifications.map(({ tells }) => tells),
    targets: [...new Set(notifications.flatMap(({ target }) => target ?? []))].map(readTarget),
    alsoInTemplate: inTemplate !== undefined,
    all: custom.flatMap(({ NotificationConfiguration }) => inConfiguration(NotificationConfiguration)),
  };
}

function inConfiguration(configuration: unknown): NotificationFacts[] {
  const kinds = KINDS.flatMap((kind) => asList(asRecord(configuration)?.[`${kind}Configurations`]));
  return kinds.map((it: any) => {
    const rules: any[] = asList(it?.Filter?.Key?.FilterRules);
    const partOf = (name: string) => rules.find((rule) => String(rule?.Name).toLowerCase() === name)?.Value ?? '';
    return { events: asList(it?.Events), prefix: partOf('prefix'), suffix: partOf('suffix') };
  });
}

/** A topic or a queue of the app, with the key that what is in it is encrypted with. */
export function readTarget(target: CfnResource): TargetFacts {
  const { KmsMasterKeyId } = finalProperties(target);
  const [key] = KmsMasterKeyId === undefined ? [] : referredTo(Stack.of(target), KmsMasterKeyId);
  return {
    name: `'${target.node.path.replace(/\/Resource$/, '')}'`,
    keyId: KmsMasterKeyId,
    keyPolicy: key && finalProperties(key).KeyPolicy,
    keyPath: key?.node.path,
  };
}
