import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { appPlan } from './arbitrary';
import { reasonsToRefuse } from './refusals';
import { tryPlan } from './trial';
const of = (plan: any) => { try { return [...new Set(reasonsToRefuse(plan).map((it) => it.because))]; } catch { return undefined; } };
const used = (plan: any, id: string) => JSON.stringify({ ...plan, buckets: plan.buckets.map(({ id: _, ...o }: any) => o), keys: plan.keys.map(({ id: _, ...o }: any) => o), roles: [] , x: undefined }).includes(`"${id}"`);
function* smaller(plan: any): Generator<any> {
  for (const k of ['steps', 'mishaps']) for (let i = 0; i < plan[k].length; i++) if (k !== 'steps' || plan.steps.length > 1) yield { ...plan, [k]: plan[k].filter((_: any, j: number) => j !== i) };
  for (const k of ['buckets', 'keys', 'roles']) for (const it of plan[k]) if (!used(plan, it.id)) yield { ...plan, [k]: plan[k].filter((o: any) => o !== it) };
  const last = plan.stacks.at(-1);
  if (plan.stacks.length > 1 && !JSON.stringify({ ...plan, stacks: plan.stacks.map(({ id: _, ...o }: any) => o) }).includes(`"${last.id}"`)) yield { ...plan, stacks: plan.stacks.slice(0, -1) };
  for (let i = 0; i < plan.steps.length; i++) {
    const step = plan.steps[i];
    const put = (s: any) => ({ ...plan, steps: plan.steps.map((o: any, j: number) => (j === i ? s : o)) });
    for (const p of Object.keys(step)) {
      if (['kind', 'id', 'stack', 'options', 'rules'].includes(p) || (step.kind !== 'pair' && ['source', 'destination'].includes(p))) continue;
      const { [p]: _, ...rest } = step; yield put(rest);
    }
    for (const p of Object.keys(step.options ?? {})) { const { [p]: _, ...rest } = step.options; yield put({ ...step, options: rest }); }
    for (let r = 0; r < (step.rules ?? []).length; r++) {
      yield put({ ...step, rules: step.rules.filter((_: any, j: number) => j !== r) });
      for (const p of Object.keys(step.rules[r].options)) { const { [p]: _, ...rest } = step.rules[r].options; yield put({ ...step, rules: step.rules.map((o: any, j: number) => (j === r ? { ...o, options: rest } : o)) }); }
    }
    for (const e of ['sourceOptions', 'destinationOptions']) for (const p of Object.keys(step[e] ?? {})) { const { [p]: _, ...rest } = step[e]; yield put({ ...step, [e]: rest }); }
  }
  for (let i = 0; i < plan.buckets.length; i++) for (const p of ['expires', 'removal', 'ownership', 'enforceSSL', 'versioning', 'name', 'lock']) if (p in plan.buckets[i] && plan.buckets[i].level !== 'imported' && !(p === 'versioning' && plan.buckets[i].lock)) {
    const { [p]: _, ...rest } = plan.buckets[i]; yield { ...plan, buckets: plan.buckets.map((o: any, j: number) => (j === i ? rest : o)) };
  }
}
function shrink(plan: any, because: string): any {
  for (;;) {
    let next;
    for (const it of smaller(plan)) if (of(it)?.includes(because)) { next = it; break; }
    if (!next) return plan;
    plan = next;
  }
}
test('make', async () => {
  const cands = new Map<string, any[]>();
  for (const plan of fc.sample(appPlan, { numRuns: Number(process.env.N ?? 15000), seed: 7 })) {
    const found = of(plan) ?? [];
    for (const f of found) { const l = cands.get(f) ?? []; cands.set(f, l); l.push([found.length * 1000 + JSON.stringify(plan).length, plan]); }
  }
  const best: any[] = []; const bad: any[] = [];
  for (const [because, l] of cands) {
    const shrunk = l.sort((a, b) => a[0] - b[0]).slice(0, 40).map(([, p]) => shrink(p, because)).filter((p) => of(p)!.length === 1)
      .sort((a, b) => JSON.stringify(a).length - JSON.stringify(b).length);
    let ok = false; const why = [];
    for (const plan of shrunk.slice(0, 5)) {
      const t = await tryPlan(plan);
      if (t.outcome === 'refused' && t.faults.length === 0) { best.push({ because, plan }); ok = true; break; }
      why.push(t.outcome, ...t.faults.map((f) => f.slice(0, 400)), JSON.stringify(plan));
    }
    if (!ok) bad.push([because, l.length, shrunk.length, ...why.slice(0, 3)]);
  }
  writeFileSync('/tmp/lab/h5best.json', JSON.stringify(best));
  writeFileSync('/tmp/lab/h5bad.json', JSON.stringify(bad, null, 1));
  console.log(best.length, bad.length);
}, 600000);
