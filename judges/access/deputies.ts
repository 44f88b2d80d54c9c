import { Circumstances } from './calls';
import { Replication } from './replications';

/** What a destination asks of those who write replicas. */
export interface Demands {
  /** What names of roles begin with, instead of one name. */
  readonly prefix?: string;
  /** Roles of all its accounts, instead of those of some accounts. */
  readonly organization?: string;
  readonly tls?: boolean;
  /** Whether the policies of keys can tell for which bucket a key is used. */
  readonly keysKnowBuckets: boolean;
}

/** Somebody who looks like the replication role, and may do everything as far as his own policies go. */
export interface Deputy {
  readonly what: string;
  readonly arn: string;
  readonly about: Circumstances;
  readonly context: Record<string, string>;
}

const STRANGER = '333333333333';
/** In the organization, and listed where accounts are. */
export const MEMBER = '444444444444';

/** Whom a destination must not let in. */
export function deputiesOf({ role }: Replication, about: Circumstances, { prefix, organization }: Demands): Deputy[] {
  const [, start, account, path, name] = /^(arn:[^:]+:iam::)(\d+):role(\/.*?)([^/]+)$/.exec(role)!;
  const roleAt = (roleName: string, { of = account, rolePath = path } = {}) =>
    `${start}${of}:role${rolePath}${roleName}`;
  const deputy = (what: string, arn: string, more: Partial<Deputy> = {}) => ({
    what,
    arn,
    about,
    context: {},
    ...more,
  });
  const outside = (of?: string) => ({ about: { ...about, organization: of } });
  const alike = [
    deputy('with a longer path', roleAt(name, { rolePath: `${path}deeper/` })),
    deputy('with a path before it', roleAt(name, { rolePath: `/before${path}` })),
    deputy('in another case', roleAt(name.toUpperCase())),
    deputy('with something before it', roleAt(`x${name}`)),
    deputy('of a user', role.replace(':role/', ':user/'), { context: { 'aws:PrincipalType': 'User' } }),
    deputy('of a session', roleAt('other'), { context: { 'aws:userid': `AROAOTHER:${name}` } }),
    ...(path === '/' ? [] : [deputy('without its path', roleAt(name, { rolePath: '/' }))]),
  ];
  const byName =
    prefix === undefined
      ? [deputy('with something after it', roleAt(`${name}-2`))]
      : [
          deputy('outside of the prefix', roleAt(`${prefix.slice(0, -1)}-${name}`)),
          deputy('with a path that begins like the prefix', roleAt(name, { rolePath: `${path}${prefix}x/` })),
          deputy('of an insider in another member account', roleAt(name, { of: MEMBER })),
        ];
  const byAccount =
    organization === undefined
      ? [deputy('in another account', roleAt(name, { of: STRANGER }))]
      : [
          deputy('in another organization', role, outside('o-zzzzzzzzzz')),
          deputy('in an organization that begins alike', role, outside(`${organization}0`)),
          deputy('in no organization', role, outside()),
          deputy('in another account of another organization', roleAt(name, { of: STRANGER }), outside('o-zzzzzzzzzz')),
        ];
  return [...alike, ...byName, ...byAccount];
}
