// SPDX-License-Identifier: Apache-2.0
import { Stage, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { SourceAnchor } from './source';
import { BucketEnd } from '../app/bucket';

/** The imported sources of a Stage by their names; a property of the Stage, which copies of this library share. */
const SOURCES = Symbol.for('cdk-s3-replication.importedSources');

/** The replication of a bucket; of an imported one also by another import of it. */
export function anchorOf(source: BucketEnd): SourceAnchor | undefined {
  const { cfn, ref } = source;
  return cfn ? SourceAnchor.find(cfn) : (SourceAnchor.find(ref) ?? known(source).get(nameIn(source)));
}

export function rememberImport(anchor: SourceAnchor): void {
  const { end } = anchor;
  if (!end.cfn) {
    known(end).set(nameIn(end), anchor);
  }
}

function known({ ref }: BucketEnd): Map<string, SourceAnchor> {
  const stage = (Stage.of(ref) ?? ref.node.root) as IConstruct & { [SOURCES]?: Map<string, SourceAnchor> };
  return (stage[SOURCES] ??= new Map());
}

/** A text says the same everywhere, a token in its own stack. */
function nameIn({ ref, stack }: BucketEnd): string {
  const { bucketName } = ref.bucketRef;
  return Token.isUnresolved(bucketName) ? JSON.stringify([stack.node.path, stack.resolve(bucketName)]) : bucketName;
}
