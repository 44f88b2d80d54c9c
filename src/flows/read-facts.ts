// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, CfnResource, Stack, Token } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { DestinationAnchor } from './destination';
import {
  BucketFacts,
  EncryptionFacts,
  GrantFacts,
  KeyFacts,
  Place,
  ReplicationFacts,
  RoleFacts,
  RuleFacts,
} from './facts';
import { readNotifications } from './read-notifications';
import { SourceAnchor } from './source';
import { waitsFor } from './waits';
import { BucketEnd, bucketEnd, importedKey, nameOf } from '../app/bucket';
import { finalBucketNamedLike } from '../app/bucket-by-name';
import { accountRegionalName, nameForOthers } from '../app/bucket-name';
import { defaultEncryption, usesKms } from '../app/encryption';
import { knownText, partitionOf, urlSuffixOf } from '../app/environment';
import { KeyPointer, accountOfArn, regionOfKey, unusableArn, whyUnreachable } from '../app/key';
import { saysLocked } from '../app/object-lock';
import {
  boundaryDocumentOf,
  bucketPoliciesOf,
  bucketsLoggingTo,
  finalLogicalId,
  finalProperties,
  readOnce,
  rolePoliciesIn,
} from '../app/rendered';
import { definedResource, propertyOverrides } from '../app/resource';
import { asList, same } from '../documents/intrinsics';
import { Granted } from '../permissions/granted';
import { AddedRule } from '../rules/added-rule';
import { keyResources, ruleKeys } from '../rules/rule-keys';

/** Reads each fact once, while CDK validates: after aspects, from the resources as they will be in the templates. */
export function readReplication(anchor: SourceAnchor): ReplicationFacts {
  const { end, givenName } = anchor;
  return {
    source: readSource(end),
    role: readRole(anchor),
    rules: anchor.rules.map((rule) => readRule(anchor, rule)),
    nameForPermissions: end.stack.resolve(givenName),
    handled: anchor.isHandled
      ? Buffer.byteLength(JSON.stringify(end.stack.resolve(anchor.renderedRules())))
      : undefined,
    told: readNotifications(anchor),
    unplacedAlarms: [...anchor.metrics]
      .filter(([at]) => definedResource(at, 'AWS::CloudWatch::Alarm') && Token.isUnresolved(Stack.of(at).region))
      .map(([at, region]) => ({ path: at.node.path, region })),
  };
}

/** A bucket of the app. */
export function readBucket(cfn: s3.CfnBucket): BucketFacts {
  return readOnce(cfn, bucketFacts);
}

function bucketFacts(cfn: s3.CfnBucket): BucketFacts {
  const stack = Stack.of(cfn);
  const properties = finalProperties(cfn);
  const logicalId = finalLogicalId(cfn);
  const anchor = DestinationAnchor.find(cfn);
  const { BucketName, BucketNamePrefix, BucketNamespace, ObjectLockEnabled, ObjectLockConfiguration } = properties;
  return {
    ...placeOf(stack),
    name: nameOf(bucketEnd(cfn)),
    path: cfn.node.path,
    properties,
    reference: { Ref: logicalId },
    arn: { 'Fn::GetAtt': [logicalId, 'Arn'] },
    bucketName: BucketName ?? stack.resolve(accountRegionalName(stack, BucketNamePrefix, BucketNamespace)),
    nameForOthers: nameForOthers(cfn),
    condition: cfn.cfnOptions.condition?.node.path,
    encryption: encryptionFacts(cfn, properties),
    objectLock: saysLocked(ObjectLockEnabled, ObjectLockConfiguration),
    policies: bucketPoliciesOf(cfn).map(({ policy, document }) => ({
      name: policy.node.path,
      document,
      conditional: policy.cfnOptions.condition !== undefined,
    })),
    takesAccessLogs: bucketsLoggingTo(cfn).length > 0,
    receivesFrom: [...(anchor?.sources ?? [])].map((source) => source.node.path),
    grants: (anchor?.grants ?? []).map((grant) => grantFacts(stack, grant)),
  };
}

/** A bucket of the app, or what is known of an imported one. */
export function readEnd(end: BucketEnd): BucketFacts {
  const { cfn, ref, stack } = end;
  if (cfn) {
    return readBucket(cfn);
  }
  const own = finalBucketNamedLike(end);
  return {
    ...placeOf(stack, end),
    name: nameOf(end),
    path: ref.node.path,
    importOf: own && { name: nameOf(bucketEnd(own)), receives: DestinationAnchor.find(own) !== undefined },
    policies: [],
    receivesFrom: [],
    grants: [],
    takesAccessLogs: false,
  };
}

