// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, Stack, Token } from 'aws-cdk-lib';
import { importedKey } from './bucket-end';
import { DefaultEncryption, defaultEncryption, KeyPointer, keyPointer, sameKey } from './encryption';
import { compare, deployedStack, isNested, sameStage } from './environment';
import { AddedRule } from './rules';

/** What a rule means for KMS. */
export interface RuleKeys {
  /** Whether S3 is to replicate objects that are encrypted with KMS: without the opt-in it skips them. */
  readonly replicatesKmsObjects: boolean;
  readonly sourceKeys: KeyPointer[];
  readonly replicaKey?: KeyPointer;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html */
export function ruleKeys(source: s3.CfnBucket, rule: AddedRule): RuleKeys {
  const encryption = defaultEncryption(source);
  const named = (rule.options.sourceKeys ?? []).map(keyPointer);
  const sourceKeys =
    'key' in encryption ? [encryption.key, ...named.filter((key) => !sameKey(key, encryption.key))] : named;
  const replicatesKmsObjects =
    usesKms(encryption) || sourceKeys.length > 0 || rule.options.destinationKey !== undefined;
  return { replicatesKmsObjects, sourceKeys, replicaKey: replicatesKmsObjects ? replicaKey(source, rule) : undefined };
}

export function usesKms(encryption: DefaultEncryption): boolean {
  return encryption.kind !== 'SSE-S3' && encryption.kind !== 'unknown';
}

function replicaKey(source: s3.CfnBucket, rule: AddedRule): KeyPointer | undefined {
  const { destination, options } = rule;
  if (options.destinationKey) {
    return keyPointer(options.destinationKey);
  }
  if (destination.cfn) {
    const encryption = defaultEncryption(destination.cfn);
    return 'key' in encryption && canRefer(Stack.of(source), encryption.key, destination.account)
      ? encryption.key
      : undefined;
  }
  const imported = importedKey(destination);
  return imported && keyPointer(imported);
}

export function canRefer(consumer: Stack, key: KeyPointer, owner = consumer.account): boolean {
  return whyUnreachable(consumer, key, owner) === undefined;
}

/**
 * Where a key is that a stack cannot refer to with a weak reference, or that is not a key of the bucket's account.
 *
 * @param owner the account of the bucket that the key is for
 */
export function whyUnreachable(consumer: Stack, key: KeyPointer, owner = consumer.account): string | undefined {
  if ('arn' in key) {
    const account = Token.isUnresolved(key.arn) ? undefined : key.arn.split(':')[4];
    return account !== undefined && compare(account, owner) === 'different' ? 'in another account' : undefined;
  }
  const stack = Stack.of(key.cfn);
  if (deployedStack(stack) === deployedStack(consumer)) {
    return compare(stack.account, owner) === 'different' ? 'in another account' : undefined;
  }
  if (!sameStage(stack, consumer)) {
    return 'in another Stage';
  }
  if (isNested(stack)) {
    return 'in a nested stack of another stack';
  }
  const accounts = compare(stack.account, owner);
  if (accounts === 'different') {
    return 'in another account';
  }
  return accounts === 'unclear' || compare(stack.region, consumer.region) === 'unclear'
    ? 'in a stack with env.account or env.region where the stack of the source has none, or the reverse'
    : undefined;
}
