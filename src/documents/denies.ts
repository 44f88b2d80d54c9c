// SPDX-License-Identifier: Apache-2.0
import { asList, asRecord, isIntrinsic } from './intrinsics';
import {
  ANY,
  Fit,
  Spell,
  actionFit,
  bucketArn,
  compare,
  hasOpaque,
  opposite,
  speller,
  strongest,
  symbols,
} from './match';
import { DocumentStatement, statementsIn } from './statements';

/**
 * A policy, and what S3 asks of it when it replicates. All values are resolved CloudFormation JSON: literals or
 * intrinsics.
 */
export interface DenyQuestion {
  readonly document: unknown;
  /** What replication needs here, for example `s3:ReplicateObject`. */
  readonly actions: readonly string[];
  /** ARN of the bucket, as its attribute if it has one; leave out for a key policy, whose resource is the key. */
  readonly resource?: unknown;
  /** Key prefixes of the rules, resolved; the whole bucket when left out. */
  readonly prefixes?: readonly unknown[];
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
  /** Intrinsics whose value is known: `[[{ Ref: 'Bucket' }, 'my-bucket'], [{ Ref: 'AWS::Region' }, 'eu-west-1']]`. */
  readonly known?: ReadonlyArray<readonly [intrinsic: unknown, literal: string]>;
}

interface DenyFinding {
  /** Whether the statement stops replication for sure, or only if something holds that the template does not tell. */
  readonly certain: boolean;
  /** The Sid, or `statement N`. */
  readonly statement: string;
  /** The needed actions that it denies. */
  readonly actions: string[];
  /** A phrase about the statement, to follow its name. */
  readonly reason: string;
}

/** Deny statements that stop replication, or may stop it. Never throws: what it does not understand may hold. */
export function findDenies(question: DenyQuestion): DenyFinding[] {
  const spell = speller(question.known, question.resource);
  return statementsIn(question.document)
    .filter(({ body }) => body.Effect === 'Deny')
    .flatMap((statement) => findingsOf(statement, question, spell));
}

function findingsOf(
  { body, name, conditional }: DocumentStatement,
  question: DenyQuestion,
  spell: Spell,
): DenyFinding[] {
  const shared = [principalPart(body, question, spell)];
  if (conditional) {
    shared.push({ fit: 'unknown', because: 'a condition of the template decides whether it is there' });
  }
  if (weakest(shared) === 'none') {
    return [];
  }
  const findings = new Map<string, DenyFinding>();
  for (const action of question.actions) {
    const conditions = conditionParts(body.Condition, action, question, spell);
    if (weakest(conditions) === 'none') {
      continue; // most statements deny requests without TLS; the resource takes longest to compare
    }
    const parts = [
      actionPart(body, action, spell),
      resourcePart(body, action, question, spell),
      ...shared,
      ...conditions,
    ];
    const certain = weakest(parts) === 'all';
    const reasons = (certain ? conditions : parts.filter((part) => part.fit !== 'all')).map((part) => part.because);
    const reason = reasons.join(', and ') || 'it has no condition';
    if (weakest(parts) !== 'none') {
      const finding = findings.get(reason) ?? { certain, statement: name, actions: [], reason };
      finding.actions.push(action);
      findings.set(reason, finding);
    }
  }
  return [...findings.values()];
}

interface Part {
  readonly fit: Fit;
  readonly because: string;
}

const weakest = (parts: Part[]): Fit =>
  (['none', 'unknown', 'part'] as const).find((fit) => parts.some((part) => part.fit === fit)) ?? 'all';

function actionPart(body: Record<string, unknown>, action: string, spell: Spell): Part {
  return { fit: actionFit(body, action, spell), because: 'its actions cannot be read' };
}

const ABOUT_THE_BUCKET = /^s3:(GetReplicationConfiguration|List|GetBucket|PutBucket)/i;

