import { rmSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import fc, { Arbitrary } from 'fast-check';
import { GRANTS } from './grants';
import { LOGS } from './logs';
import { PLACES } from './places';
import { Made, ORGANIZATION, Place, Scene } from './scene';
import { TWO_WAY } from './two-way';
import { WAYS_IN } from './ways-in';
import { quietApp } from '../../../test/app';
import { handOvers, notFilledIn, policiesHandedOver } from '../../access/handed-over';
import { judgeHandlers, ofOneDirection } from '../../access/handlers';
import { judgeAccess } from '../../access/judge';
import { Outside } from '../../access/outside';
import { DeployedApp, DeployedResource, LostReference } from '../../assembly/deployed';
import { HANDLED, handledRules } from '../../assembly/handled-rules';
import { partitionOf } from '../../assembly/physical';
import { readStacks, StackOfApp } from '../../assembly/stacks';
import { rehearse, rehearseDestroy } from '../../rehearsal/rehearse';
import { locate } from '../intent';
import { judgeRules } from '../rules';
import { errorFaults } from '../trial';

export const SCENES: readonly Scene[] = [...GRANTS, ...PLACES, ...LOGS, ...TWO_WAY, ...WAYS_IN];

/** A scene with what was chosen in it, as JSON. */
export interface Chosen {
  readonly what: string;
  readonly choice: Readonly<Record<string, string | boolean | number>>;
}

/** All that can be chosen in a scene. */
export function choicesOf({ what, choices }: Scene): Chosen[] {
  return Object.entries(choices).reduce<Chosen[]>(
    (all, [name, values]) =>
      all.flatMap(({ choice }) => values.map((value) => ({ what, choice: { ...choice, [name]: value } }))),
    [{ what, choice: {} }],
  );
}

/** So many of them that any two values of different choices meet. */
export function fewOf(scene: Scene): Chosen[] {
  const pairs = ({ choice }: Chosen) => {
    const values = Object.entries(choice).map(([name, value]) => `${name} ${value}`);
    return values.flatMap((one, i) => [one, ...values.slice(i + 1).map((other) => `${one}, ${other}`)]);
  };
  const all = choicesOf(scene).map((it) => ({ it, pairs: pairs(it) }));
  const missing = new Set(all.flatMap((it) => it.pairs));
  const few: Chosen[] = [];
  while (missing.size > 0) {
    const gain = (of: readonly string[]) => of.filter((pair) => missing.has(pair)).length;
    const best = all.reduce((one, other) => (gain(other.pairs) > gain(one.pairs) ? other : one));
    few.push(best.it);
    best.pairs.forEach((pair) => missing.delete(pair));
  }
  return few;
}

const sceneOf = ({ what }: Chosen) => SCENES.find((it) => it.what === what)!;
const refusalOf = (chosen: Chosen) => sceneOf(chosen).refused?.(chosen.choice);

/** Several scenes in one app; one that must be refused is alone. */
export const appOfScenes: Arbitrary<Chosen[]> = fc
  .array(
    fc
      .constantFrom(...SCENES)
      .chain((it) =>
        fc
          .record(
            Object.fromEntries(Object.entries(it.choices).map(([name, values]) => [name, fc.constantFrom(...values)])),
          )
          .map((choice) => ({ what: it.what, choice })),
      ),
    { minLength: 1, maxLength: 3 },
  )
  .map((all) => {
    const [refused] = all.filter((it) => refusalOf(it));
    return refused ? [refused] : all;
  });

/** What is wrong with an app of scenes, or with its error. */
export async function tryScenes(chosen: readonly Chosen[], thorough = false): Promise<string[]> {
  const refusal = chosen.map(refusalOf).find((it) => it);
  const apps: App[] = [];
  const newApp = () => {
    apps.push(quietApp());
    return apps.at(-1)!;
  };
  try {
    const app = newApp();
    const all = chosen.map((it, i) => sceneOf(it).make(new Place(app, `Scene${i}`, newApp), it.choice));
    const assemblies = apps.map((it) => it.synth());
    if (refusal) return [`accepted, and not refused by ${refusal}`];
    return await judgeScenes(all, assemblies, thorough);
  } catch (error) {
    if (error instanceof LostReference) return [error.message];
    const { message } = error as Error;
    if (!refusal) return [`refused without a reason: ${message}`];
    return refusal.test(message) ? errorFaults(error as Error) : [`refused, but not by ${refusal}: ${message}`];
  } finally {
    for (const { outdir } of apps) rmSync(outdir, { recursive: true, force: true });
  }
}

async function judgeScenes(all: readonly Made[], assemblies: CloudAssembly[], thorough: boolean): Promise<string[]> {
  const stacks = oneAfterAnother(assemblies.map((it) => readStacks(it)));
  const app = new DeployedApp(stacks);
  const handOver = assemblies.flatMap(handOvers);
  const configured = app.ofType('AWS::S3::Bucket').filter((it) => it.properties.ReplicationConfiguration);
  const handled = app.ofType(HANDLED);
  const sources = [...configured, ...handled];
  const rules = [
    ...configured.flatMap((it) => it.properties.ReplicationConfiguration.Rules as any[]),
    ...handled.flatMap((it) => handledRules(it.properties).rules),
  ];
  const wanted = all.reduce((sum, it) => sum + it.rules, 0);
  const outside = outsideOf(all, stacks);
  const access = await judgeAccess(app, {
    ...{ outside: { ...outside, policies: policiesHandedOver(app, handOver) }, organization: ORGANIZATION },
    replicates: wanted > 0,
    sourceKeys: sourceKeysOf(all, app),
    ...(handled.length > 0 ? { isOurs: ofOneDirection } : {}),
    ...(thorough && !all.some((it) => it.mayDoMore) ? { least: 'sample' } : { necessary: false, least: 'none' }),
  });
  const others = await Promise.all(all.map(async ({ judge }) => (await judge?.(app, assemblies[0])) ?? []));
  const warnings = assemblies.flatMap(({ stacksRecursively }) =>
    stacksRecursively.flatMap(({ messages }) => messages.map(({ entry }) => String(entry.data))),
  );
  const found = [
    ...(rules.length === wanted ? [] : [`${rules.length} rules, and not ${wanted}`]),
    ...judgeRules(app, outside),
    ...access.findings,
    ...(all.length > 1 ? [] : notFilledIn(handOver)),
    ...others.flat(),
    ...all.flatMap(({ told }) => (told && !warnings.some((it) => told.test(it)) ? [`nobody is told ${told}`] : [])),
    ...(await judgeHandlers(app)),
    ...judgeDeployment(stacks, outside, rules, sources),
  ];
  return [...new Set(found)];
}

/** From nothing, and back; nothing is refused, and what is retained is the only thing that may be left without its role. */
function judgeDeployment(
  stacks: StackOfApp[],
  outside: Outside,
  rules: any[],
  sources: readonly DeployedResource[],
): string[] {
  const own = new Set(new DeployedApp(stacks).resources.map(({ arn }) => arn));
  const buckets = [...new Set(rules.map(({ Destination }) => `${Destination.Bucket}`))]
    .filter((arn) => !own.has(arn))
    .map((arn) => ({ name: arn.split(':::')[1] }));
  const keys = [
    ...(outside.keys ?? []),
    ...rules.flatMap((it) => it.Destination.EncryptionConfiguration?.ReplicaKmsKeyID ?? []),
  ];
  const given = sources
    .filter(({ properties, type }) => type === HANDLED && outside.buckets?.includes(properties.Bucket))
    .map(({ properties: { Bucket: name, Region }, stack: { account, region } }) => ({
      ...{ name, account, region: Region ?? region },
      objectLock: false,
    }));
  const options = {
    outside: { roles: [...outside.roles!], keys: keys.filter((arn) => !own.has(arn)), buckets: [...buckets, ...given] },
  };
  const { refusals, dead, state } = rehearse(stacks, options);
  const found = [...refusals, ...dead];
  if (found.length > 0 || sources.length === 0) return found;
  return rehearseDestroy(state).refusals.map((it) => `destroyed: ${it}`);
}

function outsideOf(all: readonly Made[], stacks: readonly StackOfApp[]): Outside {
  const bootstrapped = stacks.map(
    ({ account, region }) =>
      `arn:${partitionOf(region).partition}:iam::${account}:role/cdk-hnb659fds-cfn-exec-role-${account}-${region}`,
  );
  return {
    keys: all.flatMap(({ outside }) => outside?.keys ?? []),
    buckets: all.flatMap(({ outside }) => outside?.buckets ?? []),
    roles: [...new Set([...bootstrapped, ...all.flatMap(({ outside }) => outside?.roles ?? [])])],
  };
}

const sourceKeysOf = (all: readonly Made[], app: DeployedApp) =>
  Object.fromEntries(
    all.flatMap(({ sourceKeys = [] }) =>
      sourceKeys.map(([source, keys]) => [
        locate(app, source)!.arn!,
        keys.map((key) => locate(app, key)?.arn ?? key.keyRef.keyArn),
      ]),
    ),
  );

/** Apps of the same code have stacks of the same ids. */
function oneAfterAnother(apps: StackOfApp[][]): StackOfApp[] {
  const before: string[] = [];
  return apps.flatMap((stacks, i) => {
    const idOf = (id: string) => (before.includes(id) ? `${id}@${i}` : id);
    const placed = stacks.map((it) => ({
      ...it,
      id: idOf(it.id),
      after: [...before, ...it.after.map(idOf)],
    }));
    before.push(...placed.map(({ id }) => id));
    return placed;
  });
}
