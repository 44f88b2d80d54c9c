// SPDX-License-Identifier: Apache-2.0
import { allowsService } from '../documents/allows';
import { TargetFacts } from '../flows/facts';
import { Findings, error, warning } from '../messages/finding';
import { TELL } from '../permissions/actions';

/**
 * A topic or a queue that a service cannot encrypt messages for.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export function encryptedTarget(
  { name, keyId, keyPolicy, keyPath }: TargetFacts,
  service: string,
  what: string,
): Findings {
  if (keyId === undefined) {
    return undefined;
  }
  if (typeof keyId === 'string' && /(^|:)alias\/aws\//.test(keyId)) {
    return error('targetWithManagedKey', {
      saw: `target ${name} of ${what}, encrypted with '${keyId}'`,
      because: `the policy of an AWS managed key cannot be changed, and does not let ${service} use it`,
      instead: 'encrypt the target with a key of your own, or not with KMS',
    });
  }
  if (keyPolicy !== undefined && TELL.key.every((action) => allowsService(keyPolicy, action, service))) {
    return undefined;
  }
  const statement = { Effect: 'Allow', Principal: { Service: service }, Action: TELL.key, Resource: '*' };
  const key = keyPath ? `the key '${keyPath}', whose policy does not let ${service} use it` : 'a key of another stack';
  return warning(
    'targetKeyTakesNoService',
    `Target ${name} of ${what} is encrypted with ${key}: ` +
      `messages are lost unless the policy of the key has ${JSON.stringify(statement)}. ` +
      'Add the statement, or acknowledge this if it is there',
  );
}
