// SPDX-License-Identifier: Apache-2.0
import {
  MultiRegionAccessPointRoute,
  S3ControlClient,
  SubmitMultiRegionAccessPointRoutesCommand,
} from '@aws-sdk/client-s3-control';
import { answer, Clock, Context, Event } from './answer';

/** What the template says. Its form is frozen: stacks that are deployed send it again when they are updated or deleted. */
interface Properties {
  readonly AccountId: string;
  readonly Mrap: string; // ARN
  readonly Routes: string; // JSON, in the form of the S3 API
}

/** Where routes can be changed; one that is impaired must not be in the way of a failover. */
const ENDPOINTS = ['us-east-1', 'us-west-2', 'ap-southeast-2', 'ap-northeast-1', 'eu-west-1'];

/**
 * Says which regions of a Multi-Region Access Point are active, as a custom resource of CloudFormation: when the
 * template says something else than before. What an operator switched since then stays; so it does on Delete.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_SubmitMultiRegionAccessPointRoutes.html
 */
export async function handler(event: Event<Properties>, context: Context): Promise<void> {
  const { ResourceProperties: now, OldResourceProperties: before } = event;
  const isNew = now?.Mrap !== before?.Mrap || now?.Routes !== before?.Routes;
  await answer(event, context, `${now?.Mrap}/routes`, async (clock) => {
    if (event.RequestType !== 'Delete' && isNew) {
      await submit(now, clock);
    }
  });
}

async function submit({ AccountId, Mrap, Routes }: Properties, { deadline }: Clock): Promise<void> {
  const RouteUpdates: MultiRegionAccessPointRoute[] = JSON.parse(Routes);
  const failures: string[] = [];
  for (const region of ENDPOINTS) {
    const client = new S3ControlClient({ region, maxAttempts: 3 });
    try {
      const command = new SubmitMultiRegionAccessPointRoutesCommand({ AccountId, Mrap, RouteUpdates });
      await client.send(command, { abortSignal: deadline });
      return;
    } catch (error) {
      failures.push(`${region}: ${(error as Error).name}: ${(error as Error).message}`);
      console.log(failures.at(-1));
    } finally {
      client.destroy();
    }
  }
  throw new Error(`deploy again, or set the routes of ${Mrap} with the AWS CLI: ${failures.join('; ')}`);
}
