import { ORGANIZATION, stacksOf } from './cell-app';
import { Cell, nameOf } from './cells';
import { Demands } from './deputies';
import { expectedOf, fewestDenied, keysKnowBuckets } from './expected';
import { AccessOptions, AccessVerdict, judgeAccess } from './judge';
import { isOurs } from './two-accounts';
import { DeployedApp } from '../assembly/deployed';

/** The app of a cell as it is deployed. */
export const deployCell = (cell: Cell) => new DeployedApp(stacksOf(cell));

/** Judges the app of a cell. */
export async function judgeCell(
  cell: Cell,
  options: AccessOptions,
  app: DeployedApp = deployCell(cell),
): Promise<AccessVerdict> {
  return judgeAccess(app, { ...optionsOf(cell, app), ...options });
}

/** What the templates of a cell do not say. */
export function optionsOf(cell: Cell, app: DeployedApp): AccessOptions {
  const [source] = app.ofType('AWS::S3::Bucket').filter((it) => it.properties.ReplicationConfiguration);
  const former = app.ofType('AWS::KMS::Key').filter((it) => it.stack.paths[it.logicalId] === 'Data/FormerKey');
  return {
    isOurs,
    organization: cell.accounts === 'organization' ? ORGANIZATION : undefined,
    sourceKeys: { [source.arn!]: former.map((it) => it.arn!) },
  };
}

/** A test for each cell. */
export function testCells(cells: readonly Cell[], least: 'all' | 'sample'): void {
  test.each(cells.map((cell, seed) => [nameOf(cell), cell, seed] as const))('%s', async (_, cell, seed) => {
    const { actionsDenied, ...verdict } = await judgeCell(cell, { least, seed });
    expect(verdict).toEqual(expectedOf(cell));
    expect(actionsDenied).toBeGreaterThanOrEqual(await fewestDenied(cell, least));
  });
}

/** What the destinations of a cell ask of those who write to them. */
export function demandsOf(cell: Cell, app: DeployedApp): Demands {
  const [source] = app.ofType('AWS::S3::Bucket').filter((it) => it.properties.ReplicationConfiguration);
  const name: string = source.properties.ReplicationConfiguration.Role.split('/').at(-1);
  return {
    prefix: /^(accounts|organization)$/.test(cell.accounts) ? name.slice(0, 4) : undefined,
    organization: cell.accounts === 'organization' ? ORGANIZATION : undefined,
    tls: cell.tls || cell.accounts === 'created',
    keysKnowBuckets: keysKnowBuckets(cell),
  };
}
