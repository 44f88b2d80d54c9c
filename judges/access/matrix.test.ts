import { cells } from './cells';
import { expectedOf } from './expected';
import { deployCell, judgeCell, testCells } from './matrix';

const few = cells(1);

testCells(few, 'sample');

test('a judge that passes over a rule is noticed', async () => {
  const cell = few.find(({ destinations, source }) => destinations === 3 && source === 'KMS')!;
  const app = deployCell(cell);
  const [source] = app.ofType('AWS::S3::Bucket').filter((it) => it.properties.ReplicationConfiguration);
  source.properties.ReplicationConfiguration.Rules.pop();
  const { allowed } = await judgeCell(cell, { necessary: false, least: 'none' }, app);
  expect(allowed).toBeGreaterThan(0);
  expect(allowed).toBeLessThan(expectedOf(cell).allowed);
});
