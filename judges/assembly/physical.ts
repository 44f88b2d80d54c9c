import { createHash } from 'node:crypto';

/** What `Ref` and `Fn::GetAtt` give for a resource that was created. */
export interface Physical {
  /** What `Ref` gives. */
  readonly id: string;
  readonly attributes: Record<string, string>;
}

export interface Place {
  readonly stackName: string;
  readonly account: string;
  readonly region: string;
}

export function partitionOf(region: string): { partition: string; suffix: string } {
  if (region.startsWith('cn-')) return { partition: 'aws-cn', suffix: 'amazonaws.com.cn' };
  if (region.startsWith('us-gov-')) return { partition: 'aws-us-gov', suffix: 'amazonaws.com' };
  if (region.startsWith('eusc-')) return { partition: 'aws-eusc', suffix: 'amazonaws.eu' };
  return { partition: 'aws', suffix: 'amazonaws.com' };
}

/**
 * The name of a bucket when CloudFormation does not make one up: the given one, or a prefix in the namespace of the
 * account and region.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/gpbucketnamespaces.html
 */
export function givenBucketName(
  { BucketName, BucketNamePrefix, BucketNamespace }: Record<string, any>,
  { account, region }: Omit<Place, 'stackName'>,
): string | undefined {
  if (BucketName !== undefined || BucketNamePrefix === undefined) return BucketName;
  return BucketNamespace === 'account-regional' ? `${BucketNamePrefix}-${account}-${region}-an` : undefined;
}

/** Names as CloudFormation would make them up, but the same ones each time. */
export function physical(type: string, logicalId: string, properties: Record<string, any>, place: Place): Physical {
  const { account, region, stackName } = place;
  const { partition, suffix } = partitionOf(region);
  const hash = createHash('sha256').update([account, region, stackName, logicalId].join('\0')).digest('hex');
  const generated = `${stackName}-${logicalId.replace(/\W/g, '-')}`;
  const arn = (service: string, resource: string, regional = region, owner = account) =>
    `arn:${partition}:${service}:${regional}:${owner}:${resource}`;

  switch (type) {
    case 'AWS::S3::Bucket': {
      const made = `${(properties.BucketNamePrefix ?? generated).toLowerCase().slice(0, 40)}-${hash.slice(0, 12)}`;
      const name = givenBucketName(properties, place) ?? made;
      return {
        id: name,
        attributes: {
          Arn: arn('s3', name, '', '').replace('::::', ':::'),
          DomainName: `${name}.s3.${suffix}`,
          RegionalDomainName: `${name}.s3.${region}.${suffix}`,
          DualStackDomainName: `${name}.s3.dualstack.${region}.${suffix}`,
          WebsiteURL: `http://${name}.s3-website-${region}.${suffix}`,
        },
      };
    }
    case 'AWS::IAM::Role': {
      const name = properties.RoleName ?? `${generated.slice(0, 50)}-${hash.slice(0, 13)}`;
      const path = properties.Path ?? '/';
      return {
        id: name,
        attributes: { Arn: arn('iam', `role${path}${name}`, ''), RoleId: `AROA${hash.slice(0, 16).toUpperCase()}` },
      };
    }
    case 'AWS::IAM::ManagedPolicy': {
      const name = properties.ManagedPolicyName ?? `${generated.slice(0, 50)}-${hash.slice(0, 13)}`;
      const policyArn = arn('iam', `policy${properties.Path ?? '/'}${name}`, '');
      return { id: policyArn, attributes: { PolicyArn: policyArn } };
    }
    case 'AWS::KMS::Key':
    case 'AWS::KMS::ReplicaKey': {
      const id = hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5');
      return { id, attributes: { KeyId: id, Arn: arn('kms', `key/${id}`) } };
    }
    case 'AWS::KMS::Alias':
      return { id: properties.AliasName, attributes: {} };
    case 'AWS::CloudFormation::Stack': {
      const id = arn('cloudformation', `stack/${generated}/${hash.slice(0, 8)}`);
      return { id, attributes: {} };
    }
    case 'AWS::SNS::Topic': {
      const name = properties.TopicName ?? `${generated.slice(0, 60)}-${hash.slice(0, 12)}`;
      return { id: arn('sns', name), attributes: { TopicArn: arn('sns', name), TopicName: name } };
    }
    case 'AWS::StepFunctions::StateMachine': {
      const name = properties.StateMachineName ?? `${generated.slice(0, 60)}-${hash.slice(0, 12)}`;
      const id = arn('states', `stateMachine:${name}`);
      return { id, attributes: { Arn: id, Name: name } };
    }
    default: {
      const [, service, kind] = type.toLowerCase().split('::');
      const id = `${generated}-${hash.slice(0, 8)}`;
      // of other resources only some attribute is ever read, and only to be handed on
      return { id, attributes: new Proxy({}, { get: (_, name) => arn(service, `${kind}/${id}/${String(name)}`) }) };
    }
  }
}
