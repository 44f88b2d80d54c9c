// SPDX-License-Identifier: Apache-2.0
import { Annotations, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { namedForAccount } from './bucket-name';
import { checkPairInput } from './created-input';
import { mirrorScope, replicaStack } from './replica-stack';
import { PAIR, PairInput, ReplicatedBucket, bucketSettings, createReplicatedBucket } from './replicated-bucket';
import { bucketEnd } from '../app/bucket';

/** The two buckets of a pair, given or created, in the stacks that the props ask for. */
export function pairBuckets(
  at: Construct,
  props: PairInput & { readonly source?: s3.IBucket },
  words = PAIR,
): { source: ReplicatedBucket; destination: ReplicatedBucket; encryptsWithKms: boolean } {
  checkPairInput(at, props, true, words);
  const sourceStack = props.source ? bucketEnd(props.source).stack : Stack.of(at);
  const { destinationRegion: region } = props;
  if (region === undefined && 'destinationRegion' in props && !props.destination && !props.destinationStack) {
    Annotations.of(at).addInfoV2(
      'cdk-s3-replication:destinationRegionUndefined',
      `${words.destinationRegion} is undefined, so replicas stay in the region of this stack. Omit it if that is meant`,
    );
  }
  const destinationStack = region === undefined ? props.destinationStack : replicaStack(at, sourceStack, region, words);
  const destinationScope = mirrorScope(at, sourceStack, destinationStack ?? Stack.of(at));
  const settings = bucketSettings(props);
  const [first, second] = [words.source, words.destination].map((word) => word[0].toUpperCase() + word.slice(1));
  const destination = props.destination
    ? { bucket: props.destination, formerKeys: [] }
    : createReplicatedBucket(
        destinationScope,
        second,
        settings,
        namedForAccount(destinationScope, sourceStack, destinationStack, props.destinationOptions),
      );
  const source = props.source
    ? { bucket: props.source, formerKeys: [] }
    : createReplicatedBucket(at, first, settings, props.sourceOptions);
  return { source, destination, encryptsWithKms: settings.encryption === s3.BucketEncryption.KMS };
}
