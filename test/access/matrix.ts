import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { build, Cell, cells, nameOf } from './cells';
import { AccessOptions, AccessVerdict, judgeAccess } from './judge';
import { DeployedApp } from '../assembly/deployed';
import { readStacks } from '../assembly/stacks';

/** Synthesizes the app of a cell and judges it. */
export async function judgeCell(cell: Cell, options: AccessOptions): Promise<AccessVerdict> {
  const app = new DeployedApp(readStacks(build(cell).synth()));
  const [source] = app.ofType('AWS::S3::Bucket').filter((it) => it.properties.ReplicationConfiguration);
  const former = app.ofType('AWS::KMS::Key').filter((it) => it.stack.paths[it.logicalId] === 'Data/FormerKey');
  return judgeAccess(app, { ...options, sourceKeys: { [source.arn!]: former.map((it) => it.arn!) } });
}

/** A test for each cell. */
export function testCells(which: (cell: Cell) => boolean, least: 'all' | 'sample'): void {
  afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

  test.each(
    cells()
      .filter(which)
      .map((cell, seed) => [nameOf(cell), cell, seed] as const),
  )('%s', async (_, cell, seed) => {
    const verdict = await judgeCell(cell, { least, seed });
    expect(verdict.findings).toEqual([]);
    // trust, two reads of the bucket, and seven or nine calls for each of two objects
    expect(verdict.allowed).toBeGreaterThanOrEqual(3 + 2 * (cell.objectLock ? 9 : 7));
    expect(verdict.statementsNecessary).toBeGreaterThanOrEqual(cell.role === 'given' ? 3 : 4);
    expect(verdict.partsNecessary).toBeGreaterThanOrEqual(9);
    expect(verdict.actionsDenied).toBeGreaterThan(least === 'all' ? 500 : 15);
  });
}
