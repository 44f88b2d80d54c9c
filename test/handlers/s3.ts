import { createHash } from 'node:crypto';
import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { S3Client } from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';

/** How S3 and the network misbehave. `after`: the write is done, but its answer is lost. */
export type Fault = 'reset' | 'after' | '503' | '500' | '409' | 'stale';
export type Answer = { Status: string; Reason: string; PhysicalResourceId: string; [name: string]: string };

/** A bucket that keeps its replication configuration as it was sent. */
export class FakeBucket {
  public configuration?: string;
  public versioning = '';
  public exists = true;
  public region = 'us-east-1';
  public readonly owner = '111111111111';
  /** Whether the function may use it. */
  public isAllowed = true;
  public faults: { readonly rate: number; readonly kinds: readonly Fault[] } = { rate: 0, kinds: [] };
  /** How old a stale read is, in milliseconds. */
  public staleness = 0;
  public readonly requests: string[] = [];
  public readonly bodies: string[] = [];
  private readonly past: { readonly until: number; readonly configuration?: string }[] = [];
  /** An answer that comes before all others; undefined lets the request pass. */
  public script: (method: string) => [status: number, code: string, message?: string] | undefined = () => undefined;
  /** After each write. */
  public onWrite: (bucket: FakeBucket) => void = () => undefined;

  public set(configuration: string | undefined): void {
    this.past.push({ until: Date.now(), configuration: this.configuration });
    this.configuration = configuration;
  }

  public asOf(time: number): string | undefined {
    const then = this.past.find(({ until }) => until > time);
    return then ? then.configuration : this.configuration;
  }
}

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI', sessionToken: 'tok/en+=' };
const { sha256 } = new S3Client({ region: 'us-east-1' }).config;
const SIGNER = { service: 's3', sha256, credentials: CREDENTIALS, uriEscapePath: false };

/**
 * A small S3 over HTTP, and the place to which the function answers. It checks what S3 checks: signatures (with the
 * SDK's signer), checksums, the owner, and that ids and priorities are unique.
 */
export class FakeS3 {
  public readonly buckets = new Map<string, FakeBucket>();
  /** How often CloudFormation refuses an answer before it takes it. */
  public refusedAnswers = 0;
  private readonly answers = new Map<string, (answer: Answer) => void>();
  private readonly server: Server = createServer((request, response) => void this.serve(request, response));
  private readonly signers = new Map<string, SignatureV4>();
  private endpoint = '';

  public constructor(private readonly random: () => number = Math.random) {}

  public async start(): Promise<void> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    this.endpoint = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    Object.assign(process.env, {
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_SESSION_TOKEN: CREDENTIALS.sessionToken,
    });
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  public bucket(name: string): FakeBucket {
    const bucket = this.buckets.get(name) ?? new FakeBucket();
    this.buckets.set(name, bucket);
    return bucket;
  }

