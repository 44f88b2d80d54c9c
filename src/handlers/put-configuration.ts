// SPDX-License-Identifier: Apache-2.0
import type { ReplicationRule } from '@aws-sdk/client-s3';
import { answer, Clock, Context, Event } from './answer';
import { Bucket } from './bucket';
import { Refused } from './configuration';
import { reconcile } from './reconcile';

/** What the template says. Its form is frozen: stacks that are deployed send it again when they are updated or deleted. */
export interface Properties {
  readonly Bucket: string;
  readonly Owner: string; // the account of the bucket
  readonly Region?: string; // omitted: that of the function, and where it is another one, S3 says so
  readonly Role: string;
  readonly RuleIdPrefix: string; // of these rules, and of no others in the bucket; ends with a hyphen
  readonly Rules: string; // JSON, in the form of the S3 API: CloudFormation would make text of numbers
  readonly EnableVersioning?: string;
}

/** Owns some replication rules of one bucket, as a custom resource of CloudFormation. */
export async function handler(event: Event<Properties>, context: Context): Promise<void> {
  const { Bucket: bucket, RuleIdPrefix } = event.ResourceProperties ?? {};
  await answer(event, context, `${bucket}/${RuleIdPrefix}`, (clock) => handle(event, clock));
}

async function handle(
  { RequestType, ResourceProperties, OldResourceProperties: old }: Event<Properties>,
  clock: Clock,
): Promise<void> {
  const { Bucket: bucket, Owner, Region, Role: role, RuleIdPrefix, Rules, EnableVersioning } = ResourceProperties;
  const isDelete = RequestType === 'Delete';
  const rules: ReplicationRule[] = isDelete ? [] : JSON.parse(Rules);
  const before = old?.Bucket === bucket ? [old.RuleIdPrefix] : [];
  const prefixes = [RuleIdPrefix, ...before].filter((prefix) => /.-$/.test(prefix));
  if (!isDelete && !(prefixes.includes(RuleIdPrefix) && rules.every(({ ID }) => ID?.startsWith(RuleIdPrefix)))) {
    throw new Refused(`let RuleIdPrefix '${RuleIdPrefix}' end with a hyphen, and begin the id of every rule`);
  }
  const at = { Bucket: bucket, ExpectedBucketOwner: Owner };
  const place = new Bucket(at, Region ?? process.env.AWS_REGION, !isDelete && EnableVersioning === 'true');
  await reconcile(place, { bucket, isDelete, role, rules, prefixes }, clock);
}
