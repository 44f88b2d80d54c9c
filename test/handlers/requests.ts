import { createRequire } from 'node:module';
import type { ReplicationRule } from '@aws-sdk/client-s3';
import { Answer, FakeS3, ROLE } from './s3';
import { handlerCode } from '../../scripts/handler-code';
import type { Event as EventOf } from '../../src/handlers/answer';
import type { handler, Properties } from '../../src/handlers/put-configuration';

type Event = EventOf<Properties>;

/** The code as it is in a template. */
export const CODE = handlerCode('put-configuration');

/** As Lambda loads it: a file of its own, which finds nothing but the SDK. */
export const load = (code: string) => loadHandler<typeof handler>(code);

export function loadHandler<H>(code: string): H {
  const loaded: { exports: { handler?: H } } = { exports: {} };
  const find = (name: string) =>
    name.startsWith('node:') ? createRequire(__filename)(name) : jest.requireActual(sdk(name));
  new Function('module', 'exports', 'require', code)(loaded, loaded.exports, find);
  return loaded.exports.handler!;
}

function sdk(name: string): string {
  if (!name.startsWith('@aws-sdk/')) {
    throw new Error(`the runtime of Lambda has no ${name}`);
  }
  return name;
}

export function rule(ID: string, more: Partial<ReplicationRule> = {}): ReplicationRule {
  return {
    ID,
    Status: 'Enabled',
    Filter: { Prefix: `${ID}/` },
    DeleteMarkerReplication: { Status: 'Disabled' },
    Destination: { Bucket: 'arn:aws:s3:::replica' },
    ...more,
  };
}

/** `count` rules of an owner. */
export function rules(prefix: string, count: number, more: Partial<ReplicationRule> = {}): ReplicationRule[] {
  return Array.from({ length: count }, (_, index) => rule(`${prefix}${index}`, more));
}

export interface Sent {
  readonly bucket: string;
  readonly prefix?: string;
  readonly rules?: readonly ReplicationRule[];
  readonly role?: string;
  readonly region?: string;
  readonly enableVersioning?: boolean;
}

export function properties({
  bucket,
  prefix = 'own-1a2b-',
  rules: all = [],
  role = ROLE,
  region,
  enableVersioning,
}: Sent): Event['ResourceProperties'] {
  return {
    Bucket: bucket,
    Owner: '111111111111',
    Region: region,
    Role: role,
    RuleIdPrefix: prefix,
    Rules: JSON.stringify(all),
    EnableVersioning: enableVersioning ? 'true' : undefined,
  };
}

/** What CloudFormation does with a custom resource: it sends events, each after the answer to the last one. */
export class Sender {
  public constructor(
    private readonly s3: FakeS3,
    private readonly run: typeof handler = load(CODE),
    private readonly milliseconds = 600_000,
  ) {}

  /** Sends an event, as often as told, and waits for the answer. */
  public async send(type: Event['RequestType'], sent: Sent, old?: Sent, copies = 1): Promise<Answer> {
    return this.deliver(type, properties(sent), old && properties(old), copies);
  }

  /** With properties that the library may never have written. */
  public async deliver(
    RequestType: Event['RequestType'],
    ResourceProperties: Event['ResourceProperties'],
    OldResourceProperties?: Event['ResourceProperties'],
    copies = 1,
  ): Promise<Answer> {
    const { url, answer } = this.s3.expectAnswer();
    const last = OldResourceProperties ?? ResourceProperties;
    const event: Event = {
      RequestType,
      ResponseURL: url,
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'Rules',
      PhysicalResourceId: RequestType === 'Create' ? undefined : `${last?.Bucket}/${last?.RuleIdPrefix}`,
      ResourceProperties,
      OldResourceProperties,
    };
    const end = Date.now() + this.milliseconds;
    const context = { logStreamName: 'stream', getRemainingTimeInMillis: () => end - Date.now() };
    await Promise.all(Array.from({ length: copies }, () => this.run(event, context)));
    return answer;
  }
}
