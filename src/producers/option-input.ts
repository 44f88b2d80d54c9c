// SPDX-License-Identifier: Apache-2.0
import { Token } from 'aws-cdk-lib';
import { REGION } from '../app/environment';
import { awaitsLookup, hasForm } from '../app/lookup';
import { Mistake, mistake } from '../messages/mistake';

/** Regions, accounts and names are looked for in keys and conditions, which are composed of their text. */
type Check = (value: string) => Omit<Mistake, 'saw'> | undefined;

/** Options of a producer as they are checked: all that are texts have to be literal. */
export class LogInput {
  /** @param factory how the user wrote it, for messages */
  constructor(private readonly factory: string) {}

  /** Sorted and without duplicates; undefined when not given. */
  public accounts(prop: string, values: readonly string[] | undefined): string[] | undefined {
    return this.list(prop, values, matching(/^\d{12}$/, ACCOUNT));
  }

  public account(prop: string, value: string): string {
    return this.text(prop, value, matching(/^\d{12}$/, ACCOUNT));
  }

  public regions(prop: string, values: readonly string[] | undefined): string[] | undefined {
    return this.list(
      prop,
      values,
      matching(REGION, {
        because: 'the condition on what is logged names a region by its code',
        instead: "write for example 'eu-west-1'",
      }),
    );
  }

  public region(prop: string, value: string | undefined): string[] | undefined {
    return this.regions(prop, value === undefined ? undefined : [value]);
  }

  public names(
    prop: string,
    values: readonly string[] | undefined,
    form: RegExp,
    instead: string,
  ): string[] | undefined {
    return this.list(prop, values, matching(form, { because: 'the condition on what is logged names it', instead }));
  }

  public organization(prop: string, value: string): string {
    return this.text(
      prop,
      value,
      matching(/^o-[a-z0-9]{10,32}$/, {
        because: 'the keys of an organization trail start with the id of the organization',
        instead: "write it like 'o-a1b2c3d4e5'",
      }),
    );
  }

  /** The prefix as a folder, with a slash at its end. */
  public folder(value: string | undefined, reserved?: RegExp): string {
    if (value === undefined) {
      return '';
    }
    const checked = this.text('prefix', value, (prefix) =>
      !hasForm(/^[^/]+(\/[^/]+)*$/, prefix)
        ? {
            because:
              'the service puts a slash between the prefix and its own folders, so keys would have an empty folder',
            instead: "write it without a slash at its ends, like 'logs' or 'logs/production', or omit prefix",
          }
        : reserved?.test(prefix) && !awaitsLookup(prefix)
          ? { because: 'the service adds AWSLogs itself, and refuses it in a prefix', instead: 'leave it out' }
          : tooLong(prefix),
    );
    return `${checked}/`;
  }

  /** The prefix as it is. */
  public prefix(value: string | undefined): string {
    return value === undefined ? '' : this.text('prefix', value, tooLong);
  }

  private list(prop: string, values: readonly string[] | undefined, check: Check): string[] | undefined {
    if (values?.length === 0) {
      throw mistake(this.factory, {
        saw: `an empty list of ${prop}`,
        because: 'nothing could be delivered',
        instead: `name at least one, or omit ${prop}`,
      });
    }
    return values && [...new Set(values.map((value) => this.text(prop, value, check)))].sort();
  }

  private text(prop: string, value: string, check: Check): string {
    const wrong = Token.isUnresolved(value)
      ? {
          because:
            'policies are composed of its text, and a reference to what delivers into the bucket would be circular',
          instead: 'write it as text',
        }
      : check(value);
    if (wrong) {
      throw mistake(this.factory, {
        saw: `${prop} ${Token.isUnresolved(value) ? 'that is not known at synthesis' : `'${value}'`}`,
        ...wrong,
      });
    }
    return value;
  }
}

const ACCOUNT = {
  because: 'policies and keys name an account by its 12 digits',
  instead: "write the number of the account, for example '111111111111'",
};

const matching =
  (form: RegExp, wrong: Omit<Mistake, 'saw'>): Check =>
  (value) =>
    hasForm(form, value) ? undefined : wrong;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const tooLong: Check = (prefix) =>
  Buffer.byteLength(prefix) <= 512
    ? undefined
    : {
        because: 'a key has at most 1,024 bytes, and the service adds names of its own',
        instead: 'use a prefix of at most 512 bytes',
      };