/** What the user says about an imported source counts for what S3 does with its objects. */
function readSource(end: BucketEnd): BucketFacts {
  const key = end.cfn ? undefined : importedKey(end);
  const encryption = key && ({ kind: 'SSE-KMS', usesKms: true, overridden: false } as const);
  return encryption ? { ...readEnd(end), encryption } : readEnd(end);
}

function placeOf(stack: Stack, { account, region }: { account: string; region: string } = stack): Place {
  return {
    template: stack.node.path,
    account: knownText(account),
    region: knownText(region),
    partition: partitionOf(region),
    domain: urlSuffixOf(region),
  };
}

const encryptionOf = (cfn: s3.CfnBucket) => readOnce(cfn, defaultEncryption);

/** Keys are read from the property, which still knows the resource behind a reference. */
function encryptionFacts(cfn: s3.CfnBucket, properties: Record<string, any>): EncryptionFacts {
  const encryption = encryptionOf(cfn);
  // an override of one rule makes an object of the list
  const byDefault = (rules: unknown, name: string): any =>
    Object.values<any>(rules ?? {}).find((rule) => rule?.[name] !== undefined)?.[name];
  const rules = properties.BucketEncryption?.ServerSideEncryptionConfiguration;
  const { KMSMasterKeyID, SSEAlgorithm } = byDefault(rules, 'ServerSideEncryptionByDefault') ?? {};
  const facts = {
    kind: encryption.kind,
    usesKms: usesKms(encryption),
    alias: 'alias' in encryption ? encryption.alias : undefined,
    key: 'key' in encryption ? readKey(Stack.of(cfn), encryption.key) : undefined,
    keyId: KMSMasterKeyID,
  };
  if (!('BucketEncryption' in propertyOverrides(cfn))) {
    return { ...facts, overridden: false };
  }
  const property = Stack.of(cfn).resolve(cfn.bucketEncryption)?.serverSideEncryptionConfiguration;
  const { kmsMasterKeyId, sseAlgorithm } = byDefault(property, 'serverSideEncryptionByDefault') ?? {};
  return { ...facts, overridden: !same([kmsMasterKeyId, sseAlgorithm], [KMSMasterKeyID, SSEAlgorithm]) };
}

/** @param stack the one of the bucket that is encrypted with it */
function readKey(stack: Stack, key: KeyPointer): KeyFacts {
  return 'cfn' in key
    ? readOnce(key.cfn, keyFacts)
    : {
        ...placeOf(stack),
        arn: knownText(key.arn),
        account: accountOfArn(key.arn),
        region: regionOfKey(key),
        unusable: unusableArn(stack, key.arn),
      };
}

const keyFacts = (cfn: Extract<KeyPointer, { cfn: unknown }>['cfn']): KeyFacts => ({
  ...placeOf(Stack.of(cfn)),
  path: cfn.node.path,
  reference: { Ref: finalLogicalId(cfn) },
  properties: finalProperties(cfn),
});

function grantFacts(
  stack: Stack,
  { grantee, keys, deleteMarkers, ownerOverride, saysOwner, explicit }: Granted,
): GrantFacts {
  const role = 'account' in grantee ? grantee : undefined;
  return {
    role: role && {
      account: role.account,
      arn: roleArn(partitionOf(stack.region) ?? 'aws', role.account, role.rolePath, role.roleName),
    },
    keys: keys.map((key) => readKey(stack, key)),
    deleteMarkers,
    ownerOverride,
    saysOwner,
    explicit,
  };
}

const roleArn = (partition: string, account: string, path: string, name: string) =>
  `arn:${partition}:iam::${account}:role${path}${name}`;

