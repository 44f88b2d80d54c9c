// SPDX-License-Identifier: Apache-2.0
import { Token } from 'aws-cdk-lib';
import { mistake } from '../messages/mistake';

/**
 * Which objects of the source bucket a replication rule applies to.
 *
 * S3 looks at an object once, when it is written: a tag filter sees only the tags that are part of
 * that write, not tags which are added later, and objects that exist already are not replicated.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html
 */
export class ReplicationFilter {
  /** Every object of the source bucket. */
  public static all(): ReplicationFilter {
    return new ReplicationFilter('', {});
  }

  /**
   * The objects whose key starts with a prefix.
   *
   * The prefix is compared literally: `*` and `?` are ordinary characters of a key.
   *
   * @param prefix what the object key starts with, for example `reports/`; at most 1,024 bytes in UTF-8
   */
  public static prefix(prefix: string): ReplicationFilter {
    return new ReplicationFilter(checkedPrefix(prefix), {});
  }

  /**
   * The objects that carry all of the given tags, with exactly these values, when they are written.
   *
   * S3 cannot combine a tag filter with delete marker replication.
   *
   * @param tags object tags: 1 to 10, keys of 1 to 128 and values of at most 256 characters
   */
  public static tags(tags: { [key: string]: string }): ReplicationFilter {
    return new ReplicationFilter('', checkedTags(tags));
  }

  /**
   * The objects whose key starts with a prefix and that carry all of the given tags when they are written.
   *
   * @param prefix what the object key starts with; at most 1,024 bytes in UTF-8
   * @param tags object tags: 1 to 10, keys of 1 to 128 and values of at most 256 characters
   */
  public static prefixAndTags(prefix: string, tags: { [key: string]: string }): ReplicationFilter {
    return new ReplicationFilter(checkedPrefix(prefix), checkedTags(tags));
  }

  /** @internal */
  public readonly _prefix: string;

  /**
   * Sorted by key: Java and Go do not keep the order of a map.
   * @internal
   */
  public readonly _tags: Array<{ readonly key: string; readonly value: string }>;

  private constructor(prefix: string, tags: { [key: string]: string }) {
    this._prefix = prefix;
    this._tags = Object.keys(tags)
      .sort()
      .map((key) => ({ key, value: tags[key] }));
  }
}

function checkedPrefix(prefix: string): string {
  if (!Token.isUnresolved(prefix) && Buffer.byteLength(prefix) > 1024) {
    throw mistake('ReplicationFilter', {
      saw: `a prefix of ${Buffer.byteLength(prefix)} bytes`,
      because: 'object keys, and so prefixes, have at most 1,024 bytes',
      instead: 'use a shorter prefix',
    });
  }
  checkCharacters('prefix', prefix);
  return prefix;
}

function checkedTags(tags: { [key: string]: string }): { [key: string]: string } {
  const entries = Object.entries(tags);
  if (entries.length === 0) {
    throw mistake('ReplicationFilter', {
      saw: 'no tag',
      because: 'a tag filter needs at least one tag',
      instead: 'use ReplicationFilter.all() or .prefix() for objects with any tags',
    });
  }
  if (entries.length > 10) {
    throw mistake('ReplicationFilter', {
      saw: `${entries.length} tags`,
      because: 'an object has at most 10 tags and must carry all tags of the filter',
      instead: 'use at most 10 tags, or several rules',
    });
  }
  for (const [key, value] of entries) {
    if (
      (!Token.isUnresolved(key) && (key.length < 1 || key.length > 128)) ||
      (!Token.isUnresolved(value) && value.length > 256)
    ) {
      throw mistake('ReplicationFilter', {
        saw: `the tag '${key}' with a value of ${value.length} characters`,
        because: 'the key of an object tag has 1 to 128 characters, its value at most 256',
        instead: 'use the tag exactly as it is on the objects',
      });
    }
    if (!Token.isUnresolved(key) && key.startsWith('aws:')) {
      throw mistake('ReplicationFilter', {
        saw: `the tag '${key}'`,
        because: 'tags that begin with aws: are those of AWS, which objects that are written never carry',
        instead: 'filter by a tag of your own, or by prefix',
      });
    }
    checkCharacters('tag', `${key}=${value}`);
  }
  return tags;
}

/** The configuration reaches S3 as XML 1.0, which has no form for most control characters. */
function checkCharacters(what: string, text: string): void {
  if (!Token.isUnresolved(text) && /[\x00-\x08\x0b\x0c\x0e-\x1f]/.test(text)) {
    throw mistake('ReplicationFilter', {
      saw: `the ${what} ${JSON.stringify(text)}, which has a control character`,
      because: 'the API of S3 takes replication rules as XML, where such characters cannot be written',
      instead: 'use a shorter prefix, or other tags',
    });
  }
}
