import { App, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { DOORS } from './doors';
import { Options, OURS, Place, Row, THEIRS } from './rows';
import { doorsOfUsers, propsOf } from './structs';
import { quietApp } from '../app';

afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

/** Everything that can be seen of an app: its templates and messages, or the error. */
function seen(door: string, ...options: Array<Row['set']>): string {
  const { build, owner = OURS, destinationOwner = OURS } = DOORS[door];
  const app: App = quietApp();
  const stack = (id: string, account: string, region = 'us-east-1') =>
    (app.node.tryFindChild(id) as Stack | undefined) ?? new Stack(app, id, { env: { account, region } });
  const place: Place = {
    ...{ home: stack('Home', OURS), owner, destinationOwner },
    get abroad() {
      return stack('Abroad', THEIRS);
    },
    get far() {
      return stack('Far', THEIRS, 'eu-west-1');
    },
  };
  const merged: Options = {};
  try {
    for (const it of options) merge(merged, typeof it === 'function' ? it(place) : it);
    build(place, merged);
    return JSON.stringify(app.synth().stacksRecursively.map(({ template, messages }) => [template, messages]));
  } catch (error) {
    return `error: ${(error as Error).message}`;
  }
}

/** The second over the first; what belongs to one struct within another comes together. */
function merge(into: Options, more: Options): void {
  for (const [prop, value] of Object.entries(more)) {
    const both = [into[prop], value].every((it) => Object.getPrototypeOf(it ?? 0) === Object.prototype);
    into[prop] = both ? { ...(into[prop] as object), ...(value as object) } : value;
  }
}

const sees = (text: string, { sees: what }: Row) => (typeof what === 'string' ? text.includes(what) : what.test(text));

test('there is a table for each struct, wherever users meet it', () => {
  expect(Object.keys(DOORS).sort()).toEqual(doorsOfUsers().sort());
});

describe.each(Object.keys(DOORS))('%s', (door) => {
  const { rows } = DOORS[door];
  const all = Object.entries(rows);
  const together = all.filter(([, { alone, base }]) => !alone && !base).map(([, { set }]) => set);

  test('has a row for every prop', () => {
    const [struct, prop] = door.split('.');
    const props = propsOf(prop ? propsOf(struct)[prop].replace(/\[\]$/, '') : struct);
    expect(Object.keys(rows).sort()).toEqual(Object.keys(props).sort());
  });

  test('and each of them is seen, and not seen without it', () => {
    const [nothing, everything] = [seen(door), seen(door, ...together)];
    const found = all.map(([prop, it]) => {
      const before = it.base ? seen(door, it.base) : nothing;
      const after = it.base ? seen(door, it.base, it.set) : it.alone ? seen(door, it.set) : everything;
      return [prop, sees(before, it), sees(after, it)];
    });
    const failed = found.some(([, before, after]) => before || !after);
    expect([found, failed && everything.slice(0, 400)]).toEqual([all.map(([prop]) => [prop, false, true]), false]);
  });
});
