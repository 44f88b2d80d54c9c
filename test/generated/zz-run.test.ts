import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { appPlan } from './arbitrary';
import { reasonsToRefuse } from './refusals';
import { meaningOf, isForeign } from './meaning';
import { tryPlan } from './trial';
test('run', async () => {
  const out: string[] = []; const seen = new Map<string, number>(); let n = 0;
  const plans = fc.sample(appPlan, { numRuns: 60000, seed: Number(process.env.SEED ?? 7) }).filter((p) => meaningOf(p).flows.some(isForeign) || p.steps.some((s) => JSON.stringify(s).includes('ownerOverride')));
  const end = Date.now() + 75000; let ok = 0;
  for (const plan of plans) {
    if (Date.now() > end) break;
    n++;
    try {
    const { faults, outcome } = await tryPlan(plan, n);
    if (outcome === 'accepted') ok++;
    for (const f of faults) { const k = f.replace(/\d+|\bdata-\S+/g, '').slice(0, 40); seen.set(k, (seen.get(k) ?? 0) + 1); if (seen.get(k)! <= 2) out.push(f.slice(0, 700) + '\n   ' + JSON.stringify(reasonsToRefuse(plan)) + '\n   ' + JSON.stringify(plan)); }
    } catch (e) { out.push('CRASH ' + (e as Error).stack + JSON.stringify(plan)); }
  }
  writeFileSync('/tmp/lab/h5run.txt', [...seen].map(String).join('\n') + `\n${n} of ${plans.length} tried, ${ok} accepted\n\n` + out.join('\n\n'));
}, 600000);
