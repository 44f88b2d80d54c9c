// SPDX-License-Identifier: Apache-2.0
import { Annotations, CfnOutput, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { BucketEnd } from '../app/bucket';
import { givenName, lateName } from '../app/bucket-name';
import { KeyPointer } from '../app/key';
import { whenFinal } from '../app/rendered';
import { DestinationAnchor } from '../flows/destination';

/** What the other account must know to replicate into a bucket of this app: on synthesis, and as outputs on request. */
export function tellSource(end: BucketEnd, keyNow: () => KeyPointer | undefined, outputs: boolean): void {
  const { cfn } = end;
  if (!cfn) {
    return;
  }
  const anchor = DestinationAnchor.find(cfn)!;
  // the name and the key may still change
  whenFinal(cfn, () => {
    const facts = Object.entries(Stack.of(cfn).resolve(factsOf(end, keyNow())));
    const shown = facts.map(([what, value]) => `${what} ${typeof value === 'string' ? value : '(deployed)'}`);
    const open = facts.some(([, value]) => typeof value !== 'string');
    const text =
      `The app of the source imports this bucket with Bucket.fromBucketAttributes(): ${shown.join(', ')}` +
      (open && !outputs ? '. With outputs: true the stack has outputs for what is known when it is deployed' : '');
    if (!anchor.told.has(text)) {
      anchor.told.add(text);
      Annotations.of(cfn).addInfoV2('cdk-s3-replication:tellSource', text);
    }
  });
  if (outputs && !anchor.node.tryFindChild('Outputs')) {
    const scope = new Construct(anchor, 'Outputs');
    for (const [what, value] of Object.entries(factsOf(end, keyNow()))) {
      new CfnOutput(scope, what, { value, description: `For the app that replicates into ${cfn.node.path}` });
    }
  }
}

function factsOf({ cfn, account, region }: BucketEnd, key: KeyPointer | undefined): Record<string, string> {
  const name = givenName(cfn!);
  return {
    BucketName: name === undefined ? cfn!.ref : lateName(cfn!, name),
    Account: account,
    Region: region,
    ...(key ? { KeyArn: 'cfn' in key ? key.cfn.attrArn : key.arn } : {}),
  };
}
