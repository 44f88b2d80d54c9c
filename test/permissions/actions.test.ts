import { readFileSync } from 'fs';
import { join } from 'path';
import { ACCESS_POINT, ACTIONS, BATCH, CANARY, HANDLER, TELL } from '../../src/permissions/actions';

/** Rows of the tables of docs/permissions.md that name actions, a list of actions each. */
function documented(heading: string): string[][] {
  const page = readFileSync(join(__dirname, '../../docs/permissions.md'), 'utf8');
  const section = page.split('\n## ').find((it) => it.startsWith(heading))!;
  return section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      [...line.split('|')[2].matchAll(/`((?:s3|kms|iam|logs|sns|cloudwatch):\w+)`/g)].map(([, action]) => action),
    )
    .filter((actions) => actions.length > 0);
}

test('docs/permissions.md says for each need of the role why it is there, in its order', () =>
  expect(documented('Identity policy of the replication role')).toEqual(Object.values(ACTIONS)));

test('docs/permissions.md says the same for the policies of a destination in another account', () =>
  expect(documented('Bucket and key policies')).toEqual([
    ['s3:ReplicateObject', 's3:ReplicateTags'],
    ['s3:ReplicateDelete'],
    ACTIONS.ownerOverride,
    ACTIONS.replicaKey,
  ]));

test('and for the Lambda functions of custom resources', () =>
  expect(documented('Custom resources')).toEqual(Object.values(HANDLER)));

test('and for who uses a Multi-Region Access Point', () =>
  expect(documented('Multi-Region Access Points')).toEqual(Object.values(ACCESS_POINT)));

test('and for canaries', () =>
  expect(documented('Canary')).toEqual([CANARY.probe, CANARY.tags, CANARY.retention, CANARY.sourceKey, CANARY.result]));

test('and for who tells topics and queues', () => expect(documented('Topics, queues')).toEqual(Object.values(TELL)));

test('and for jobs that replicate what exists', () =>
  expect(documented('Jobs for existing objects')).toEqual(Object.values(BATCH)));
