// SPDX-License-Identifier: Apache-2.0
import { Aws, aws_s3 as s3, Reference, Stack, Tokenization } from 'aws-cdk-lib';
import { BucketEnd, importedKey } from './bucket';
import { KeyPointer, definedKey, keyPointer, namesAlias } from './key';

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

/** The key that replicas are encrypted with when the rule names no other one, as far as it is known. */
export function defaultKeyOf(end: BucketEnd): KeyPointer | undefined {
  if (!end.cfn) {
    const key = importedKey(end);
    return key && keyPointer(key);
  }
  const encryption = defaultEncryption(end.cfn);
  return 'key' in encryption ? encryption.key : undefined;
}

export function usesKms(encryption: DefaultEncryption): boolean {
  return encryption.kind !== 'SSE-S3' && encryption.kind !== 'unknown';
}
