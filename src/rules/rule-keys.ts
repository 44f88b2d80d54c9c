// SPDX-License-Identifier: Apache-2.0
import { AddedRule } from './added-rule';
import { BucketEnd, importedKey } from '../app/bucket';
import { defaultEncryption, keyFor, usesKms } from '../app/encryption';
import { DefinedKey, KeyPointer, canRefer, keyPointer, sameKey } from '../app/key';

/** What a rule means for KMS. */
export interface RuleKeys {
  /** Whether S3 is to replicate objects that are encrypted with KMS: without the opt-in it skips them. */
  readonly replicatesKmsObjects: boolean;
  readonly sourceKeys: KeyPointer[];
  readonly replicaKey?: KeyPointer;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html */
export function ruleKeys(source: BucketEnd, rule: AddedRule, encryptionOf = defaultEncryption): RuleKeys {
  const encryption = source.cfn && encryptionOf(source.cfn);
  const known = encryption ? [] : [importedKey(source)].filter((key) => key !== undefined).map(keyPointer);
  const own = encryption && 'key' in encryption ? encryption.key : known[0];
  const named = (rule.options.sourceKeys ?? []).map(keyPointer);
  const sourceKeys = own ? [own, ...named.filter((key) => !sameKey(key, own))] : named;
  const replicatesKmsObjects =
    (encryption && usesKms(encryption)) || sourceKeys.length > 0 || rule.options.destinationKey !== undefined;
  return {
    replicatesKmsObjects,
    sourceKeys,
    replicaKey: replicatesKmsObjects ? keyForReplicas(source, rule, encryptionOf) : undefined,
  };
}

function keyForReplicas(
  source: BucketEnd,
  { destination, options: { destinationKey } }: AddedRule,
  encryptionOf: typeof defaultEncryption,
): KeyPointer | undefined {
  const key = keyFor(destination, destinationKey, encryptionOf);
  const asked = destinationKey !== undefined || !destination.cfn;
  return asked || (key && canRefer(source.stack, key, destination.account)) ? key : undefined;
}

/** Those of the keys that are resources of the app. */
export const keyResources = ({ sourceKeys, replicaKey }: RuleKeys): DefinedKey[] =>
  [...sourceKeys, ...(replicaKey ? [replicaKey] : [])].flatMap((key) => ('cfn' in key ? [key.cfn] : []));
