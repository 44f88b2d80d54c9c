// SPDX-License-Identifier: Apache-2.0
import { BucketFacts, ReplicationFacts, RuleFacts } from '../flows/facts';
import { Findings, error, warning } from '../messages/finding';

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

export function sourceImportsOwn({ source }: ReplicationFacts): Findings {
  return importsOwn(source);
}

/**
 * The rules of an imported source can be written by its owner, too, who knows nothing of this app.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html
 */
export function sharedSource({ source: { name, properties } }: ReplicationFacts): Findings {
  return (
    properties === undefined &&
    warning(
      'importedSourceIsShared',
      `Rules are added to ${name}, which something else owns. Where that (Terraform, another stack, Landing Zone ` +
        'Accelerator) declares the replication of the bucket, it removes these rules when it is applied next; nothing tells, ' +
        'and a deployment writes them again only when they change. Declare the replication of the bucket in one place, and ' +
        'acknowledge this when it is',
    )
  );
}

/** A source of any account knows no more of its archive than the name; the app of the archive takes care of the rest. */
export function destinationImportsOwn({ destination, byPrefix }: RuleFacts): Findings {
  return byPrefix && destination.importOf?.receives ? undefined : importsOwn(destination);
}
