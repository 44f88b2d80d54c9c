// SPDX-License-Identifier: Apache-2.0
import { Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { ReplicationFilter } from './replication-filter';
import { ReplicationRule } from './replication-rule';
import { BucketEnd } from '../app/bucket';
import { compare } from '../app/environment';
import { hashOf } from '../app/hash';

/** A rule as it was added, with what can be settled at once. */
export interface AddedRule {
  /** The construct whose props the rule comes from. */
  readonly at: IConstruct;
  readonly options: ReplicationRule;
  readonly destination: BucketEnd;
  /** Whether it is in another account. */
  readonly foreign: boolean;
  /** Whether policies of other accounts let the role in by the start of its name. */
  readonly byPrefix: boolean;
  /** ARN of the destination bucket, usable by resources of the source's stack. */
  readonly destinationArn: string;
  readonly filter: ReplicationFilter;
  readonly id: string;
  /** Whether the account of the destination becomes the owner of replicas. */
  readonly ownerOverride: boolean;
}

/**
 * A rule's name in S3, which people read on graphs and alarms: `Records-eu-west-1-logs-2e7a7b9f`. From destination and
 * filter alone, so that it stays when other rules come and go. At most 63 characters.
 */
export function ruleId(source: BucketEnd, destination: BucketEnd, filter: ReplicationFilter): string {
  const { cfn, ref, region, stack } = destination;
  const { bucketName } = ref.bucketRef;
  const imported = Token.isUnresolved(bucketName) ? ref : undefined;
  // resolved, because the text of a token depends on how many tokens were made before it
  const [prefix, tags] = stack.resolve([filter._prefix, filter._tags]);
  const name = cut(cfn || imported ? nameInStack(cfn ?? ref) : plain(bucketName), MAX_NAME);
  const what = [prefix, ...tags.flatMap(({ key, value }: { key: unknown; value: unknown }) => [key, value])];
  const readable = [
    name,
    compare(source.region, region) === 'different' && !name.includes(region) ? region : '',
    cut(join(what.filter((part) => typeof part === 'string').map(plain)), MAX_FILTER),
  ];
  const where = cfn?.node.path ?? imported?.node.path ?? bucketName;
  return join([...readable, hashOf([where, [prefix, tags]], 8)]);
}

/** With a region of 14 characters and the hash this makes 63. */
const [MAX_NAME, MAX_FILTER] = [22, 16];

/** The ids below the stack that say something, as many from the end as there is room for. */
function nameInStack(bucket: IConstruct): string {
  const { scopes } = bucket.node;
  const ids = scopes.slice(scopes.indexOf(Stack.of(bucket)) + 1).map(({ node }) => node.id);
  const [last = ''] = ids.filter((id) => id !== 'Resource').slice(-1);
  const telling = ids.filter((id) => !['Resource', 'Default', 'Destination'].includes(id)).map(plain);
  while (telling.length > 1 && join(telling).length > MAX_NAME) {
    telling.shift();
  }
  return join(telling) || plain(last);
}

/** Letters, digits and single hyphens between them. */
const plain = (text: string) => text.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '');

const join = (parts: string[]) => parts.filter((part) => part !== '').join('-');

/** Between words, where there are several. */
const cut = (text: string, length: number) =>
  text.length <= length
    ? text
    : text
        .slice(0, length + 1)
        .replace(/-[^-]*$/, '')
        .slice(0, length);

type Flow = Pick<AddedRule, 'destination' | 'filter'>;

/** Same destination and same objects. */
export function sameFlow(a: Flow, b: Flow): boolean {
  return (
    isSameBucket(a.destination, b.destination) &&
    a.filter._prefix === b.filter._prefix &&
    JSON.stringify(a.filter._tags) === JSON.stringify(b.filter._tags)
  );
}

/** Whether two references mean the same bucket, as far as can be told now. */
export function isSameBucket(a: BucketEnd, b: BucketEnd): boolean {
  return a.cfn ? a.cfn === b.cfn : !b.cfn && a.ref.bucketRef.bucketName === b.ref.bucketRef.bucketName;
}
