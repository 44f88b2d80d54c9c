// SPDX-License-Identifier: Apache-2.0
import { IConstruct } from 'constructs';
import { mistake } from '../messages/mistake';
import { Granted } from '../permissions/granted';
import { ReplicationRuleOptions } from '../rules/replication-rule';

/**
 * @param covering the grant of the destination that lets the role in already
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-change-owner.html
 */
export function checkOwnerOverride(
  at: IConstruct,
  { ownerOverride }: ReplicationRuleOptions,
  foreign: boolean,
  covering: Granted | undefined,
): void {
  if (ownerOverride && !foreign) {
    throw mistake(at, {
      saw: 'ownerOverride with a destination in the account of the source',
      because: 'the owner would not change, and S3 would not replicate ACLs any more',
      instead: 'leave ownerOverride off',
    });
  }
  if (ownerOverride && covering?.ownerOverride === false) {
    throw mistake(at, {
      saw: 'ownerOverride for a role that ReplicaGrants let in without it',
      because: 'the destination does not allow it, so every object would fail',
      instead: 'give replicasFrom() ownerOverride: true, or leave it off the rule',
    });
  }
}
