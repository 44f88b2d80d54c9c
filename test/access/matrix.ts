import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { build, Cell, nameOf } from './cells';
import { expectedOf, fewestDenied } from './expected';
import { AccessOptions, AccessVerdict, judgeAccess } from './judge';
import { DeployedApp } from '../assembly/deployed';
import { readStacks } from '../assembly/stacks';

/** The app of a cell as it is deployed. */
export const deployCell = (cell: Cell) => new DeployedApp(readStacks(build(cell).synth()));

/** Judges the app of a cell. */
export async function judgeCell(
  cell: Cell,
  options: AccessOptions,
  app: DeployedApp = deployCell(cell),
): Promise<AccessVerdict> {
  const [source] = app.ofType('AWS::S3::Bucket').filter((it) => it.properties.ReplicationConfiguration);
  const former = app.ofType('AWS::KMS::Key').filter((it) => it.stack.paths[it.logicalId] === 'Data/FormerKey');
  return judgeAccess(app, { ...options, sourceKeys: { [source.arn!]: former.map((it) => it.arn!) } });
}

/** A test for each cell. */
export function testCells(cells: readonly Cell[], least: 'all' | 'sample'): void {
  afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

  test.each(cells.map((cell, seed) => [nameOf(cell), cell, seed] as const))('%s', async (_, cell, seed) => {
    const { actionsDenied, ...verdict } = await judgeCell(cell, { least, seed });
    expect(verdict).toEqual(expectedOf(cell));
    expect(actionsDenied).toBeGreaterThanOrEqual(await fewestDenied(cell, least));
  });
}
