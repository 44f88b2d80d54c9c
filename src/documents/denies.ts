// SPDX-License-Identifier: Apache-2.0
import { Part, Requests, conditionParts } from './conditions';
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
export interface DenyQuestion extends Requests {
  readonly document: unknown;
  /** What replication needs here, for example `s3:ReplicateObject`. */
  readonly actions: readonly string[];
  /** ARN of the bucket, as its attribute if it has one; leave out for a key policy, whose resource is the key. */
  readonly resource?: unknown;
  /** Key prefixes of the rules, resolved; the whole bucket when left out. */
  readonly prefixes?: readonly unknown[];
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
