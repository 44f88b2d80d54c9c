// SPDX-License-Identifier: Apache-2.0
import { custom_resources as custom, Lazy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { BatchReplication } from './batch-replication';
import { hashOf } from '../app/hash';
import { SourceAnchor } from '../flows/source';

/**
 * Starts the machine when the stack is deployed with rules that replicate something else than before, and never when it
 * is deleted. CloudFormation may call twice, and roll back: the machine makes one job of it.
 */
export function startOnDeployment(at: Construct, source: SourceAnchor, batch: BatchReplication, run: string): void {
  const { stateMachineArn } = batch.machine.stateMachine;
  const rules = Lazy.string({ produce: () => rulesHash(source) });
  const start = {
    service: 'SFN',
    action: 'startExecution',
    parameters: { stateMachineArn, input: `{"run":"${run}","deployed":true,"rules":"${rules}"}` },
    physicalResourceId: custom.PhysicalResourceId.of('Start'),
    outputPaths: [],
  };
  const starts = new custom.AwsCustomResource(at, 'Start', {
    onCreate: start,
    onUpdate: start,
    policy: custom.AwsCustomResourcePolicy.fromSdkCalls({ resources: [stateMachineArn] }),
    installLatestAwsSdk: false,
  });
  batch.holdBack(starts.node.findChild('Resource') as Construct);
}

/** Of what rules replicate; not of how replicas are stored, because nothing is copied again for that. */
function rulesHash(source: SourceAnchor): string {
  const rules = source
    .renderedRules()
    .filter(({ status }) => status === 'Enabled')
    .map(({ filter, deleteMarkerReplication, sourceSelectionCriteria, destination }) => {
      const { bucket } = destination as { bucket: string };
      return { filter, deleteMarkerReplication, sourceSelectionCriteria, bucket };
    });
  return hashOf(Stack.of(source).resolve(rules), 16);
}
