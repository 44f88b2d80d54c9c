// SPDX-License-Identifier: Apache-2.0
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from './answer';
import type { Bucket, S3Error } from './bucket';
import { ids, isThere, planned, Refused, Wanted } from './configuration';

/**
 * S3 knows neither versions nor conditions for a replication configuration, so two who write at once undo each other's
 * rules. Therefore: read, and write at once (within 5 seconds); wait until whoever read before that write must have
 * written, too (8 seconds); look again. There is a second look even where there was nothing to do, because S3 may show
 * what was there before. After three writes S3 may say more than it was told: that is then how S3 writes it.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel
 */
export async function reconcile(bucket: Pick<Bucket, 'read' | 'write'>, wanted: Wanted, { deadline, second }: Clock) {
  const begin = Date.now();
  const sleep = (seconds: number) => pause(second * seconds, undefined, { signal: deadline });
  let destinations: unknown[] = [];
  let trouble: S3Error | undefined;
  for (let writes = 0, failures = 0, isSecondLook = false; ;) {
    const inTime = AbortSignal.any([deadline, AbortSignal.timeout(second * 5)]);
    try {
      const there = await bucket.read(inTime);
      destinations = [...wanted.rules, ...there.rules].map(({ Destination }) => Destination?.Bucket);
      const isDone = isThere(there, wanted, writes < 3);
      if (isDone && isSecondLook) {
        return;
      }
      if (!isDone) {
        isSecondLook = false;
        if (writes === 20) {
          throw new Refused(
            `stop what else writes the replication of bucket '${wanted.bucket}' (Terraform, CloudFormation, a script) ` +
              'and deploy again: 20 times it was another one some seconds after it was written',
          );
        }
        await bucket.write(planned(there, wanted), inTime);
        writes++;
      }
      failures = 0;
      trouble = undefined;
      await sleep(8 + 4 * Math.random());
      isSecondLook = true;
    } catch (error) {
      trouble = ((error as Error).name === 'AbortError' && trouble) || (error as S3Error); // what S3 said says more
      const { name, message, $metadata } = trouble;
      console.log(`bucket '${wanted.bucket}': ${name}: ${message}`);
      if (trouble instanceof Refused) {
        throw trouble;
      }
      if (wanted.isDelete && name === 'NoSuchBucket') {
        return;
      }
      const said = `${$metadata?.httpStatusCode ?? 0} ${name}: ${message}`;
      const [, patience, remedy] = WAYS_OUT.find(([pattern]) => pattern.test(said))!;
      if (deadline.aborted || Date.now() - begin > second * (wanted.isDelete ? patience / 4 : patience)) {
        const rules = `bucket '${wanted.bucket}' (rules ${ids(wanted.rules)})`;
        const facts = { BUCKET: rules, ROLE: wanted.role, DESTINATIONS: [...new Set(destinations)].join(', ') };
        throw new Error(`${remedy.replace(/[A-Z]{4,}/g, (word) => facts[word as keyof typeof facts])}: ${said}`);
      }
      await sleep(Math.min(20, 0.5 * 2 ** failures++) * (0.5 + Math.random())).catch(() => undefined);
    }
  }
}

/** What was said, for how many seconds from the beginning it may go away by itself, and what to do if it does not. */
const WAYS_OUT: readonly [RegExp, number, string][] = [
  [/OperationAborted/, Infinity, 'deploy again in some minutes, S3 is busy with another change of BUCKET'],
  [/^(0|2\d\d|429|5\d\d) |RequestTime/, Infinity, 'deploy again, S3 did not answer as it should for BUCKET'],
  [/^403 /, 90, 'look for a Deny, or another owner, that keeps the function from BUCKET or from passing ROLE'], // or IAM is late
  [/NoSuchBucket/, 60, 'make BUCKET first, or correct its name'],
  [
    /destination.*(exist|versioning)/i,
    60,
    'make the destinations of all rules of BUCKET, with versioning: DESTINATIONS',
  ],
  [/versioning/i, 60, 'set enableVersioning, or switch versioning on for BUCKET'],
  [/^/, 0, 'change what S3 refuses for BUCKET'],
];
