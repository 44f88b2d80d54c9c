import fc from 'fast-check';
import { appOfScenes, fewOf, SCENES, tryScenes } from './run';

const few = SCENES.flatMap(fewOf);

test.each(few.map((it, i) => [`${it.what} ${JSON.stringify(it.choice)}`, it, i] as const))('%s', async (_, it, i) =>
  expect(await tryScenes([it], i % 3 === 0)).toEqual([]),
);

test('scenes of one app do not disturb each other', () =>
  fc.assert(
    fc.asyncProperty(appOfScenes, async (chosen) => expect(await tryScenes(chosen)).toEqual([])),
    { numRuns: 8, seed: 20261125 },
  ));

test('of each scene any two values meet, and some must be refused', () => {
  const met = new Set(few.flatMap(({ what, choice }) => Object.entries(choice).map((it) => `${what} ${it}`)));
  const all = SCENES.flatMap(({ what, choices }) =>
    Object.entries(choices).flatMap(([name, values]) => values.map((value) => `${what} ${[name, value]}`)),
  );
  expect(all.filter((it) => !met.has(it))).toEqual([]);
  const refused = few.filter((it) => SCENES.find(({ what }) => what === it.what)!.refused?.(it.choice));
  expect(refused.length).toBeGreaterThan(10);
});
