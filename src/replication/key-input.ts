// SPDX-License-Identifier: Apache-2.0
import { Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { BucketEnd, importedKey, nameOf } from '../app/bucket';
import { defaultEncryption, usesKms } from '../app/encryption';
import { compare, shown } from '../app/environment';
import { keyPointer, regionOfKey, unusableKey, whyUnreachable, wrongRegion } from '../app/key';
import { mistake } from '../messages/mistake';
import { ReplicationRuleOptions } from '../rules/replication-rule';

/** Throws when a key cannot encrypt or decrypt for the bucket it is named for, or cannot be referred to. */
export function checkKeys(
  at: IConstruct,
  source: BucketEnd,
  destination: BucketEnd,
  options: ReplicationRuleOptions,
): void {
  const byDefault = source.cfn ? usesKms(defaultEncryption(source.cfn)) : importedKey(source) !== undefined;
  const usesKeys = byDefault || (options.sourceKeys ?? []).length > 0;
  const imported = usesKeys && !destination.cfn ? importedKey(destination) : undefined;
  const forReplicas = options.destinationKey
    ? { prop: 'destinationKey', key: options.destinationKey }
    : imported && 'cfn' in keyPointer(imported) && { prop: 'encryptionKey', key: imported };
  const uses = [
    ...(forReplicas ? [{ ...forReplicas, bucket: destination }] : []),
    ...(options.sourceKeys ?? []).map((key) => ({ prop: 'sourceKeys', key, bucket: source })),
  ];
  for (const { prop, key, bucket } of uses) {
    const saw = `${prop}: '${key.node.path}'`;
    const problem = unusableKey(key);
    if (problem) {
      throw mistake(at, {
        saw: `${saw} ${problem}`,
        because:
          'S3 replicates with symmetric KMS keys, and permissions name a key by its ARN (an alias may point elsewhere tomorrow)',
        instead: 'give the customer managed key itself, a kms.Key or Key.fromKeyArn() with its key ARN',
      });
    }
    const pointer = keyPointer(key);
    const region = regionOfKey(pointer);
    if (region !== undefined && compare(region, bucket.region) === 'different') {
      throw mistake(at, {
        ...wrongRegion(region, nameOf(bucket), bucket.region, bucket.cfn !== undefined),
        saw: `${saw} in region ${shown(region)}, ${nameOf(bucket)} in ${shown(bucket.region)}`,
      });
    }
    const unreachable = whyUnreachable(source.stack, pointer, bucket.account);
    if (unreachable) {
      throw mistake(at, {
        saw: `${saw} ${unreachable}`,
        because: 'the replication role cannot refer to it from its own stack',
        instead:
          'give it with Key.fromKeyArn(), or define it in a stack of the same Stage and account that is not nested, ' +
          'with env where the stack of the source has it',
      });
    }
    if ('cfn' in pointer && compare(Stack.of(pointer.cfn).region, bucket.region) === 'unclear') {
      throw mistake(at, {
        saw: `${saw} in region ${shown(Stack.of(pointer.cfn).region)}, ${nameOf(bucket)} in ${shown(bucket.region)}`,
        because:
          "S3 encrypts with keys of the bucket's own region, and whether this is one cannot be told at synthesis",
        instead: 'set env.region on the stack of the key, and on that of the bucket',
      });
    }
  }
}
