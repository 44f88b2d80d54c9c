// SPDX-License-Identifier: Apache-2.0
import { CfnDeletionPolicy, CfnResource, ICfnResourceOptions } from 'aws-cdk-lib';

/**
 * Gives a resource without which a bucket is of no use the deletion policy of the bucket, unless it is given one of its
 * own. Not where a first deployment fails: what is left then costs and is in the way, and nothing needs it.
 *
 * The policy is read when the template is made, because the bucket's may still change until then; an aspect would do
 * that too, but one that runs last makes core refuse aspects which are added by other aspects.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
 */
export function keepLike(bucket: CfnResource, resource: CfnResource, applies: () => boolean = () => true): void {
  const { DELETE, RETAIN, RETAIN_EXCEPT_ON_CREATE } = CfnDeletionPolicy;
  for (const option of ['deletionPolicy', 'updateReplacePolicy'] as const) {
    fallBack(resource.cfnOptions, option, () => {
      const policy = bucket.cfnOptions[option];
      if (policy === DELETE || !applies()) {
        return undefined;
      }
      return policy === RETAIN && option === 'deletionPolicy' ? RETAIN_EXCEPT_ON_CREATE : policy;
    });
  }
}

/** What an option of a resource is until somebody sets it: asked for when the template is made. */
export function fallBack<O extends keyof ICfnResourceOptions>(
  options: ICfnResourceOptions,
  option: O,
  late: () => ICfnResourceOptions[O],
): void {
  let own = options[option];
  Object.defineProperty(options, option, {
    enumerable: true,
    get: () => own ?? late(),
    set: (value: ICfnResourceOptions[O]) => {
      own = value;
    },
  });
}
