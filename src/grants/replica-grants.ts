// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { checkGrant } from './grant-input';
import { receiveReplicas } from './receive-replicas';
import { ReplicaGrantee } from './replica-grantee';
import { ReplicasFromOptions } from './replicas-from-options';
import { tellSource } from './tell-source';
import { BucketEnd, bucketEnd } from '../app/bucket';
import { arnByName, givenName, lateName } from '../app/bucket-name';
import { defaultEncryption, keyFor } from '../app/encryption';
import { KeyPointer, sameKey } from '../app/key';
import { isOwnerEnforced } from '../app/ownership';
import { whenFinal } from '../app/rendered';
import { importsOwn } from '../checks/imports';
import { DestinationAnchor } from '../flows/destination';
import { readEnd } from '../flows/read-facts';
import { checkGiven } from '../messages/given';
import { mistake } from '../messages/mistake';
import { report } from '../messages/report';
import { bucketStatement, keyStatement } from '../permissions/destination-statements';
import { Granted, actionsOf, allowedBefore, contradiction, covers } from '../permissions/granted';
import { addOrHandOver } from '../permissions/hand-over';
import { KEYS_OF_AN_ACCOUNT } from '../permissions/prefixes';
import { RoleOfAccount } from '../permissions/role-name';

/**
 * Lets replication roles of other accounts write replicas into a bucket: the destination half of replication between
 * two accounts.
 *
 * The statements name the account of the source, narrowed to the ARN of the role by a condition. So the role need not
 * exist yet, the destination can be deployed first, as S3 wants it, and nothing changes when the role is deleted and
 * made again.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-walkthrough-2.html
 */
export class ReplicaGrants {
  /**
   * Grants for a destination bucket. The policies of an imported bucket cannot be changed: the statements are then
   * shown in a warning.
   */
  public static fromBucket(bucket: s3.IBucketRef): ReplicaGrants {
    checkGiven('ReplicaGrants.fromBucket()', { bucket });
    return new ReplicaGrants(bucketEnd(bucket));
  }

  private constructor(private readonly end: BucketEnd) {}

  /**
   * Lets one role of another account, or roles of accounts or of an organization, write replicas: adds to the bucket
   * policy and, for a bucket that is encrypted with KMS, to the key policy. Switches versioning on.
   *
   * Roles of several accounts may write keys only that say whose they are, so that nobody puts newer versions over
   * objects of another account. A rule of this app adds nothing for a role that was let in here before.
   *
   * @param grantee which roles
   * @param options how they may
   * @throws when the account is the one of the bucket, when replicas would be encrypted with an AWS managed key, or
   * when a weaker grant for the same roles is there
   */
  public replicasFrom(grantee: ReplicaGrantee, options: ReplicasFromOptions = {}): void {
    const { end } = this;
    const { cfn, ref } = end;
    const at = cfn ?? ref;
    checkGiven(at, options);
    const roles = grantee._roles;
    checkGrant(at, end, roles, options);
    const keyNow = () => keyFor(end, options.encryptionKey);
    const key = keyNow();
    const granted: Granted = {
      grantee: roles,
      keys: [],
      keyPrefixes: options.keyPrefixes ?? ('account' in roles ? [''] : KEYS_OF_AN_ACCOUNT),
      deleteMarkers: options.deleteMarkers ?? false,
      saysOwner: options.ownerOverride !== undefined,
      ownerOverride: options.ownerOverride ?? !isOwnerEnforced(end),
      enforceSSL: options.enforceSSL ?? false,
      explicit: true,
    };
    const others = cfn && DestinationAnchor.find(cfn);
    const wrong = others?.synthesized ? TOO_LATE : contradiction(others?.grants ?? [], granted);
    if (wrong) {
      throw mistake(at, wrong);
    }
    if (cfn) {
      receiveReplicas(cfn, cfn);
    } else {
      ref.node.addValidation({ validate: () => report(ref, importsOwn(readEnd(end))) });
    }
    this.write(granted, keyNow);
    if (!key && cfn && defaultEncryption(cfn).kind === 'unknown') {
      addOrHandOver(end, undefined, 'keyTakesNoPolicy', 'replica', [keyStatement(granted, end.region, at.node.path)]);
    }
    tellSource(end, keyNow, options.outputs ?? false);
  }

