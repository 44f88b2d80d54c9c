import fc from 'fast-check';
import { appOfScenes, choicesOf, SCENES, tryScenes } from './run';
import { freshSeed } from '../seed';

test.each(SCENES.flatMap(choicesOf).map((it) => [`${it.what} ${JSON.stringify(it.choice)}`, it] as const))(
  '%s',
  async (_, it) => expect(await tryScenes([it], true)).toEqual([]),
);

test(
  'scenes of one app do not disturb each other',
  () =>
    fc.assert(
      fc.asyncProperty(appOfScenes, async (chosen) => expect(await tryScenes(chosen)).toEqual([])),
      { numRuns: 300, seed: freshSeed(3) },
    ),
  600_000,
);
