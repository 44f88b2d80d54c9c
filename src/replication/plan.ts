// SPDX-License-Identifier: Apache-2.0
import { IStackSynthesizer, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { checkDestination } from './destination-input';
import { checkKeys } from './key-input';
import { checkedSource } from './source-input';
import { BucketEnd, bucketEnd, nameOf } from '../app/bucket';
import { literalName } from '../app/bucket-name';
import { Needed, checkDeployOrder } from '../app/deploy-order';
import { keyFor } from '../app/encryption';
import { compare } from '../app/environment';
import { KeyPointer, canRefer } from '../app/key';
import { isOwnerEnforced } from '../app/ownership';
import { bucketAttribute } from '../app/references';
import { deployedStack, sameStage } from '../app/stacks';
import { checkVersioning } from '../buckets/versioning';
import { DestinationAnchor } from '../flows/destination';
import { anchorOf } from '../flows/imported-sources';
import { nestedCircle } from '../flows/waits';
import { ReplicaGrants } from '../grants/replica-grants';
import { checkGiven } from '../messages/given';
import { mistake } from '../messages/mistake';
import { Granted, mayWrite } from '../permissions/granted';
import { RoleOptions } from '../permissions/role';
import { RoleName, RoleOfAccount, granteeOf, replicationRoleName } from '../permissions/role-name';
import { AddedRule, ruleId } from '../rules/added-rule';
import { ReplicationFilter } from '../rules/replication-filter';
import { ReplicationRule } from '../rules/replication-rule';
import { checkAgainst, checkOptions } from '../rules/rule-input';
import { RuleKeys, ruleKeys } from '../rules/rule-keys';

/** A rule that nothing speaks against, and what it takes to carry it out. */
export interface PlannedRule extends AddedRule {
  /** What is deployed before the source. */
  readonly needed: readonly Needed[];
  /** How policies of another account name the replication role. */
  readonly knownAs?: RoleName;
  /** The role that the policies of the destination are to let in, and for what, with the key for replicas. */
  readonly admission?: {
    readonly granted: Granted & { readonly grantee: RoleOfAccount };
    readonly keyNow: () => KeyPointer | undefined;
  };
}

/**
 * Plans a rule and changes nothing. Throws when S3 would refuse the rule, or when it could not be deployed.
 *
 * @param at the construct whose props the rule comes from, for messages
 * @param role how the role of the source is made, or given
 * @param byPrefix whether policies of other accounts let the role in by the start of its name
 * @param otherAccount whether the user says that an imported destination is in another account, where nobody can tell
 * @param sent what the keys begin with that a policy of the destination has to let the role write
 */
export function planRule(
  at: IConstruct,
  from: BucketEnd,
  rule: ReplicationRule,
  role: RoleOptions,
  byPrefix: boolean,
  otherAccount = byPrefix,
  sent?: readonly string[],
): PlannedRule {
  checkGiven(at, rule);
  const destination = bucketEnd(rule.destination);
  const anchor = anchorOf(from);
  const source = anchor?.end ?? from;
  const writer = anchor?.writer ?? checkedSource(at, source);
  if (anchor?.synthesized || (destination.cfn && DestinationAnchor.find(destination.cfn)?.synthesized)) {
    throw mistake(at, {
      saw: `a rule to ${nameOf(destination)} after synthesis`,
      because:
        'the Stage of one of the buckets is synthesized already (adding a Stage to a CDK pipeline does that), ' +
        'so the rule would be missing in the template',
      instead: 'add rules before',
    });
  }
  checkOptions(at, rule);
  const accounts = compare(source.account, destination.account);
  const believed = accounts === 'unclear' && otherAccount && !destination.cfn ? 'different' : accounts;
  checkDestination(at, source, writer, destination, believed, !byPrefix);
  checkKeys(at, source, destination, rule);
  const foreign = believed === 'different';
  const grantee = foreign && !byPrefix ? granteeOf(at, source, role) : undefined;
  const filter = rule.filter ?? ReplicationFilter.all();
  const covering = grantee && ReplicaGrants.fromBucket(rule.destination)._covering(grantee, sent ?? [filter._prefix]);
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-change-owner.html
  if (rule.ownerOverride && !foreign) {
    throw mistake(at, {
      saw: 'ownerOverride with a destination in the account of the source',
      because: 'the owner would not change, and S3 would not replicate ACLs any more',
      instead: 'omit ownerOverride',
    });
  }
  if (covering) {
    checkGranted(at, rule, grantee!, covering);
  }
  const others = anchor?.rules ?? [];
  const added = {
    at,
    options: rule,
    destination,
    foreign,
    byPrefix,
    destinationArn:
      others.find((other) => other.destination.cfn && other.destination.cfn === destination.cfn)?.destinationArn ??
      bucketAttribute(source.stack, destination, 'arn'),
    filter,
    id: `${anchor?.rulePrefix ?? ''}${rule.ruleId ?? ruleId(source, destination, filter)}`,
    ownerOverride:
      rule.ownerOverride ?? (foreign && !isOwnerEnforced(destination) && (covering?.ownerOverride ?? true)),
  };
  checkAgainst(at, added, others);
  const keys = ruleKeys(source, added);
  const waiting = nestedCircle(writer, added, keys);
  if (waiting) {
    throw mistake(at, {
      saw: `a rule from ${nameOf(source)} to ${nameOf(destination)} that closes a circle around the nested stack '${waiting.node.path}'`,
      because: 'CloudFormation deploys a nested stack as a whole, so it would wait for a bucket that waits for it',
      instead: 'put replicas, and keys for them, into a stack of their own',
    });
  }
  if (destination.cfn) {
    checkVersioning(at, destination.cfn, 'destination');
  }
  if (foreign) {
    checkReaders(at, source, destination, keys);
  }
  const needed = [...neededBucket(source, destination), ...neededKeys(source, destination, keys)];
  needed.forEach((producer) => checkDeployOrder(at, 'source', source.stack, producer));
  // the default encryption of either bucket may still change
  const keyNow = () => ruleKeys(source, added).replicaKey && keyFor(destination, rule.destinationKey);
  return {
    ...added,
    needed,
    knownAs: grantee ?? (byPrefix ? replicationRoleName(at, source, role) : undefined),
    admission: grantee && {
      granted: {
        grantee,
        keys: [],
        keyPrefixes: sent ?? (covering ? [filter._prefix] : ['']),
        deleteMarkers: rule.deleteMarkerReplication ?? false,
        ownerOverride: added.ownerOverride,
        saysOwner: false,
        enforceSSL: false,
        explicit: false,
      },
      keyNow,
    },
  };
}

/** Throws when the rule does what the grant of its role does not allow. */
function checkGranted(at: IConstruct, rule: ReplicationRule, role: RoleOfAccount, covering: Granted): void {
  const prefix = rule.filter?._prefix ?? '';
  const beyond =
    (rule.ownerOverride && !covering.ownerOverride && 'ownerOverride') ||
    (rule.deleteMarkerReplication && !covering.deleteMarkers && 'deleteMarkerReplication') ||
    (!mayWrite(covering, role, [prefix]) && `a rule on the prefix '${prefix}'`);
  if (beyond) {
    throw mistake(at, {
      saw: `${beyond} for a role that ReplicaGrants let in without it`,
      because: 'the destination does not allow it, so what it is about would fail',
      instead: beyond.startsWith('a ')
        ? 'give replicasFrom() such keyPrefixes, or the rule a filter within them'
        : `give replicasFrom() ${beyond === 'ownerOverride' ? beyond : 'deleteMarkers'}: true, or omit it on the rule`,
    });
  }
}

/**
 * Core lets the role that deploys the source read what the other account's stack made, and takes a name for granted.
 */
function checkReaders(at: IConstruct, source: BucketEnd, { cfn }: BucketEnd, { replicaKey }: RuleKeys): void {
  const { synthesizer, node } = deployedStack(source.stack);
  const { props } = synthesizer as IStackSynthesizer & { props?: { cloudFormationExecutionRole?: string } };
  const unnamed = cfn && literalName(cfn) === undefined ? cfn : undefined;
  const read = unnamed ?? (replicaKey && 'cfn' in replicaKey ? replicaKey.cfn : undefined);
  if (
    read &&
    synthesizer.constructor.name === 'BootstraplessSynthesizer' &&
    props?.cloudFormationExecutionRole === undefined
  ) {
    throw mistake(at, {
      saw:
        `a reference to '${read.node.path}' of another account from the stack '${node.path}', ` +
        'whose BootstraplessSynthesizer has no execution role',
      because: 'CDK would let a role of the bootstrap stack read it, which need not exist',
      instead: `give the synthesizer cloudFormationExecutionRoleArn${unnamed ? ', or the destination a bucketName' : ''}`,
    });
  }
}

function neededBucket(source: BucketEnd, destination: BucketEnd): Needed[] {
  return destination.cfn && sameStage(source.stack, destination.stack)
    ? [
        {
          what: `destination ${nameOf(destination)}`,
          stack: destination.stack,
          reason:
            `replication from ${nameOf(source)} to ${nameOf(destination)}: ` +
            "replicas need a stack that does not depend on the source's stack",
          remedy: 'put replicas into a stack of their own, and what uses both buckets into a third one',
        },
      ]
    : [];
}

function neededKeys(source: BucketEnd, destination: BucketEnd, { sourceKeys, replicaKey }: RuleKeys): Needed[] {
  const uses = [
    ...sourceKeys.map((key) => ({ key, owner: source.account })),
    ...(replicaKey ? [{ key: replicaKey, owner: destination.account }] : []),
  ];
  return uses.flatMap(({ key, owner }) =>
    'cfn' in key && canRefer(source.stack, key, owner)
      ? [
          {
            what: `key '${key.cfn.node.path}'`,
            stack: Stack.of(key.cfn),
            reason: `the replication role of ${nameOf(source)} uses the key '${key.cfn.node.path}'`,
            remedy: 'put keys into a stack that does not depend on the stack of the source',
          },
        ]
      : [],
  );
}
