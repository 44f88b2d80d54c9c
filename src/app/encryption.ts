// SPDX-License-Identifier: Apache-2.0
import { Aws, aws_kms as kms, aws_s3 as s3, Stack, Tokenization } from 'aws-cdk-lib';
import { BucketEnd, importedKey } from './bucket';
import { KeyPointer, keyBehind, keyPointer, namesAlias } from './key';

/** The default encryption of a bucket of this app, as far as it can be read at synthesis. */
type DefaultEncryption =
  | { readonly kind: 'SSE-S3' }
  | { readonly kind: 'SSE-KMS' | 'DSSE-KMS'; readonly key: KeyPointer }
  /** The AWS managed key `aws/s3`, or an alias: no key ARN is known. */
  | { readonly kind: 'aws/s3' }
  | { readonly kind: 'alias'; readonly alias: string }
  | { readonly kind: 'unknown' };

/**
 * Settles only what is not plain: to settle all takes longer, and loses which resource a key id points to.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html
 */
export function defaultEncryption(cfn: s3.CfnBucket): DefaultEncryption {
  const stack = Stack.of(cfn);
  const plain = (value: any) => (Tokenization.isResolvable(value) ? stack.resolve(value) : value);
  const encryption = plain(cfn.bucketEncryption);
  if (encryption === undefined) {
    return { kind: 'SSE-S3' }; // what S3 does on its own since January 2023
  }
  const rules = plain(encryption.serverSideEncryptionConfiguration);
  if (!Array.isArray(rules)) {
    return { kind: 'unknown' }; // an intrinsic such as Fn::If
  }
  const byDefault = rules
    .map((rule) => plain(plain(rule)?.serverSideEncryptionByDefault))
    .find((found) => found !== undefined);
  if (byDefault === undefined) {
    return { kind: 'SSE-S3' }; // rules about other things, such as blocked encryption types
  }
  const algorithm = stack.resolve(byDefault.sseAlgorithm);
  if (algorithm === 'AES256') {
    return { kind: 'SSE-S3' };
  }
  if (algorithm !== 'aws:kms' && algorithm !== 'aws:kms:dsse') {
    return { kind: 'unknown' };
  }
  const kind = algorithm === 'aws:kms' ? 'SSE-KMS' : 'DSSE-KMS';
  const keyId = byDefault.kmsMasterKeyId;
  const key = keyBehind(keyId);
  if (key) {
    return { kind, key: { cfn: key } };
  }
  const resolved = stack.resolve(keyId);
  if (resolved === undefined || /(^|:)alias\/aws\/s3$/.test(String(resolved))) {
    return { kind: 'aws/s3' };
  }
  if (typeof resolved !== 'string') {
    if (typeof keyId !== 'string') {
      return { kind: 'unknown' }; // settled already, so that nothing can name it again
    }
    return namesAlias(stack, keyId) ? { kind: 'alias', alias: aliasName(resolved) } : { kind, key: { arn: keyId } };
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

/** The key that a bucket's new objects are encrypted with: a named one, or else that of the bucket, if it is known. */
export function keyFor(end: BucketEnd, named?: kms.IKeyRef, encryptionOf = defaultEncryption): KeyPointer | undefined {
  const key = named ?? (end.cfn ? undefined : importedKey(end));
  if (key || !end.cfn) {
    return key && keyPointer(key);
  }
  const encryption = encryptionOf(end.cfn);
  return 'key' in encryption ? encryption.key : undefined;
}

export function usesKms(encryption: DefaultEncryption): boolean {
  return encryption.kind !== 'SSE-S3' && encryption.kind !== 'unknown';
}
