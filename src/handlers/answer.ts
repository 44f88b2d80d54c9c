// SPDX-License-Identifier: Apache-2.0
import { setTimeout as pause } from 'node:timers/promises';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
export interface Event<P> extends Record<'StackId' | 'RequestId' | 'LogicalResourceId', string> {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: P;
  readonly OldResourceProperties?: P;
}
export type Context = { readonly logStreamName: string; getRemainingTimeInMillis(): number };

/** All waiting ends at the deadline, in time for an answer. Tests make a second shorter than 1,000 milliseconds. */
export interface Clock {
  readonly deadline: AbortSignal;
  readonly second: number;
}

/**
 * Answers CloudFormation in every case.
 *
 * @param id of what the properties describe: with another one CloudFormation sends the Delete of the old one afterwards
 */
export async function answer<P>(
  event: Event<P>,
  context: Context,
  id: string,
  work: (clock: Clock) => Promise<void>,
): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event;
  const PhysicalResourceId = event.RequestType === 'Delete' ? event.PhysicalResourceId : id;
  const said = { Status: 'SUCCESS', Reason: '', PhysicalResourceId, StackId, RequestId, LogicalResourceId };
  const second = Number(process.env.MILLISECONDS_PER_SECOND ?? 1_000);
  try {
    const deadline = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - 15 * second));
    await work({ deadline, second });
  } catch (error) {
    console.log((error as Error).stack);
    said.Status = 'FAILED';
    said.Reason = `${Buffer.from((error as Error).message).subarray(0, 1_400)}. Log: ${context.logStreamName}`;
  }
  await send(event.ResponseURL, JSON.stringify(said), second);
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
