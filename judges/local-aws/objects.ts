import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { ACCOUNT, Caller, LocalAws, REGION } from './server';

// the SDK says on every run which version of Node.js it will want next year
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

export type Tags = Record<string, string>;

/** One bucket, as its owner sees it from its region. */
export interface BucketThere {
  readonly s3: S3Client;
  readonly name: string;
}

/** How an object looks from outside. */
export interface Sight {
  /** S3's replication status; `none` without one, `deleted` behind a delete marker. */
  readonly status: 'PENDING' | 'COMPLETED' | 'FAILED' | 'REPLICA' | 'none' | 'deleted' | 'absent';
  readonly versionId?: string;
  readonly tags?: Tags;
  readonly size?: number;
  readonly storageClass?: string;
  readonly kmsKey?: string;
}

export function s3Client(aws: LocalAws, { account = ACCOUNT, region = REGION }: Caller = {}): S3Client {
  const credentials = { accessKeyId: account, secretAccessKey: 'local' };
  const requestHandler = aws.agent && { httpsAgent: aws.agent };
  return new S3Client({ region, endpoint: aws.endpoint, forcePathStyle: true, credentials, requestHandler });
}

/** Writes a small object, and returns its version. */
export async function write({ s3, name }: BucketThere, key: string, tags?: Tags): Promise<string | undefined> {
  const Tagging = tags && new URLSearchParams(tags).toString();
  return (await s3.send(new PutObjectCommand({ Bucket: name, Key: key, Body: key, Tagging }))).VersionId;
}

/** Writes an object in two parts, the first one of the least size that S3 takes. */
export async function writeInParts({ s3, name }: BucketThere, key: string): Promise<string | undefined> {
  const at = { Bucket: name, Key: key };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(at));
  const Parts = [];
  for (const [i, size] of [5 * 1024 * 1024, 10].entries()) {
    const part = { ...at, UploadId, PartNumber: i + 1, Body: Buffer.alloc(size, 'x') };
    const { ETag } = await s3.send(new UploadPartCommand(part));
    Parts.push({ ETag, PartNumber: i + 1 });
  }
  const done = { ...at, UploadId, MultipartUpload: { Parts } };
  return (await s3.send(new CompleteMultipartUploadCommand(done))).VersionId;
}

/** Copies an object inside of its bucket, with its tags. */
export async function copy({ s3, name }: BucketThere, from: string, to: string): Promise<string | undefined> {
  return (await s3.send(new CopyObjectCommand({ Bucket: name, Key: to, CopySource: `${name}/${from}` }))).VersionId;
}

/** Puts a delete marker on an object, or takes a version away for good. */
export async function remove({ s3, name }: BucketThere, key: string, VersionId?: string): Promise<void> {
  await s3.send(new DeleteObjectCommand({ Bucket: name, Key: key, VersionId }));
}

/** Takes away all versions of all objects. */
export async function empty(bucket: BucketThere): Promise<void> {
  const listed = await bucket.s3.send(new ListObjectVersionsCommand({ Bucket: bucket.name }));
  for (const { Key, VersionId } of [...(listed.Versions ?? []), ...(listed.DeleteMarkers ?? [])]) {
    await remove(bucket, Key!, VersionId);
  }
}

/** Looks at the current version of an object, once S3 has decided about it. */
export async function look(bucket: BucketThere, key: string, patience = 5_000): Promise<Sight> {
  const deadline = Date.now() + patience;
  for (;;) {
    const sight = await glance(bucket, key);
    if (sight.status !== 'PENDING' || Date.now() > deadline) return sight;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The ids of an object's versions, delete markers left out, newest first. */
export async function versions({ s3, name }: BucketThere, key: string): Promise<string[]> {
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: name, Prefix: key }));
  return Versions.filter((it) => it.Key === key).map((it) => it.VersionId!);
}

/** What one version of an object holds. */
export async function read({ s3, name }: BucketThere, key: string, VersionId: string): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: name, Key: key, VersionId }));
  return Body!.transformToString();
}

async function glance({ s3, name }: BucketThere, key: string): Promise<Sight> {
  const at = { Bucket: name, Key: key };
  try {
    const head = await s3.send(new HeadObjectCommand(at));
    const { TagSet = [] } = await s3.send(new GetObjectTaggingCommand(at));
    return {
      status: (head.ReplicationStatus as Sight['status'] | undefined) ?? 'none',
      versionId: head.VersionId,
      tags: Object.fromEntries(TagSet.map(({ Key, Value }) => [Key, Value])),
      size: head.ContentLength,
      storageClass: head.StorageClass,
      kmsKey: head.SSEKMSKeyId,
    };
  } catch (error) {
    if ((error as { name: string }).name !== 'NotFound') throw error;
    const { DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: name, Prefix: key }));
    return { status: DeleteMarkers.some((it) => it.Key === key && it.IsLatest) ? 'deleted' : 'absent' };
  }
}
