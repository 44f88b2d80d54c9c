// SPDX-License-Identifier: Apache-2.0
import { aws_kms as kms, aws_s3 as s3, Aws, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import { definedKey, definedResource } from './bucket-end';

/** A KMS key: a resource of this app, or an ARN (literal or token). */
export type KeyPointer = { readonly cfn: kms.CfnKey | kms.CfnReplicaKey } | { readonly arn: string };

/** The default encryption of a bucket of this app, as far as it can be read at synthesis. */
export type DefaultEncryption =
  | { readonly kind: 'SSE-S3' }
  | { readonly kind: 'SSE-KMS' | 'DSSE-KMS'; readonly key: KeyPointer }
  /** The AWS managed key `aws/s3`, or an alias: no key ARN is known. */
  | { readonly kind: 'aws/s3' }
  | { readonly kind: 'alias'; readonly alias: string }
  | { readonly kind: 'unknown' };

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html */
export function defaultEncryption(cfn: s3.CfnBucket): DefaultEncryption {
  const stack = Stack.of(cfn);
  const encryption = stack.resolve(cfn.bucketEncryption);
  if (encryption === undefined) {
    return { kind: 'SSE-S3' }; // what S3 does on its own since January 2023
  }
  const rules = encryption.serverSideEncryptionConfiguration;
  if (!Array.isArray(rules)) {
    return { kind: 'unknown' }; // an intrinsic such as Fn::If
  }
  const byDefault = rules.map((rule) => rule?.serverSideEncryptionByDefault).find((it) => it !== undefined);
  if (byDefault === undefined) {
    return { kind: 'SSE-S3' }; // rules about other things, such as blocked encryption types
  }
  const algorithm = byDefault.sseAlgorithm;
  if (algorithm === 'AES256') {
    return { kind: 'SSE-S3' };
  }
  if (algorithm !== 'aws:kms' && algorithm !== 'aws:kms:dsse') {
    return { kind: 'unknown' };
  }
  const kind = algorithm === 'aws:kms' ? 'SSE-KMS' : 'DSSE-KMS';
  const resolved = byDefault.kmsMasterKeyId;
  if (resolved === undefined || /(^|:)alias\/aws\/s3$/.test(String(resolved))) {
    return { kind: 'aws/s3' };
  }
  if (typeof resolved !== 'string') {
    const unresolved = rawKeyId(cfn);
    if (unresolved === undefined) {
      return { kind: 'unknown' };
    }
    const target = Tokenization.reverse(unresolved, { failConcat: false });
    const key = Reference.isReference(target) ? definedKey(target.target) : undefined;
    if (key) {
      return { kind, key: { cfn: key } };
    }
    return namesAlias(stack, unresolved)
      ? { kind: 'alias', alias: aliasName(resolved) }
      : { kind, key: { arn: unresolved } };
  }
  if (/(^|:)alias\//.test(resolved)) {
    return { kind: 'alias', alias: resolved };
  }
  const arn = resolved.startsWith('arn:')
    ? resolved
    : `arn:${Aws.PARTITION}:kms:${stack.region}:${stack.account}:key/${resolved}`;
  return { kind, key: { arn } };
}

/** Whether a key id or ARN with tokens in it is that of an alias. */
function namesAlias(stack: Stack, keyId: string): boolean {
  const targets = Tokenization.reverseString(keyId).tokens.map((token) =>
    Reference.isReference(token) ? token.target : undefined,
  );
  return (
    targets.some((target) => target && definedResource(target, 'AWS::KMS::Alias')) ||
    JSON.stringify(stack.resolve(keyId)).includes(':alias/')
  );
}

function aliasName(resolved: unknown): string {
  return /alias\/[\w/-]+/.exec(JSON.stringify(resolved))?.[0] ?? 'of this app';
}

/** The key id as the user wrote it, with its tokens: resolving would lose which resource it points to. */
function rawKeyId(cfn: s3.CfnBucket): string | undefined {
  const encryption = cfn.bucketEncryption;
  if (encryption === undefined || Tokenization.isResolvable(encryption)) {
    return undefined;
  }
  const rules = encryption.serverSideEncryptionConfiguration;
  for (const rule of Tokenization.isResolvable(rules) ? [] : rules) {
    const byDefault = Tokenization.isResolvable(rule) ? undefined : rule.serverSideEncryptionByDefault;
    if (byDefault && !Tokenization.isResolvable(byDefault)) {
      return byDefault.kmsMasterKeyId as string | undefined;
    }
  }
  return undefined;
}

export function keyPointer(key: kms.IKeyRef): KeyPointer {
  const cfn = definedKey(key);
  return cfn ? { cfn } : { arn: key.keyRef.keyArn };
}

/** The region of a key when it is known: of its stack, or as its ARN says. */
export function regionOfKey(pointer: KeyPointer): string | undefined {
  if ('cfn' in pointer) {
    const region = Stack.of(pointer.cfn).region;
    return Token.isUnresolved(region) ? undefined : region;
  }
  const region = Token.isUnresolved(pointer.arn) ? undefined : pointer.arn.split(':')[3];
  return region || undefined;
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
  return /^arn:[^:]+:kms:[^:]+:\d{12}:key\/.+/.test(arn)
    ? undefined
    : `has the ARN '${arn}', which is not the ARN of a KMS key`;
}