  /** A URL for one answer, and that answer. */
  public expectAnswer(): { url: string; answer: Promise<Answer> } {
    const path = `/answers/${this.answers.size}`;
    const answer = new Promise<Answer>((done) => this.answers.set(path, done));
    return { url: `${this.endpoint}${path}?X-Amz-Signature=secret`, answer };
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request).catch(() => undefined);
    if (body === undefined) {
      return; // the client has left
    }
    const { pathname, searchParams } = new URL(request.url!, this.endpoint);
    const answer = this.answers.get(pathname);
    if (answer) {
      response.writeHead(this.refusedAnswers-- > 0 ? 503 : 200).end();
      if (this.refusedAnswers < 0 && request.headers['content-type'] === '') {
        answer(JSON.parse(body.toString()));
      }
      return;
    }
    const bucket = this.buckets.get(pathname.slice(1).replace(/\/$/, ''));
    const method = request.method!;
    const refuse = (status: number, code: string, message = code, headers = {}) => {
      response.writeHead(status, { 'content-type': 'application/xml', ...headers });
      response.end(`<?xml version="1.0"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
    };
    const subresource = searchParams.has('versioning') ? 'versioning' : 'replication';
    bucket?.requests.push(`${method} ${subresource}`);
    const forged = await this.forgery(request, body);
    if (forged) {
      return refuse(403, 'SignatureDoesNotMatch', forged);
    }
    if (!bucket?.exists) {
      return refuse(404, 'NoSuchBucket', 'The specified bucket does not exist');
    }
    if (!request.headers.authorization!.includes(`/${bucket.region}/s3/`)) {
      return refuse(301, 'PermanentRedirect', 'elsewhere', { 'x-amz-bucket-region': bucket.region });
    }
    if (!bucket.isAllowed || request.headers['x-amz-expected-bucket-owner'] !== bucket.owner) {
      return refuse(403, 'AccessDenied', 'Access Denied');
    }
    const scripted = bucket.script(method);
    if (scripted) {
      return refuse(...scripted);
    }
    const fault =
      this.random() < bucket.faults.rate
        ? bucket.faults.kinds[Math.floor(this.random() * bucket.faults.kinds.length)]
        : '';
    switch (fault) {
      case 'reset':
        return void request.socket.destroy();
      case '503':
        return refuse(503, 'SlowDown', 'Please reduce your request rate.');
      case '500':
        return refuse(500, 'InternalError');
      case '409':
        return refuse(409, 'OperationAborted', 'A conflicting conditional operation is currently in progress');
    }
    await pause(this.random() * 3);
    if (response.destroyed) {
      return; // S3 may do it all the same, but within the time that the client gave it
    }
    if (subresource === 'versioning') {
      bucket.versioning = method === 'PUT' ? /<Status>(\w+)</.exec(body.toString())![1] : bucket.versioning;
      return void response.end(
        `<VersioningConfiguration ${NS}>${bucket.versioning && `<Status>${bucket.versioning}</Status>`}</VersioningConfiguration>`,
      );
    }
    if (method === 'GET') {
      const there = fault === 'stale' ? bucket.asOf(Date.now() - bucket.staleness) : bucket.configuration;
      return there === undefined ? refuse(404, 'ReplicationConfigurationNotFoundError') : void response.end(there);
    }
    const wrong = method === 'PUT' ? misconfigured(body.toString()) : undefined;
    if (wrong) {
      return refuse(400, 'InvalidRequest', wrong);
    }
    bucket.bodies.push(body.toString());
    bucket.set(method === 'PUT' ? body.toString() : undefined);
    bucket.onWrite(bucket);
    if (fault === 'after') {
      return void request.socket.destroy();
    }
    response.writeHead(method === 'PUT' ? 200 : 204).end();
  }

  /** What is wrong with the signature or a checksum. */
  private async forgery(request: IncomingMessage, body: Buffer): Promise<string | undefined> {
    const { authorization = '', 'x-amz-date': date = '', ...headers } = request.headers as Record<string, string>;
    const [, region, names] = /\/(\S+?)\/s3\/aws4_request, SignedHeaders=(\S+?),/.exec(
      authorization.replace(/Credential=[^/]+\/\d+/, ''),
    ) ?? ['', '', ''];
    if (!region) {
      return 'not signed';
    }
    const signer = this.signers.get(region) ?? new SignatureV4({ ...SIGNER, region });
    this.signers.set(region, signer);
    const url = new URL(request.url!, this.endpoint);
    const signed = await signer.sign(
      {
        method: request.method!,
        protocol: 'http:',
        hostname: url.hostname,
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: Object.fromEntries(
          names
            .split(';')
            .filter((name) => name in headers)
            .map((name) => [name, headers[name]]),
        ),
        body: body.length > 0 ? body : undefined,
      },
      { signingDate: new Date(date.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z')) },
    );
    if (signed.headers.authorization !== authorization) {
      return `${authorization} instead of ${signed.headers.authorization}`;
    }
    if (headers['x-amz-content-sha256'] !== createHash('sha256').update(body).digest('hex')) {
      return 'another body';
    }
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    const sums = [sum.toString('base64'), createHash('md5').update(body).digest('base64')]; // the second one by older SDKs
    const sent = headers['x-amz-checksum-crc32'] ?? headers['content-md5'];
    return request.method === 'PUT' && !sums.includes(sent) ? 'no checksum' : undefined;
  }
}

export const NS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
export const ROLE = 'arn:aws:iam::111111111111:role/replication';

export function document(rules: readonly string[], role = ROLE): string {
  const content = `<Role>${role}</Role>${rules.join('')}`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ReplicationConfiguration ${NS}>${content}</ReplicationConfiguration>`;
}

/** The rules of a document, as they are written. None of the tests has a rule within a rule. */
export function rulesOf(configuration: string | undefined): string[] {
  return configuration?.match(/<Rule>[^]*?<\/Rule>/g) ?? [];
}

export function idOf(rule: string): string {
  return /<ID>([^<]*)</.exec(rule)?.[1] ?? '';
}

function misconfigured(configuration: string): string | undefined {
  const rules = rulesOf(configuration);
  const repeated = (values: readonly unknown[]) => new Set(values).size < values.length;
  if (rules.length === 0 || !configuration.includes('<Role>arn:')) {
    return 'The XML you provided was not well-formed or did not validate against our published schema';
  }
  if (repeated(rules.map(idOf))) {
    return 'Rule Id must be unique';
  }
  if (repeated(rules.map((rule) => /<Priority>(\d+)</.exec(rule)?.[1] ?? rule))) {
    return 'Found duplicate priorities';
  }
  return new Set(rules.map((rule) => rule.includes('<Filter'))).size > 1 ? 'Mixed versions' : undefined;
}
