// SPDX-License-Identifier: Apache-2.0
import { Construct, Dependable, IConstruct } from 'constructs';
import { SourceAnchor } from './source';

const ANCHORS = Symbol('cdk-s3-replication.anchors');

/**
 * Makes a construct stand for a replication whose resources are elsewhere, below a bucket for example: whoever depends on it waits
 * for bucket, role and policy, and these wait for what it depends on. CDK itself looks below the construct only.
 */
export function standIn(construct: Construct & { [ANCHORS]?: Set<SourceAnchor> }, anchor: SourceAnchor): void {
  const { root } = anchor;
  if (root.node.scopes.includes(construct)) {
    return;
  }
  const anchors = (construct[ANCHORS] ??= standingFor(construct));
  if (anchors.has(anchor)) {
    return;
  }
  anchors.add(anchor);
  const before = {};
  Dependable.implement(before, {
    get dependencyRoots() {
      return construct.node.dependencies.filter((it) => !includes(it, root));
    },
  });
  root.node.addDependency(before);
}

function standingFor(construct: Construct): Set<SourceAnchor> {
  const anchors = new Set<SourceAnchor>();
  Dependable.implement(construct, {
    get dependencyRoots() {
      return [construct, ...[...anchors].map(({ root }) => root)];
    },
  });
  return anchors;
}

/** A bucket cannot wait for what it is a part of: its replication configuration comes with it. */
function includes(before: IConstruct, root: IConstruct): boolean {
  return Dependable.of(before).dependencyRoots.some((it) => root.node.scopes.includes(it));
}
