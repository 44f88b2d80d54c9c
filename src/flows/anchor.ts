// SPDX-License-Identifier: Apache-2.0
import { Construct, IConstruct } from 'constructs';

/** Tells an anchor, also one of another copy of this library, from a construct that users put into an L1 bucket. */
const ANCHOR = Symbol.for('cdk-s3-replication.anchor');

/** Remembers what a bucket takes part in: a child of the bucket resource, or of the import of
 * a bucket, with a fixed id, so that it is found again. */
export abstract class Anchor extends Construct {
  /** What comes later would not be in the template. */
  public synthesized = false;

  /** @param validate the errors of the bucket, asked for once when its Stage is synthesized */
  protected constructor(bucket: IConstruct, id: string, validate: () => string[]) {
    super(bucket as Construct, id);
    Object.defineProperty(this, ANCHOR, { value: true });
    this.node.addValidation({
      validate: () => {
        this.synthesized = true;
        return validate();
      },
    });
  }
}

export function findAnchor<T extends Anchor>(bucket: IConstruct, id: string): T | undefined {
  const child: IConstruct | undefined = bucket.node.tryFindChild(id);
  return child && ANCHOR in child ? (child as IConstruct as T) : undefined;
}
