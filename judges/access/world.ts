import { Document, Policy, resourcePolicy, RolePolicies } from './policies';
import { Call, isAllowed } from './simulate';
import { DeployedApp } from '../assembly/deployed';

/** What stands in a policy, or would. */
export type Documents = (policy: Policy) => Document;

/** An app with one of its roles, to be asked what the role may do. */
export class World {
  private readonly known = new Map<string, Policy | undefined>();

  constructor(
    private readonly app: DeployedApp,
    public readonly role: RolePolicies,
    /** Policies of buckets, keys and roles that are not of the app, by ARN. */
    private readonly elsewhere: Readonly<Record<string, Document>> = {},
    private readonly ask: typeof isAllowed = isAllowed,
  ) {}

  /** The policy of a bucket or key of the app; for an object the one of its bucket. */
  public resourcePolicyOf(arn: string): Policy | undefined {
    const owner = ownerOf(arn);
    if (!this.known.has(owner)) this.known.set(owner, resourcePolicy(this.app, owner));
    return this.known.get(owner);
  }

  /** Whether the role's own policies allow the call, whatever the resource says about it. */
  public allowsItself(call: Call, documentOf: Documents = ({ document }) => document): Promise<boolean> {
    const { identity, boundary } = this.role;
    return this.ask(call, { identity: identity.map(documentOf), boundary: boundary && documentOf(boundary) });
  }

  /** Whether the call is allowed, also when policies have other documents than they have. */
  public allows(call: Call, documentOf: Documents = ({ document }) => document): Promise<boolean> {
    const { role, ask } = this;
    if (call.principal !== role.arn) {
      return ask(call, { identity: [], resource: role.trust ? documentOf(role.trust) : this.elsewhere[role.arn] });
    }
    const resource = this.resourcePolicyOf(call.resource);
    return ask(call, {
      identity: role.identity.map((policy) => documentOf(policy)),
      boundary: role.boundary && documentOf(role.boundary),
      resource: resource ? documentOf(resource) : this.elsewhere[ownerOf(call.resource)],
    });
  }
}

const ownerOf = (arn: string) => (arn.includes(':kms:') ? arn : arn.split('/')[0]);
