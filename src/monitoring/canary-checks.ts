// SPDX-License-Identifier: Apache-2.0
import { MOST_PROBES, Probe } from './canary-machine';
import { nameOf } from '../app/bucket';
import { bucketPoliciesOf } from '../app/rendered';
import { asList, asRecord } from '../documents/intrinsics';
import { actionFit } from '../documents/match';
import { DocumentStatement, statementsIn } from '../documents/statements';
import { SourceAnchor } from '../flows/source';
import { Findings, error, warning } from '../messages/finding';

/** What would make a canary say that replication is broken when it is not, or the other way round. */
export function canaryFindings(source: SourceAnchor, probes: readonly Probe[], filters: number): Findings {
  const name = nameOf(source.end);
  const tooLong = probes.find(({ key }) => Buffer.byteLength(key) > 1024);
  return [
    probes.length === 0 &&
      error('canaryWithoutRule', {
        saw: `a canary, and no rule of the source ${name} that is enabled`,
        because: 'nothing would be replicated, and the alarm would never be quiet',
        instead: 'add a rule, enable one, or remove the canary for as long',
      }),
    tooLong &&
      error('canaryKeyTooLong', {
        saw: `a probe with a key of ${Buffer.byteLength(tooLong.key)} bytes`,
        because: 'object keys have at most 1,024 bytes',
        instead: 'use a shorter keyPrefix',
      }),
    filters > MOST_PROBES &&
      warning(
        'canaryProbesSomeFilters',
        `The rules of ${name} have ${filters} different filters. The canary probes the first ${MOST_PROBES} of them, ` +
          'for which one execution of its state machine has room. Use rules of fewer filters, or acknowledge this',
      ),
    source.end.cfn && denials(source),
  ];
}

/** Of the policy of the source in this app, as it will be in the template. */
function denials({ end }: SourceAnchor): Findings {
  return bucketPoliciesOf(end.cfn!).flatMap(({ policy, document }) =>
    statementsIn(document)
      .filter(({ body }) => body.Effect === 'Deny' && actionFit(body, 's3:PutObject') !== 'none' && isForAll(body))
      .flatMap((statement) => {
        const why = whyRefused(statement);
        return why
          ? error('canaryDenied', {
              saw: `${statement.name} in the policy '${policy.node.path}' denies s3:PutObject ${why}`,
              because: 'the probe is written by a state machine, which does not have that, so each probe would fail',
              instead: 'exempt the role of the state machine (canary.stateMachine.role), or leave the canary out',
            })
          : [];
      }),
  );
}

/** A statement that exempts somebody is left to whoever wrote it. */
function isForAll(body: Record<string, any>): boolean {
  const keys = Object.values<any>(asRecord(body.Condition) ?? {}).flatMap((terms) =>
    Object.keys(asRecord(terms) ?? {}),
  );
  const principal = asRecord(body.Principal)?.AWS ?? body.Principal;
  return asList(principal).includes('*') && !keys.some((key) => /principal|userid|username/i.test(key));
}

/** Conditions that the request of a probe is sure to meet. */
function whyRefused({ body }: DocumentStatement): string | undefined {
  const conditions = Object.entries<any>(asRecord(body.Condition) ?? {}).flatMap(([operator, terms]) =>
    Object.entries<any>(asRecord(terms) ?? {}).map(([key, value]) => ({ operator, key: key.toLowerCase(), value })),
  );
  const [only] = conditions;
  if (conditions.length !== 1) {
    return undefined;
  }
  const { operator, key, value } = only;
  const negative = /^(String|Arn)Not(Equals|Like|EqualsIgnoreCase)$/.test(operator);
  const mustBeThere = (/^Null$/i.test(operator) && String(value) === 'true') || negative;
  if (/^s3:x-amz-server-side-encryption/.test(key) && mustBeThere) {
    return 'without a header for the encryption';
  }
  if (/^aws:(sourcevpc|sourcevpce)$/.test(key) && mustBeThere) {
    return 'from outside a VPC';
  }
  return key === 's3:object-lock-remaining-retention-days' && /^NumericLessThan/.test(operator)
    ? 'with a shorter retention'
    : undefined;
}
