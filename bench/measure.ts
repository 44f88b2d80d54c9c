import { availableParallelism, cpus, release, totalmem, type } from 'node:os';

/** Runs the cases in turn, and all of them again, so that a busy minute meets every one; the results of each case. */
export function inTurn<C, R>(cases: readonly C[], repetitions: number, run: (one: C) => R): Map<C, R[]> {
  const results = new Map<C, R[]>(cases.map((one) => [one, []]));
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const one of cases) {
      results.get(one)!.push(run(one));
    }
  }
  return results;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** Of the least squares line through the logarithms: 1 is linear, 2 quadratic. */
export function slope(points: ReadonlyArray<readonly [n: number, time: number]>): number {
  const logs = points.map((point) => point.map(Math.log));
  const [x, y] = [0, 1].map((axis) => logs.reduce((sum, it) => sum + it[axis], 0) / logs.length);
  return logs.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) / logs.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}

export function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus()[0].model.trim()}, ${availableParallelism()} processors, ${memory} GiB, ${type()} ${release()}, Node.js ${process.version}`;
}
