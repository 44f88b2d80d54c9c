// SPDX-License-Identifier: Apache-2.0
import { asList, asRecord, isIntrinsic } from './intrinsics';
import { Fit, Spell, compare, opposite, strongest, symbols } from './match';

/** What is known of the requests of replication. */
export interface Requests {
  /** How the replica's request asks for encryption, when that is known. */
  readonly replicaEncryption?: 'AES256' | 'aws:kms' | 'aws:kms:dsse';
  /** ARN of the replication role: conditions that exempt it are then understood. */
  readonly role?: unknown;
  /** The account of the role, when it is known. */
  readonly account?: string;
  /** The account of the bucket or key, when it is known. */
  readonly owner?: string;
  /** Host through which S3 calls KMS, `s3.<region>.amazonaws.com`. */
  readonly viaService?: unknown;
}

/** A part of a statement: whether it fits the requests, and what to say of it. */
export interface Part {
  readonly fit: Fit;
  readonly because: string;
}

/** What the requests of replication carry under a condition key: a value, nothing, or something that is not known. */
interface Carried {
  readonly text?: string;
  readonly absent?: boolean;
  readonly why: string;
}

/**
 * S3 works as the replication role (session name `s3-replication`), from no VPC and from no address of the customer.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-troubleshoot.html (network restrictions break
 * replication)
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html (when a key is present)
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html (which action has which
 * key)
 */
function carried(key: string, action: string, requests: Requests, spell: Spell): Carried | undefined {
  const value = (text: string, shown = text): Carried => ({ text, why: `which carries ${shown}` });
  const encryption = requests.replicaEncryption;
  if (key.startsWith('s3:x-amz-server-side-encryption') && !/^s3:Replicate(Object|Tags)$/.test(action)) {
    return { absent: true, why: 'which asks for an encryption when it writes an object only' };
  }
  switch (key) {
    case 'aws:sourcevpce':
    case 'aws:sourcevpc':
    case 'aws:vpceaccount':
    case 'aws:vpceorgid':
      return { absent: true, why: 'which comes from no VPC endpoint' };
    case 'aws:sourceip':
    case 'aws:vpcsourceip':
      return { absent: true, why: 'which comes from no address of yours' };
    case 'aws:securetransport':
      return value('true');
    case 'aws:principalisawsservice':
      return value('false'); // the caller is a role
    case 'aws:userid':
      return value(`AROA${spell({ roleId: 'ours' })}:s3-replication`, 'AROA<id of the role>:s3-replication');
    case 'aws:principalarn':
      return requests.role === undefined ? undefined : value(spell(requests.role), 'the replication role');
    case 'aws:principaltype':
      return value('AssumedRole');
    case 'aws:principalaccount':
    case 'kms:calleraccount':
      return requests.account === undefined ? undefined : value(requests.account, 'the account of the role');
    case 'aws:resourceaccount':
    case 's3:resourceaccount':
      return requests.owner === undefined ? undefined : value(requests.owner, 'the account of the bucket');
    case 'kms:viaservice':
      return requests.viaService === undefined ? undefined : value(spell(requests.viaService), 'the host of S3');
    case 's3:x-amz-server-side-encryption':
      return encryption && value(encryption);
    case 's3:x-amz-server-side-encryption-aws-kms-key-id':
      return (
        encryption && {
          absent: encryption === 'AES256',
          why: encryption === 'AES256' ? 'which names no KMS key' : 'which names a KMS key',
        }
      );
    case 's3:x-amz-server-side-encryption-customer-algorithm':
      return encryption && { absent: true, why: 'which brings no key of the customer' };
    default:
      return undefined;
  }
}

/** The conditions of a statement, which all have to hold. */
export function conditionParts(condition: unknown, action: string, requests: Requests, spell: Spell): Part[] {
  const unread: Part = { fit: 'unknown', because: 'its condition cannot be read' };
  const entries = (value: unknown) =>
    isIntrinsic(value) || !asRecord(value) ? undefined : Object.entries(asRecord(value)!);
  return (
    entries(condition ?? {})?.flatMap(
      ([operator, keys]) =>
        entries(keys)?.map(([key, wanted]) => {
          const known = carried(key.toLowerCase(), action, requests, spell);
          const fit = conditionFit(operator, key.toLowerCase(), asList(wanted), known, spell);
          const certainty =
            fit === 'all'
              ? `holds for every request of S3, ${known?.why}`
              : /not/i.test(operator)
                ? 'holds unless it exempts replication'
                : 'may hold for requests of S3';
          return { fit, because: `its condition on ${key} (${operator}) ${certainty}` };
        }) ?? [unread],
    ) ?? [unread]
  );
}

/**
 * Several values are alternatives; a negative operator holds when none of them matches, and also when the key is
 * absent.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
function conditionFit(operator: string, key: string, wanted: unknown[], known: Carried | undefined, spell: Spell): Fit {
  const base = operator.toLowerCase().replace(/ifexists$/, '');
  if (
    key === 's3:tlsversion' &&
    base === 'numericlessthan' &&
    wanted.every((version) => Number(spell(version)) <= 1.2)
  ) {
    return 'none';
  }
  if (known === undefined || base.startsWith('for')) {
    return 'unknown'; // ForAllValues and ForAnyValue are meant for lists; none of the keys above is one
  }
  if (base === 'null') {
    if (key === 's3:x-amz-server-side-encryption' && known.text !== undefined) {
      return 'unknown'; // no page says whether S3 names the encryption when that is the default
    }
    return strongest(
      wanted.map((absent) =>
        compare(symbols(spell(absent).toLowerCase(), spell, false), [...String(known.absent ?? false)]),
      ),
    );
  }
  const negative = base.includes('not');
  if (known.absent) {
    return negative || /ifexists$/i.test(operator) ? 'all' : 'none';
  }
  if (known.text === undefined || !/^(string|arn|bool)/.test(base)) {
    return 'unknown';
  }
  const cased = (text: string) => (/ignorecase$|^bool/.test(base) ? text.toLowerCase() : text);
  const text = [...cased(known.text)];
  const matched = strongest(
    wanted.map((value) => compare(symbols(cased(spell(value)), spell, /like$|^arn/.test(base)), text)),
  );
  return negative ? opposite(matched) : matched;
}
