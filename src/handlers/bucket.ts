// SPDX-License-Identifier: Apache-2.0
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import * as s3 from '@aws-sdk/client-s3';
import { Change, Configuration, ruleElements } from './configuration';

/** What the SDK throws. */
export type S3Error = Error & { readonly $metadata?: { readonly httpStatusCode?: number } };

/** A bucket in S3. Its document passes the SDK as it is, because the SDK drops elements that it does not know. */
export class Bucket {
  private readonly client: s3.S3Client;

  /** `enableVersioning`: before anything is written. */
  constructor(
    private readonly at: { readonly Bucket: string; readonly ExpectedBucketOwner: string },
    region: string | undefined,
    private readonly enableVersioning: boolean,
  ) {
    const forcePathStyle = Boolean(process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL);
    // only one attempt: what is written must have been read just before
    this.client = new s3.S3Client({ region, followRegionRedirects: true, forcePathStyle, maxAttempts: 1 });
  }

  async read(abortSignal: AbortSignal): Promise<Configuration> {
    let document = '';
    const command = new s3.GetBucketReplicationCommand(this.at);
    command.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const response = result.response as { body: Readable | Uint8Array };
        const bytes = await buffer(response.body as Readable);
        document = bytes.toString();
        response.body = bytes;
        return result;
      },
      { step: 'deserialize', priority: 'low' }, // before the SDK reads it
    );
    try {
      const { Role: role, Rules: rules = [] } =
        (await this.client.send(command, { abortSignal })).ReplicationConfiguration ?? {};
      if (!role || !document.trimEnd().endsWith('</ReplicationConfiguration>')) {
        throw new Error('S3 sent something else than a replication configuration'); // which is not an empty one
      }
      return { role, rules, document };
    } catch (error) {
      if ((error as S3Error).name === 'ReplicationConfigurationNotFoundError') {
        return { rules: [], document: '' };
      }
      throw error;
    }
  }

  async write({ role: Role, rules: Rules, kept }: Change, abortSignal: AbortSignal): Promise<void> {
    if (this.enableVersioning) {
      const { Status } = await this.client.send(new s3.GetBucketVersioningCommand(this.at), { abortSignal });
      const on = new s3.PutBucketVersioningCommand({ ...this.at, VersioningConfiguration: { Status: 'Enabled' } });
      await (Status === 'Enabled' || this.client.send(on, { abortSignal }));
    }
    if (Rules.length === 0 && kept === undefined) {
      await this.client.send(new s3.DeleteBucketReplicationCommand(this.at), { abortSignal });
      return;
    }
    const command = new s3.PutBucketReplicationCommand({ ...this.at, ReplicationConfiguration: { Role, Rules } });
    command.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { body: string };
        const end = kept?.lastIndexOf('</');
        request.body = kept?.slice(0, end).concat(...ruleElements(request.body), kept.slice(end)) ?? request.body;
        return next(args);
      },
      { step: 'build', priority: 'high' }, // before length, checksum and signature
    );
    await this.client.send(command, { abortSignal });
  }
}
