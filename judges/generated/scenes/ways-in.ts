import { Aspects, aws_kms as kms, aws_s3 as s3, CfnResource, Lazy, Stack } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { Place, scene, Scene } from './scene';
import { ACCOUNT } from '../plan';
import { BucketReplication, ReplicatedBucketPair } from 'cdk-s3-replication';

const KMS = s3.BucketEncryption.KMS;

/** Wraps a bucket, and hands on its reference. */
class Wrapper extends Construct implements s3.IBucketRef {
  constructor(
    scope: Construct,
    id: string,
    private readonly inner: s3.Bucket,
  ) {
    super(scope, id);
  }
  public get bucketRef() {
    return this.inner.bucketRef;
  }
  public get env() {
    return this.inner.env;
  }
}

/** The ways by which a bucket of the app may come in; all of them mean the bucket. */
function by(how: string, scope: Stack, inner: s3.Bucket): s3.IBucketRef {
  switch (how) {
    case 'name token':
      return s3.Bucket.fromBucketName(scope, `${inner.node.id}ByName`, inner.bucketName);
    case 'arn token':
      return s3.Bucket.fromBucketArn(scope, `${inner.node.id}ByArn`, inner.bucketArn);
    case 'wrapper':
      return new Wrapper(scope, `${inner.node.id}Wrapped`, inner);
    case 'L1':
      return inner.node.defaultChild as s3.CfnBucket;
    default:
      return inner;
  }
}

/** Changes a bucket after everything else, as an aspect does. */
function late(at: IConstruct, bucket: s3.Bucket, change: (cfn: s3.CfnBucket) => void): void {
  Aspects.of(at).add({
    visit: (node) => {
      if (CfnResource.isCfnResource(node) && node === bucket.node.defaultChild) change(node as s3.CfnBucket);
    },
  });
}

/** What an app means although it says it in another way, or later. */
export const WAYS_IN: readonly Scene[] = [
  scene(
    'a bucket of the app that comes in by another way',
    {
      source: ['itself', 'name token', 'arn token', 'wrapper', 'L1'],
      destination: ['itself', 'name token', 'arn token', 'wrapper', 'L1'],
      where: ['one stack', 'two regions', 'two accounts'],
      kms: [false, true],
    },
    (at: Place, { source, destination, where, kms: encrypted }) => {
      const stack = at.stack('Ours');
      const other = { 'one stack': () => stack, 'two regions': () => at.stack('Other', ACCOUNT, 'eu-west-1'), 'two accounts': () => at.theirs() }[where](); // prettier-ignore
      const encryption = encrypted ? KMS : undefined;
      const from = new s3.Bucket(stack, 'From', { encryption });
      const to = new s3.Bucket(other, 'To', {
        encryption,
        bucketName: where === 'one stack' ? undefined : at.name('to'),
      });
      BucketReplication.of(by(source, stack, from)).addRule({ destination: by(destination, other, to) });
      return { rules: 1 };
    },
  ),
  scene(
    'a bucket that changes when it is replicated already',
    {
      what: ['destination renamed', 'destination encrypted', 'source encrypted', 'lazy name', 'more rules'],
      by: ['aspect', 'assignment'],
      where: ['one stack', 'two regions'],
    },
    (at, { what, by: how, where }) => {
      const stack = at.stack('Ours');
      const other = where === 'one stack' ? stack : at.stack('Other', ACCOUNT, 'eu-west-1');
      const named = what === 'destination renamed' ? at.name('before') : undefined;
      const lazy = what === 'lazy name' ? Lazy.string({ produce: () => at.name('lazy') }) : undefined;
      const key = (scope: Stack, id: string) => new kms.Key(scope, id);
      const encryptedFirst = what === 'destination encrypted';
      const from = new s3.Bucket(stack, 'From', { bucketName: lazy, encryptionKey: encryptedFirst ? key(stack, 'FromKey') : undefined }); // prettier-ignore
      const keys = { to: key(other, 'ToKey'), from: key(stack, 'LateKey') };
      const to = new s3.Bucket(other, 'To', { bucketName: named, encryptionKey: what === 'source encrypted' ? keys.to : undefined }); // prettier-ignore
      BucketReplication.of(from).addRule({ destination: to });
      if (what === 'more rules') new ReplicatedBucketPair(stack, 'Pair', { source: from });
      const encrypt = (kmsMasterKeyId: string) => (cfn: s3.CfnBucket) => {
        const serverSideEncryptionByDefault = { sseAlgorithm: 'aws:kms', kmsMasterKeyId };
        cfn.bucketEncryption = { serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault }] };
      };
      const changes: Record<string, [s3.Bucket, (cfn: s3.CfnBucket) => void]> = {
        'destination renamed': [to, (cfn) => (cfn.bucketName = at.name('after'))],
        'destination encrypted': [to, encrypt(keys.to.keyArn)],
        'source encrypted': [from, encrypt(keys.from.keyArn)],
      };
      const [bucket, change] = changes[what] ?? [];
      if (change && how === 'aspect') late(at.app, bucket, change);
      else change?.(bucket.node.defaultChild as s3.CfnBucket);
      return { rules: what === 'more rules' ? 2 : 1 };
    },
  ),
];
