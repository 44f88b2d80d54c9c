// SPDX-License-Identifier: Apache-2.0
import { Arn, ArnFormat, CfnResource, Stack, Token } from 'aws-cdk-lib';
import { resourceBehind } from './resource';

/** A topic, a queue or a function that is told something, as far as its ARN says where it is. */
interface ToldTarget {
  /** Of the app. */
  readonly resource?: CfnResource;
  /** Undefined when it is not known. */
  readonly region?: string;
  readonly fifo: boolean;
}

export function toldTarget(arn: string): ToldTarget {
  const resource = resourceBehind(arn, 'AWS::SNS::Topic', 'AWS::SQS::Queue', 'AWS::Lambda::Function');
  const { fifoTopic, fifoQueue } = (resource ?? {}) as { fifoTopic?: unknown; fifoQueue?: unknown };
  const literal = Token.isUnresolved(arn) ? undefined : Arn.split(arn, ArnFormat.NO_RESOURCE_NAME);
  return {
    resource,
    region: resource ? Stack.of(resource).region : literal?.region,
    fifo: fifoTopic === true || fifoQueue === true || literal?.resource.endsWith('.fifo') === true,
  };
}
