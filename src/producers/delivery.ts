// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, Token } from 'aws-cdk-lib';
import { logBucketFindings, logsToItself, nameMistake } from './bucket-checks';
import { DeliveryStatement, LogTarget, deliveryStatements, keyUseStatements } from './delivery-statements';
import { LogBucket } from './log-bucket';
import { LogProducerSpec } from './spec';
import { BucketEnd, bucketEnd, nameOf } from '../app/bucket';
import { defaultEncryption, keyFor } from '../app/encryption';
import { compare, shown } from '../app/environment';
import { KeyPointer } from '../app/key';
import { bucketAttribute } from '../app/references';
import { deployedStack } from '../app/stacks';
import { importsOwn } from '../checks/imports';
import { readEnd } from '../flows/read-facts';
import { Mistake, mistake } from '../messages/mistake';
import { report } from '../messages/report';
import { addOrHandOver } from '../permissions/hand-over';

/** Throws when a service cannot write its logs into a bucket, as far as that is known already. */
export function checkDelivery(spec: LogProducerSpec, bucket: s3.IBucketRef): void {
  const end = bucketEnd(bucket);
  const wrong =
    (spec.source.buckets ?? [])
      .map((from) => loggedMistake(end, bucketEnd(from)))
      .find((found) => found !== undefined) ??
    (end.cfn ? undefined : nameMistake(nameOf(end), spec, importedName(bucket)));
  if (wrong) {
    throw mistake(end.cfn ?? bucket, wrong);
  }
}

/**
 * Lets a service write its logs: adds to the policy of the bucket, and to that of the key that they are encrypted with.
 */
export function allowDelivery(spec: LogProducerSpec, bucket: s3.IBucketRef): void {
  const end = bucketEnd(bucket);
  const logged = (spec.source.buckets ?? []).map(bucketEnd);
  checkDelivery(spec, bucket);
  const target: LogTarget = {
    bucketArn: end.cfn ? end.cfn.attrArn : bucket.bucketRef.bucketArn,
    account: end.account,
    region: end.region,
    loggedBucketArns: logged.map((from) => bucketAttribute(end.stack, from, 'arn')),
  };
  const key = spec.keyUses && keyFor(end, spec.encryptionKey);

  // not the ids of ReplicaGrants: who acknowledges one has not done the other
  add(end, bucket, 'logBucketTakesNoPolicy', deliveryStatements(spec, target));
  if (key) {
    add(end, key, 'logKeyTakesNoPolicy', keyUseStatements(spec, target));
  }
  if (end.cfn) {
    remembered(end.cfn).deliveries.push({ spec, key: key !== undefined });
  } else {
    bucket.node.addValidation({ validate: () => report(bucket, importsOwn(readEnd(end))) });
  }
  if (spec.keyUses && !key && end.cfn && defaultEncryption(end.cfn).kind === 'unknown') {
    addOrHandOver(end, undefined, 'logKeyTakesNoPolicy', 'log', keyUseStatements(spec, target));
  }
}

/** A token says nothing about how the name begins. */
function importedName(bucket: s3.IBucketRef): unknown {
  const { bucketName } = bucket.bucketRef;
  return Token.isUnresolved(bucketName) ? {} : bucketName;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html */
function loggedMistake(end: BucketEnd, from: BucketEnd): Mistake | undefined {
  if (end.cfn ? from.cfn === end.cfn : from.ref === end.ref) {
    return logsToItself(nameOf(end));
  }
  for (const what of ['account', 'region'] as const) {
    if (compare(from[what], end[what]) === 'different') {
      return {
        saw: `server access logs of ${nameOf(from)} in ${what} ${shown(from[what])} into ${nameOf(end)} in ${what} ${shown(end[what])}`,
        because: 'S3 delivers server access logs within one account and one region only',
        instead: `use a bucket for logs in ${what} ${shown(from[what])}, and replicate it`,
      };
    }
  }
  const named = !from.cfn || !Token.isUnresolved(bucketAttribute(end.stack, from, 'name'));
  return named || deployedStack(from.stack) === deployedStack(end.stack)
    ? undefined
    : {
        saw: `loggedBuckets with ${nameOf(from)}, which is in another stack and has no name of its own`,
        because: 'the logged bucket refers to the bucket with its logs, so that each stack would wait for the other',
        instead:
          'give the logged bucket a bucketName, or omit loggedBuckets: any bucket of the account may then deliver its logs',
      };
}

/** What was added for the bucket already is not added again. */
function add(end: BucketEnd, to: s3.IBucketRef | KeyPointer, id: string, statements: DeliveryStatement[]): void {
  const known = end.cfn && remembered(end.cfn).statements;
  const added = statements.filter(({ Sid }) => !known?.has(Sid));
  statements.forEach(({ Sid }) => known?.add(Sid));
  addOrHandOver(end, to, id, 'log', added);
}

const remembered = (bucket: s3.CfnBucket) =>
  LogBucket.of(bucket, (deliveries) => report(bucket, logBucketFindings(bucket, deliveries)));
