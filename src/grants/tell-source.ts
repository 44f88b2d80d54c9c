// SPDX-License-Identifier: Apache-2.0
import { Annotations, CfnOutput, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { BucketEnd } from '../app/bucket';
import { givenName } from '../app/bucket-name';
import { KeyPointer } from '../app/key';
import { DestinationAnchor } from '../flows/destination';

/** What the other account must know to replicate into a bucket of this app: on synthesis, and as outputs on request. */
export function tellSource({ cfn, account, region }: BucketEnd, key: KeyPointer | undefined, outputs: boolean): void {
  if (!cfn) {
    return;
  }
  const facts: Record<string, string> = {
    BucketName: givenName(cfn) ?? cfn.ref,
    Account: account,
    Region: region,
    ...(key ? { KeyArn: 'cfn' in key ? key.cfn.attrArn : key.arn } : {}),
  };
  const shown = Object.entries(facts).map(
    ([what, value]) => `${what} ${Token.isUnresolved(value) ? '(deployed)' : value}`,
  );
  const open = Object.values(facts).some((value) => Token.isUnresolved(value));
  const anchor = DestinationAnchor.find(cfn)!;
  const text =
    `The app of the source imports this bucket with Bucket.fromBucketAttributes(): ${shown.join(', ')}` +
    (open && !outputs ? '. With outputs: true the stack has outputs for what is known when it is deployed' : '');
  if (!anchor.told.has(text)) {
    anchor.told.add(text);
    Annotations.of(cfn).addInfoV2('cdk-s3-replication:tellSource', text);
  }
  if (outputs && !anchor.node.tryFindChild('Outputs')) {
    const scope = new Construct(anchor, 'Outputs');
    for (const [what, value] of Object.entries(facts)) {
      new CfnOutput(scope, what, { value, description: `For the app that replicates into ${cfn.node.path}` });
    }
  }
}
