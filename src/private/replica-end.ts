// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3 } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { DestinationAnchor } from './anchors';
import { destinationErrors } from './check-configuration';
import { acknowledgeReplica } from './nag';
import { enableVersioning } from './versioning';

/** What a bucket of this app needs to receive replicas: versioning, its checks, and no finding about not being replicated itself. */
export function receiveReplicas(at: IConstruct, bucket: s3.CfnBucket): DestinationAnchor {
  enableVersioning(at, bucket, 'destination');
  acknowledgeReplica(bucket);
  return DestinationAnchor.of(bucket, () => destinationErrors(bucket));
}