function resourcePart(body: Record<string, unknown>, action: string, question: DenyQuestion, spell: Spell): Part {
  const negated = body.NotResource !== undefined;
  const patterns = asList(negated ? body.NotResource : body.Resource);
  const texts = patterns.map((pattern) => (typeof pattern === 'string' ? pattern : JSON.stringify(pattern))).join(', ');
  const shown = `${negated ? 'NotResource' : 'resource'} ${texts.length > 120 ? `${texts.slice(0, 117)}...` : texts}`;
  if (question.resource === undefined) {
    const fit = !negated && (patterns.length === 0 || patterns.includes('*')) ? 'all' : 'unknown';
    return { fit, because: `its ${shown} cannot be compared with the key` };
  }
  const arn = [...bucketArn(question.resource, spell)];
  const targets = ABOUT_THE_BUCKET.test(action)
    ? [arn]
    : (question.prefixes ?? ['']).map((prefix) => [...arn, '/', ...spell(prefix), ANY]);
  // one rule that is stopped altogether is enough, so the strongest of the prefixes counts
  const fit = strongest(
    targets.map((target) => {
      const covered = strongest(patterns.map((pattern) => compare(symbols(bucketArn(pattern, spell), spell), target)));
      return negated ? opposite(covered) : covered;
    }),
  );
  return {
    fit,
    because: `its ${shown} ${fit === 'part' ? 'covers a part of what the rules replicate' : 'cannot be compared with the bucket'}`,
  };
}

/**
 * A Deny that names principals is somebody else's business, unless the replication role or its account may be among
 * them.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
function principalPart(body: Record<string, any>, question: DenyQuestion, spell: Spell): Part {
  if (body.NotPrincipal !== undefined) {
    return {
      fit: 'unknown',
      because: 'its NotPrincipal may not exempt the replication role, its session and its account',
    };
  }
  const named = isIntrinsic(body.Principal)
    ? [body.Principal]
    : asList(body.Principal === '*' ? '*' : asRecord(body.Principal)?.AWS);
  const fit = strongest(named.map((principal) => principalFit(principal, question.role, spell)));
  return { fit, because: 'its principal may be the replication role or its account' };
}

function principalFit(principal: unknown, role: unknown, spell: Spell): Fit {
  const text = spell(principal);
  if (text === '*' || (role !== undefined && text === spell(role))) {
    return 'all';
  }
  if (/^\d{12}$|:root$/.test(text)) {
    return 'unknown';
  }
  const attributes = [principal, role].filter((value) => asRecord(value)?.['Fn::GetAtt'] !== undefined).length;
  const name = /:(?:role|user|assumed-role|federated-user)\/(.*)$/s.exec(text)?.[1] ?? text;
  if (attributes === 2 || (!hasOpaque(name) && (role === undefined || attributes === 1))) {
    return 'none'; // an identity of its own: an attribute of another resource, or a name that nobody gave to our role
  }
  return role === undefined ? 'unknown' : compare([...text], [...spell(role)]);
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
function carried(key: string, action: string, question: DenyQuestion, spell: Spell): Carried | undefined {
  const value = (text: string, shown = text): Carried => ({ text, why: `which carries ${shown}` });
  const encryption = question.replicaEncryption;
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
      return question.role === undefined ? undefined : value(spell(question.role), 'the replication role');
    case 'aws:principaltype':
      return value('AssumedRole');
    case 'aws:principalaccount':
    case 'kms:calleraccount':
      return question.account === undefined ? undefined : value(question.account, 'the account of the role');
    case 'aws:resourceaccount':
    case 's3:resourceaccount':
      return question.owner === undefined ? undefined : value(question.owner, 'the account of the bucket');
    case 'kms:viaservice':
      return question.viaService === undefined ? undefined : value(spell(question.viaService), 'the host of S3');
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
function conditionParts(condition: unknown, action: string, question: DenyQuestion, spell: Spell): Part[] {
  const unread: Part = { fit: 'unknown', because: 'its condition cannot be read' };
  const entries = (value: unknown) =>
    isIntrinsic(value) || !asRecord(value) ? undefined : Object.entries(asRecord(value)!);
  return (
    entries(condition ?? {})?.flatMap(
      ([operator, keys]) =>
        entries(keys)?.map(([key, wanted]) => {
          const known = carried(key.toLowerCase(), action, question, spell);
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
