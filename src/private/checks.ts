import { SourceAnchor } from './anchors';
export function validateReplication(anchor: SourceAnchor): string[] {
  anchor.synthesized = true;
  return [];
}
