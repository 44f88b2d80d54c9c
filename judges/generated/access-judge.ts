import { arnOf, locate } from './intent';
import type { Subject } from './judges';
import { Flow, isForeign, meaningOf } from './meaning';
import { outsideOf } from './outside';
import type { AppPlan } from './plan';
import { notFilledIn, policiesHandedOver } from '../access/handed-over';
import { judgeAccess as judge } from '../access/judge';
import { partitionOf } from '../assembly/physical';

/** How much of what the judge of access can do is done with an app: the calls of S3 take 15 ms, these four times as much and more. */
export interface Share {
  readonly least: boolean;
  readonly necessary: boolean;
}

/** Whether the roles of an app may make every call that S3 makes; some apps also for what is too much, and what is needless. */
export async function judgeAccess(subject: Subject, share: Share): Promise<string[]> {
  const { plan, built, app, handOver, number } = subject;
  const { flows } = meaningOf(plan);
  const bySource = new Map<string, Flow[]>();
  for (const flow of flows) {
    const arn = locate(app, built.buckets.get(flow.source.id)!)!.arn!;
    bySource.set(arn, [...(bySource.get(arn) ?? []), flow]);
  }
  const sourceKeys: Record<string, string[]> = {};
  const aliases: Record<string, string> = {};
  let precise = true;
  for (const [arn, ofSource] of bySource) {
    const named = ofSource.map((flow) =>
      flow.sourceKeys.map((key) => (key.id === undefined ? '?' : arnOf(key, built, app)!)),
    );
    // the judge knows keys of a source only, where the plan names them for each rule
    sourceKeys[arn] = named[0].filter((key) => key !== '?' && named.every((keys) => keys.includes(key)));
    precise &&= named.flat().every((key) => sourceKeys[arn].includes(key));
    // where rules overlap, it is up to their order which of them changes the owner
    precise &&= new Set(ofSource.filter(isForeign).map(({ options }) => options.ownerOverride)).size <= 1;
    if (!ofSource[0].source.kms?.alias) continue;
    const { account, region } = app.find(arn)!.stack;
    aliases[`arn:${partitionOf(region).partition}:kms:${region}:${account}:alias/somebody`] = sourceKeys[arn][0];
  }
  const { findings } = await judge(app, {
    sourceKeys,
    replicates: flows.length > 0,
    outside: { ...outsideOf(plan), aliases, policies: policiesHandedOver(app, handOver) },
    least: precise && share.least ? 'sample' : 'none',
    necessary: precise && share.necessary,
    seed: number,
  });
  return [...findings, ...(known(plan) ? notFilledIn(handOver) : [])];
}

/** Whether the app says where all of it goes, so that nothing needs to be left open. */
const known = ({ stacks }: AppPlan) =>
  stacks.every(
    ({ account, region, nestedIn }) => nestedIn !== undefined || (account !== undefined && region !== undefined),
  );
