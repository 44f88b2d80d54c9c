// SPDX-License-Identifier: Apache-2.0
import { IConstruct } from 'constructs';
import { bucketEnd, nameOf } from './bucket-end';
import { compare, shown } from './environment';
import { Mistake, mistake } from './mistake';
import { checkPairInput } from './pair-input';
import type { CrossAccountReplicationProps } from '../cross-account-replication';

/** Throws when it is not clear where replicas go, or when they stay in the account. */
export function checkCrossAccountInput(
  at: IConstruct,
  props: CrossAccountReplicationProps,
  isReplicated: boolean,
): void {
  const wrong = placeMistake(props) ?? (isReplicated ? roleMistake(props) : undefined);
  if (wrong) {
    throw mistake(at, wrong);
  }
  checkPairInput(at, props, false);
}

function roleMistake(props: CrossAccountReplicationProps): Mistake | undefined {
  const forRole = (['roleName', 'rolePath', 'permissionsBoundary'] as const).filter((it) => props[it] !== undefined);
  return forRole.length === 0
    ? undefined
    : {
        saw: `${forRole.join(', ')} for source ${nameOf(bucketEnd(props.source))}, which is replicated already`,
        because: 'a source bucket has one role for all its rules',
        instead: `leave ${forRole.join(', ')} off here, and give it to what replicates the source first`,
      };
}

function placeMistake({ source, destination, destinationStack }: CrossAccountReplicationProps): Mistake | undefined {
  const from = bucketEnd(source);
  if ((destination === undefined) === (destinationStack === undefined)) {
    return {
      saw: destination ? 'destination together with destinationStack' : 'neither destination nor destinationStack',
      because: 'the destination is either given, or created in a stack of the other account',
      instead: 'give one of the two',
    };
  }
  const account = destination ? bucketEnd(destination).account : destinationStack!.account;
  const accounts = compare(from.account, account);
  if (accounts === 'different') {
    return undefined;
  }
  return {
    saw: `source ${nameOf(from)} in account ${shown(from.account)}, destination in account ${shown(account)}`,
    because: accounts === 'same' ? 'this is one account' : 'whether these are two accounts cannot be told at synthesis',
    instead:
      accounts === 'same'
        ? 'use ReplicatedBucketPair within one account, or set env.account (the account of fromBucketAttributes()) to the other one'
        : 'set env.account on both stacks (account in fromBucketAttributes() for an imported bucket)',
  };
}
