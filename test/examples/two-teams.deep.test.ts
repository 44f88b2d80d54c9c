import { readDeployedStacks, together } from './deployment';
import { appsOf, loadApp } from './load';
import { rehearse } from '../../judges/rehearsal/rehearse';

const [DESTINATION, SOURCE] = ['destination.app.ts', 'source.app.ts'];

/** The stacks of both apps, in files that nothing was loaded from before. */
function synthesized(order: string[]) {
  jest.resetModules();
  return Object.fromEntries(
    order.map((file) => [file, readDeployedStacks(loadApp('two-teams', file).synth().directory)]),
  );
}

test('neither app needs the other one to be synthesized', () => {
  expect(appsOf('two-teams')).toEqual([DESTINATION, SOURCE]);
  expect(synthesized([SOURCE, DESTINATION])).toEqual(synthesized([DESTINATION, SOURCE]));
  expect(synthesized([SOURCE])[SOURCE]).toEqual(synthesized([DESTINATION, SOURCE])[SOURCE]);
});

describe('deployed', () => {
  const apps = synthesized([DESTINATION, SOURCE]);

  test('the destination is deployed without the source, and the source after it', () => {
    const first = rehearse(apps[DESTINATION]);
    expect(first).toMatchObject({ refusals: [], dead: [] });
    expect(rehearse(together([apps[DESTINATION], apps[SOURCE]]), {}, first.state)).toMatchObject({
      order: ['Shop'],
      refusals: [],
      dead: [],
    });
  });

  test('the source is refused without the destination', () => {
    expect(rehearse(apps[SOURCE]).refusals).toEqual([expect.stringContaining('Destination bucket must exist')]);
  });

  test('without the grant nothing would be replicated', () => {
    const [lake] = structuredClone(apps[DESTINATION]);
    for (const { Type, Properties } of Object.values(lake.template.Resources)) {
      if (Type !== 'AWS::S3::BucketPolicy') continue;
      const document = Properties!.PolicyDocument;
      document.Statement = document.Statement.filter(({ Effect }: any) => Effect === 'Deny');
    }
    expect(rehearse(together([[lake], apps[SOURCE]])).dead).toEqual([expect.stringContaining('Shop/Events')]);
  });
});
