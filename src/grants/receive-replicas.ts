// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3 } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { checkVersioning, enableVersioning } from '../buckets/versioning';
import { acknowledgeReplica } from '../checks/nag';
import { checkStackSize } from '../checks/stack-size';
import { validateDestination } from '../checks/validate';
import { DestinationAnchor } from '../flows/destination';

/**
 * What a bucket of this app needs to receive replicas: versioning, its checks, and no finding about not being
 * replicated itself.
 */
export function receiveReplicas(at: IConstruct, bucket: s3.CfnBucket): DestinationAnchor {
  checkVersioning(at, bucket, 'destination');
  enableVersioning(bucket);
  acknowledgeReplica(bucket);
  checkStackSize(bucket.stack);
  return DestinationAnchor.of(bucket, () => validateDestination(bucket));
}