  /**
   * Lets in the role of a rule, for a bucket that receives replicas already; nothing, where `replicasFrom()` did that.
   * @internal
   */
  public _admit(granted: Granted & { readonly grantee: RoleOfAccount }, keyNow: KeyNow): void {
    const { grantee, keyPrefixes } = granted;
    const covering = this._covering(grantee, keyPrefixes);
    if (covering) {
      this.writeKeys({ ...granted, keyPrefixes: covering.keyPrefixes, keys: [...covering.keys] }, keyNow);
    } else {
      this.write(granted, keyNow);
    }
  }

  /**
   * The grant by which a role is let in already.
   *
   * @param starts of the keys that it writes
   * @internal
   */
  public _covering(role: RoleOfAccount, starts: readonly string[]): Granted | undefined {
    const { cfn } = this.end;
    const grants = (cfn && DestinationAnchor.find(cfn)?.grants) ?? [];
    return grants.find((grant) => grant.explicit && covers(grant, role, starts));
  }

  private write(granted: Granted, keyNow: KeyNow): void {
    const { cfn, ref } = this.end;
    const name = cfn ? lateNameOf(cfn) : ref.bucketRef.bucketName;
    const destinationArn = name === undefined ? cfn!.attrArn : arnByName(name);
    const others = cfn ? DestinationAnchor.find(cfn)!.grants : handedOver(ref);
    const before = allowedBefore(others, granted);
    const missing = actionsOf(granted).filter((action) => !before.includes(action));
    if (missing.length > 0) {
      const statement = bucketStatement({ ...granted, destinationArn }, missing);
      addOrHandOver(this.end, ref, 'bucketTakesNoPolicy', 'replica', [statement]);
    }
    this.writeKeys(granted, keyNow);
    others.push(granted);
  }

  /** Now, and again in the end: who sets the encryption of a bucket later changes the key. */
  private writeKeys(granted: Granted, keyNow: KeyNow): void {
    const write = () => {
      const key = keyNow();
      if (key && !granted.keys.some((other) => sameKey(other, key))) {
        granted.keys.push(key);
        this.writeKey(granted, key);
      }
    };
    write();
    whenFinal(this.end.cfn ?? this.end.ref, write);
  }

  private writeKey(granted: Granted, key: KeyPointer): void {
    const { cfn, ref, region } = this.end;
    const name = cfn ? nameForKey(cfn, key) : ref.bucketRef.bucketName;
    const statement = keyStatement(granted, region, (cfn ?? ref).node.path, name);
    addOrHandOver(this.end, key, 'keyTakesNoPolicy', 'replica', [statement]);
  }
}

/** The key that replicas are encrypted with, as far as it is known by now. */
type KeyNow = () => KeyPointer | undefined;

const GRANTS = Symbol.for('cdk-s3-replication.grants');

/** What the owner of an imported bucket was told already. */
const handedOver = (ref: s3.IBucketRef & { [GRANTS]?: Granted[] }): Granted[] => (ref[GRANTS] ??= []);

const TOO_LATE = {
  saw: 'replicasFrom() after synthesis',
  because:
    'the Stage of the bucket is synthesized already (adding a Stage to a CDK pipeline does that), ' +
    'so the grant would be missing in the template',
  instead: 'call it before',
};

/** The policy of a key in another stack cannot wait for a name that comes from the bucket's stack. */
function nameForKey(cfn: s3.CfnBucket, key: KeyPointer): string | undefined {
  const name = lateNameOf(cfn);
  const elsewhere = 'cfn' in key && Stack.of(key.cfn) !== cfn.stack;
  const ofStack = /"(Fn::(?!Join|Sub)|Ref":"(?!AWS::))/.test(JSON.stringify(cfn.stack.resolve(name) ?? ''));
  return elsewhere && ofStack ? undefined : name;
}

function lateNameOf(cfn: s3.CfnBucket): string | undefined {
  const name = givenName(cfn);
  return name === undefined ? undefined : lateName(cfn, name);
}
