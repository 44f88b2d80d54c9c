// SPDX-License-Identifier: Apache-2.0
import { BucketFacts, RuleFacts } from '../flows/facts';
import { Findings, error } from '../messages/finding';

/** A bucket of the app that comes in by its literal name. Others do not know that it is one of them. */
export function importsOwn({ name, importOf }: BucketFacts): Findings {
  return (
    importOf &&
    error('importsOwnBucket', {
      saw: `${name} imports ${importOf.name} of this app`,
      because:
        'a bucket that is imported by its name gets no versioning, policies and checks, and is not deployed first',
      instead: 'give that construct instead of the import',
    })
  );
}

/** A source of any account knows no more of its archive than the name; the app of the archive takes care of the rest. */
export function destinationImportsOwn({ destination, byPrefix }: RuleFacts): Findings {
  return byPrefix && destination.importOf?.receives ? undefined : importsOwn(destination);
}
