// SPDX-License-Identifier: Apache-2.0
import { setTimeout as pause } from 'node:timers/promises';
import type { ReplicationRule } from '@aws-sdk/client-s3';
import { Bucket } from './bucket';
import { Refused } from './configuration';
import { Clock, reconcile } from './reconcile';

/** What the template says. Its form is frozen: stacks that are deployed send it again when they are updated or deleted. */
interface Properties {
  readonly Bucket: string;
  readonly Owner: string; // the account of the bucket
  readonly Region?: string; // omitted: that of the function, and where it is another one, S3 says so
  readonly Role: string;
  readonly RuleIdPrefix: string; // of these rules, and of no others in the bucket; ends with a hyphen
  readonly Rules: string; // JSON, in the form of the S3 API: CloudFormation would make text of numbers
  readonly EnableVersioning?: string;
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
export interface Event extends Record<'StackId' | 'RequestId' | 'LogicalResourceId', string> {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Properties;
  readonly OldResourceProperties?: Properties;
}
type Context = { readonly logStreamName: string; getRemainingTimeInMillis(): number };

/** Owns some replication rules of one bucket, as a custom resource of CloudFormation, which it answers in every case. */
export async function handler(event: Event, context: Context): Promise<void> {
  const { StackId, RequestId, LogicalResourceId, ResourceProperties: properties } = event;
  // another bucket makes it another resource, so CloudFormation sends the Delete of the old one afterwards
  const PhysicalResourceId =
    event.RequestType === 'Delete' ? event.PhysicalResourceId : `${properties?.Bucket}/${properties?.RuleIdPrefix}`;
  const answer = { Status: 'SUCCESS', Reason: '', PhysicalResourceId, StackId, RequestId, LogicalResourceId };
  const second = Number(process.env.MILLISECONDS_PER_SECOND ?? 1_000);
  try {
    const deadline = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - 15 * second));
    await handle(event, { deadline, second });
  } catch (error) {
    console.log((error as Error).stack);
    answer.Status = 'FAILED';
    answer.Reason = `${Buffer.from((error as Error).message).subarray(0, 1_400)}. Log: ${context.logStreamName}`;
  }
  await send(event.ResponseURL, JSON.stringify(answer), second);
}

async function handle(
  { RequestType, ResourceProperties, OldResourceProperties: old }: Event,
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

/** Neither the URL nor an error that may name it is logged: whoever has it can answer in place of the function. */
async function send(url: string, body: string, second: number): Promise<void> {
  for (let attempt = 0; attempt < 4; attempt++) {
    const headers = { 'content-type': '' }; // as signed in the URL
    const status = await fetch(url, { method: 'PUT', body, headers, signal: AbortSignal.timeout(3_000) }).then(
      (response) => response.status,
      (error: Error) => error.name,
    );
    if (Number(status) < 300) {
      return;
    }
    console.log(`CloudFormation did not take the answer: ${status}`);
    await pause(0.25 * second * 2 ** attempt);
  }
  throw new Error('CloudFormation did not take the answer'); // Lambda runs the event again
}
