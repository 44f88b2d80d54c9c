// SPDX-License-Identifier: Apache-2.0
import { Aws } from 'aws-cdk-lib';
import { MOST_PROBES, Probe } from './canary-machine';
import { CANARY } from '../permissions/actions';
import { inPolicy } from '../permissions/prefixes';
import { Statement, allowing } from '../permissions/role-statements';
import { AddedRule } from '../rules/added-rule';

/** One probe for each distinct filter of the rules that are enabled: its key is under the prefix, and it has the tags. */
export function probesOf(rules: readonly AddedRule[], keyPrefix: string, most = MOST_PROBES): Probe[] {
  const probes = rules
    .filter(({ options }) => options.enabled !== false)
    .map(({ filter }) => ({
      key: `${filter._prefix}${keyPrefix}probe`,
      tagging: filter._tags.map((tag) => [tag.key, tag.value].map(encodeURIComponent).join('=')).join('&') || undefined,
    }));
  return probes
    .filter((probe, i) => i === probes.findIndex((it) => it.key === probe.key && it.tagging === probe.tagging))
    .slice(0, most);
}

interface Access {
  readonly sourceArn: string;
  readonly probes: readonly Probe[];
  readonly lock: boolean;
  readonly namespace: string;
  /** What objects of the source are encrypted with by default. */
  readonly key?: { readonly arn: string; readonly region: string };
}

/** What the state machine may do: with the probes, and nothing else of the bucket. */
export function canaryStatements({ sourceArn, probes, lock, namespace, key }: Access): Statement[] {
  const resources = (some: readonly Probe[]) => [...new Set(some.map((it) => `${sourceArn}/${inPolicy(it.key)}`))];
  const tagged = probes.filter(({ tagging }) => tagging !== undefined);
  return [
    allowing('Probe', [...CANARY.probe, ...(lock ? CANARY.retention : [])], resources(probes)),
    ...(tagged.length > 0 ? [allowing('ProbeTags', CANARY.tags, resources(tagged))] : []),
    ...(key
      ? [
          allowing('ProbeEncryption', CANARY.sourceKey, [key.arn], {
            'kms:ViaService': `s3.${key.region}.${Aws.URL_SUFFIX}`,
          }),
        ]
      : []),
    allowing('Result', CANARY.result, ['*'], { 'cloudwatch:namespace': namespace }),
  ];
}
