import { nameFaults } from './name-faults';
import { policyFaults } from './role-faults';
import { ruleFaults } from './rule-faults';
import { DeployedApp, DeployedResource } from '../assembly/deployed';
import { HANDLED, handledRules } from '../assembly/handled-rules';
import { partitionOf } from '../assembly/physical';

/** What a rule is judged with. */
export interface Context {
  readonly app: DeployedApp;
  readonly source: DeployedResource;
  readonly outside: Outside;
}

/** What exists without being of the app. */
export interface Outside {
  /** ARNs of keys. */
  readonly keys?: readonly string[];
}

/**
 * What Amazon S3 refuses, or takes and then does not do, in the replication configurations of an app; each finding says
 * where.
 *
 * Written from the documentation of S3 and from errors that users have reported, not from what this library checks.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html
 */
export function judgeRules(app: DeployedApp, outside: Outside = {}): string[] {
  return [
    ...unresolved(app),
    ...nameFaults(app),
    ...app.ofType('AWS::S3::Bucket').flatMap((source) => configurationFaults({ app, source, outside })),
    ...app.ofType(HANDLED).flatMap((resource) => handledFaults(app, resource, outside)),
  ];
}

/** Rules that a custom resource writes are rules of S3 like others, on a bucket that has none in its template. */
function handledFaults(app: DeployedApp, resource: DeployedResource, outside: Outside): string[] {
  const { bucket, owner, prefix, role: Role, rules } = handledRules(resource.properties);
  const own = app.ofType('AWS::S3::Bucket').find(({ physicalId }) => physicalId === bucket);
  const at = `${resource.stack.name}/${resource.logicalId}`;
  const foreignId = rules.find(({ Id }) => !`${Id}`.startsWith(prefix));
  const taken = new Set(rules.map(({ Priority }) => Priority));
  let free = 0;
  const next = (): number => (taken.has(++free) ? next() : free);
  const Rules = rules.map((rule) => ({ ...rule, Priority: rule.Priority ?? next() }));
  const faults = [
    ...(/^[0-9a-f]{8}-$/.test(prefix) ? [] : [`${at}: the prefix '${prefix}'`]),
    ...(foreignId ? [`${at}: rule ${foreignId.Id} without the prefix`] : []),
    ...(owner === (own ?? resource).stack.account ? [] : [`${at}: the owner ${owner}`]),
    ...(own?.properties.ReplicationConfiguration ? [`${at}: CloudFormation replaces these rules`] : []),
  ];
  const properties = { VersioningConfiguration: { Status: 'Enabled' }, ...own?.properties };
  const arn = own?.arn ?? `arn:${partitionOf(resource.stack.region).partition}:s3:::${bucket}`;
  const source = {
    ...(own ?? resource),
    arn,
    properties: { ...properties, ReplicationConfiguration: { Role, Rules } },
  };
  return [...faults, ...(rules.length > 0 ? configurationFaults({ app, source, outside }) : [])];
}

/** The size that S3 takes, in bytes. */
const LARGEST = 2 * 1024 * 1024;

function configurationFaults(context: Context): string[] {
  const { source, app } = context;
  const configuration = source.properties.ReplicationConfiguration;
  if (configuration === undefined) return [];
  const faults: string[] = [];
  const { Role, Rules, ...others } = configuration;
  if (Object.keys(others).length > 0) faults.push(`configuration has ${Object.keys(others).join(', ')}`);
  if (source.properties.VersioningConfiguration?.Status !== 'Enabled') faults.push('source is not versioned');
  if (JSON.stringify(configuration).length > LARGEST) faults.push('configuration is larger than 2 MB');
  const rules: any[] = Array.isArray(Rules) ? Rules : [];
  if (rules.length < 1 || rules.length > 1000) faults.push(`configuration has ${rules.length} rules`);
  for (const [what, values] of [
    ['id', rules.map((rule) => rule.Id)],
    ['priority', rules.map((rule) => rule.Priority)],
  ] as const) {
    if (new Set(values).size < values.length) faults.push(`two rules have the same ${what}`);
  }
  return [
    ...faults,
    ...policyFaults(app, source, Role),
    ...rules.flatMap((rule) => ruleFaults(context, rule).map((fault) => `rule ${rule.Id}: ${fault}`)),
  ].map((fault) => `${source.stack.name}/${source.logicalId}: ${fault}`);
}

/** What CDK or JavaScript leave behind where a value was not settled. */
function unresolved(app: DeployedApp): string[] {
  return app.stacks.flatMap(({ name, template, nested }) =>
    [template, ...Object.values(nested)].flatMap((it) => {
      const left = /\$\{Token\[|\[object |\bundefined\b|\bNaN\b|<unresolved/.exec(JSON.stringify(it));
      return left ? [`${name}: a value is not resolved: ${left[0]}`] : [];
    }),
  );
}