function readRole(anchor: SourceAnchor): RoleFacts {
  const { role, policy, knownAs } = anchor;
  const own = anchor.end.stack;
  const cfn = definedResource(role, 'AWS::IAM::Role') as iam.CfnRole | undefined;
  const properties = cfn && finalProperties(cfn);
  const made = role.node.scopes.includes(anchor.home);
  const inline = cfn !== undefined && made && policy === undefined;
  return {
    account: knownText(own.account),
    arn: literalArn(anchor, properties),
    reference: { template: own.node.path, arn: own.resolve(role.roleArn) },
    path: cfn?.node.path ?? role.node.path,
    properties,
    boundary: cfn && boundaryDocumentOf(cfn),
    knownAs: knownAs && own.resolve(knownAs),
    waitingKeys: inline ? keysOf(anchor).flatMap((key) => (waitsFor(key, cfn, 'template') ? [key.node.path] : [])) : [],
    takesPolicy: made || policy === undefined || Object.keys(finalProperties(policy)).length > 0,
    inline: inlinePolicies(anchor, cfn),
    statements: own.resolve(anchor.permissions(encryptionOf)),
  };
}

/** Once, however many sources share the role; another stack may attach some to it. */
function inlinePolicies(anchor: SourceAnchor, cfn: iam.CfnRole | undefined): unknown[] {
  const { role, companions } = anchor;
  if (companions[0] !== anchor) {
    return [];
  }
  const { RoleName, Policies } = cfn ? finalProperties(cfn) : ({} as Record<string, any>);
  const stacks = new Set([...(cfn ? [Stack.of(cfn)] : []), ...companions.map((source) => source.end.stack)]);
  return [
    ...asList(Policies).map((it: any) => it.PolicyDocument),
    ...[...stacks].flatMap((stack) => rolePoliciesIn(stack, [stack.resolve(role.roleName), RoleName])),
  ];
}

function keysOf({ end, rules }: SourceAnchor): CfnResource[] {
  const keys = rules.map((rule) => ruleKeys(end, rule, (of) => readOnce(of, defaultEncryption)));
  return [...new Set(keys.flatMap(keyResources))];
}

function literalArn({ role }: SourceAnchor, properties?: Record<string, any>): string | undefined {
  if (!Token.isUnresolved(role.roleArn)) {
    return role.roleArn;
  }
  const { RoleName, Path = '/' } = properties ?? {};
  const stack = Stack.of(role);
  const partition = partitionOf(stack.region);
  const account = knownText(stack.account);
  return typeof RoleName === 'string' && typeof Path === 'string' && partition !== undefined && account !== undefined
    ? roleArn(partition, account, Path, RoleName)
    : undefined;
}

function readRule(anchor: SourceAnchor, rule: AddedRule): RuleFacts {
  const { end, writer } = anchor;
  const { options, ownerOverride } = rule;
  const { stack } = end;
  const { cfn } = rule.destination;
  const { replicatesKmsObjects, sourceKeys, replicaKey } = ruleKeys(end, rule, encryptionOf);
  const ofDestination = cfn && encryptionOf(cfn);
  const [id, prefix, tags, destinationArn, replicaKeyArn] = stack.resolve([
    rule.id,
    rule.filter._prefix,
    rule.filter._tags.map(({ key }) => key),
    rule.destinationArn,
    replicaKey && anchor.keyArn(replicaKey),
  ]);
  const destination = readEnd(rule.destination);
  return {
    id,
    enabled: options.enabled !== false,
    prefix,
    tags,
    deleteMarkers: options.deleteMarkerReplication ?? false,
    replicaModifications: options.replicaModifications ?? false,
    storageClass: stack.resolve(options.storageClass?.value),
    metrics: options.replicationTimeControl === true || options.metrics !== false,
    replicationTimeControl: options.replicationTimeControl === true,
    ownerOverride,
    saysOwner: options.ownerOverride !== undefined,
    foreign: rule.foreign,
    byPrefix: rule.byPrefix,
    destination,
    destinationArn,
    replicatesKmsObjects,
    sourceKeys: sourceKeys.map((key) => readKey(stack, key)),
    namedSourceKeys: stack.resolve((options.sourceKeys ?? []).flatMap(({ keyRef }) => [keyRef.keyArn, keyRef.keyId])),
    replicaKey: replicaKey && readKey(rule.destination.stack, replicaKey),
    replicaKeyArn,
    namesReplicaKey: options.destinationKey !== undefined,
    keyOutOfReach:
      replicatesKmsObjects && replicaKey === undefined && ofDestination && 'key' in ofDestination
        ? whyUnreachable(stack, ofDestination.key, rule.destination.account)
        : undefined,
    logsLeadBack: cfn !== undefined && waitsFor(cfn, writer, 'template') !== undefined,
  };
}
