/** What a custom resource `Custom::S3ReplicationRules` says, with its rules as `AWS::S3::Bucket` has them. */
export interface HandledRules {
  readonly bucket: string;
  readonly owner: string;
  readonly role: string;
  readonly prefix: string;
  readonly enableVersioning: boolean;
  /** Without a priority, unless it says one: what reads the bucket chooses a free one. */
  readonly rules: any[];
}

export const HANDLED = 'Custom::S3ReplicationRules';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationRule.html */
export function handledRules({ Bucket, Owner, Role, RuleIdPrefix, Rules, EnableVersioning }: any): HandledRules {
  const rules = (JSON.parse(Rules) as any[]).map(({ ID, Filter, ...rule }) => ({
    Id: ID,
    Filter: filter(Filter),
    ...rule,
  }));
  const enableVersioning = EnableVersioning === 'true';
  return { bucket: Bucket, owner: Owner, role: Role, prefix: RuleIdPrefix, enableVersioning, rules };
}

/** CloudFormation calls tags otherwise than the API does. */
function filter({ Tag, And, ...rest }: any): object {
  return {
    ...rest,
    ...(Tag ? { TagFilter: Tag } : {}),
    ...(And ? { And: { Prefix: And.Prefix, TagFilters: And.Tags } } : {}),
  };
}
