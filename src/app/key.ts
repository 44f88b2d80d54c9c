// SPDX-License-Identifier: Apache-2.0
import { aws_kms as kms, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import { compare, knownText, shown } from './environment';
import { awaitsLookup, hasForm } from './lookup';
import { definedResource, resourceBehind } from './resource';
import { deployedStack, isNested, sameStage } from './stacks';
import { Mistake } from '../messages/mistake';

export type DefinedKey = kms.CfnKey | kms.CfnReplicaKey;
const KEYS = ['AWS::KMS::Key', 'AWS::KMS::ReplicaKey'];

/** The key resource behind a reference, as for a bucket; undefined when the key is not defined in this app. */
function definedKey(ref: kms.IKeyRef): DefinedKey | undefined {
  return (definedResource(ref, ...KEYS) as DefinedKey | undefined) ?? keyBehind(ref.keyRef.keyArn);
}

/** The key whose id or ARN a token is. */
export function keyBehind(keyId: string | undefined): DefinedKey | undefined {
  return resourceBehind(keyId, ...KEYS) as DefinedKey | undefined;
}

/** A KMS key: a resource of this app, or an ARN (literal or token). */
export type KeyPointer = { readonly cfn: DefinedKey } | { readonly arn: string };

/** Whether a key id or ARN with tokens in it is that of an alias. */
export function namesAlias(stack: Stack, keyId: string): boolean {
  const targets = Tokenization.reverseString(keyId).tokens.map((token) =>
    Reference.isReference(token) ? token.target : undefined,
  );
  return (
    targets.some((target) => target && definedResource(target, 'AWS::KMS::Alias')) ||
    JSON.stringify(stack.resolve(keyId)).includes(':alias/')
  );
}

export function keyPointer(key: kms.IKeyRef): KeyPointer {
  const cfn = definedKey(key);
  return cfn ? { cfn } : { arn: key.keyRef.keyArn };
}

/** The region of a key when it is known: of its stack, or as its ARN says. */
export function regionOfKey(pointer: KeyPointer): string | undefined {
  if ('cfn' in pointer) {
    return knownText(Stack.of(pointer.cfn).region);
  }
  return partOfArn(pointer.arn, 3);
}

/** The account that a literal ARN of a key names. */
export const accountOfArn = (arn: string): string | undefined => partOfArn(arn, 4);

function partOfArn(arn: string, part: number): string | undefined {
  return Token.isUnresolved(arn) || awaitsLookup(arn) ? undefined : arn.split(':')[part] || undefined;
}

/** Same key: same resource, or same text. */
export function sameKey(a: KeyPointer, b: KeyPointer): boolean {
  return 'cfn' in a ? 'cfn' in b && a.cfn === b.cfn : 'arn' in b && a.arn === b.arn;
}

/** Why a key that the user named cannot be named in a rule and a policy, or undefined when it can. */
export function unusableKey(key: kms.IKeyRef): string | undefined {
  if (definedResource(key, 'AWS::KMS::Alias')) {
    return 'is an alias';
  }
  return definedKey(key) ? undefined : unusableArn(Stack.of(key), key.keyRef.keyArn);
}

export function unusableArn(stack: Stack, arn: string): string | undefined {
  if (Token.isUnresolved(arn)) {
    return namesAlias(stack, arn) ? 'is an alias' : undefined;
  }
  if (arn.includes(':alias/')) {
    return `is the alias '${arn}'`;
  }
  return hasForm(/^arn:[^:]+:kms:[^:]+:\d{12}:key\/.+/, arn)
    ? undefined
    : `has the ARN '${arn}', which is not the ARN of a KMS key`;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html */
export function wrongRegion(keyRegion: string, bucket: string, region: string, inApp: boolean): Mistake {
  return {
    saw: `${bucket} in ${shown(region)} with a key of region ${shown(keyRegion)}`,
    because: "S3 encrypts with keys of the bucket's own region only, also where a key is a multi-Region key",
    instead:
      `give a key of region ${shown(region)} (for a multi-Region key, the ARN of its replica there)` +
      (inApp ? '' : ', or the true region of the imported bucket with Bucket.fromBucketAttributes()'),
  };
}

export function canRefer(consumer: Stack, key: KeyPointer, owner = consumer.account): boolean {
  return whyUnreachable(consumer, key, owner) === undefined;
}

/**
 * Where a key of the app is that a stack cannot refer to with a weak reference, or that is not of the bucket's account.
 *
 * @param owner the account of the bucket that the key is for
 */
export function whyUnreachable(consumer: Stack, key: KeyPointer, owner = consumer.account): string | undefined {
  if ('arn' in key) {
    return undefined;
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
