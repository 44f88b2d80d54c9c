// SPDX-License-Identifier: Apache-2.0
import { Stack } from 'aws-cdk-lib';
import { BucketEnd, nameOf } from '../app/bucket';
import { Findings, error, warning } from '../messages/finding';
import { isWithin, widest } from '../permissions/prefixes';
import { LogKeySpace, anyKeys, canStartWith, keySpacesOf, readable, sentStart } from '../producers/key-space';
import { LogBucket } from '../producers/log-bucket';
import { LogProducerSpec } from '../producers/spec';
import { ReplicationFilter } from '../rules/replication-filter';

/** A source and what of it is replicated. */
export interface LogFlow {
  readonly source: BucketEnd;
  readonly filter?: ReplicationFilter;
  /** Whether the user says that its keys are unique, or that they are not. */
  readonly uniqueKeys?: boolean;
}

/** What the keys that are replicated begin with. */
export function prefixOf({ source, filter }: LogFlow): string {
  const found: unknown = filter === undefined ? '' : Stack.of(source.cfn!).resolve(filter._prefix);
  return typeof found === 'string' ? found : filter!._prefix; // a token stays one
}

/** Keys that a filter lets through, of what the producers write; any such keys, when nobody said who writes. */
export function spacesOf(flow: LogFlow, more: readonly LogProducerSpec[] = []): LogKeySpace[] {
  const { source } = flow;
  const prefix = prefixOf(flow);
  const specs = [...more, ...(LogBucket.find(source.cfn!)?.deliveries ?? []).map(({ spec }) => spec)];
  return specs.length === 0
    ? [anyKeys(prefix)]
    : specs.flatMap((spec) => keySpacesOf(spec, source, prefix === '' ? undefined : prefix));
}

/** What a bucket policy must let the role of a source write. */
export function sentPrefixes(spaces: readonly LogKeySpace[]): string[] {
  return widest(spaces.filter((space) => canStartWith(space, space.filter ?? '')).map(sentStart));
}

/** Whether the policy of an archive that lets many roles in lets this one write what it sends. */
export function areWithin(spaces: readonly LogKeySpace[], keyPrefixes: readonly string[], account: string): boolean {
  return sentPrefixes(spaces).every((start) => isWithin(start, keyPrefixes, account));
}

/** What a source of another app sends, against what its archive accepts, as far as the two agree on it. */
export function refusedKeys(flow: LogFlow, keyPrefixes: readonly string[], deleteMarkers: boolean): Findings {
  const { source } = flow;
  const isRefused = (space: LogKeySpace) => !areWithin([space], keyPrefixes, source.account);
  const refused = spacesOf(flow).filter(isRefused);
  const certain = refused.find(({ form }) => form !== undefined);
  return [
    certain
      ? error('logKeysRefused', {
          saw: `${nameOf(source)} with logs whose keys start with '${readable(sentStart(certain))}'`,
          because: `the archive lets each account write below ${keyPrefixes.join(', ')} only`,
          instead:
            'give keyPrefixes that fit to both, or give this a roleName that the archive lets in with ReplicaGrants',
        })
      : refused.length > 0 &&
        warning(
          'logKeysMayBeRefused',
          `The archive lets each account write below ${keyPrefixes.join(', ')} only, ` +
            `and nothing says that the keys of ${nameOf(source)} begin so: others fail to replicate. ` +
            'Name its producers, give a filter or keyPrefixes that fit, or acknowledge this',
        ),
    deleteMarkers &&
      warning(
        'deleteMarkersMayBeRefused',
        `Delete markers of ${nameOf(source)} fail to replicate unless the archive has deleteMarkers: true. ` +
          'Omit deleteMarkerReplication, or acknowledge this',
      ),
  ];
}

/** Sources of other accounts whose roles have to be let in for every key. */
export function rolesForEveryKey(flows: readonly LogFlow[]): Findings {
  return (
    flows.length > 0 &&
    warning(
      'logSourceMayWriteEveryKey',
      `The replication roles of ${flows.map(({ source }) => nameOf(source)).join(', ')} may write every key, ` +
        `because neither producers nor a filter say which: in these accounts ` +
        'somebody could put newer versions over the logs of others. Name producers or a filter, or acknowledge this',
    )
  );
}
