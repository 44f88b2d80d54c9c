import { App, aws_iam as iam, aws_kms as kms, aws_s3 as s3, Fn, Stack, Validations } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { BucketReplication, ReplicationFilter } from '../../src';
import { quietApp } from '../app';
import { beside, bucket, ENV, KMS } from '../builders';
import { messageOf } from '../messages';
import { flat, propertiesIn, warningsIn } from '../synthesized';

afterAll(() => CloudAssembly.cleanupTemporaryDirectories());

const stackIn = () => new Stack(quietApp(), 'Stack', { env: ENV });
const appOf = (stack: Stack) => stack.node.root as App;
const errorIn = (stack: Stack) => messageOf(() => appOf(stack).synth());
const S3 = { Service: 's3.amazonaws.com' };

describe('a policy of an L1 counts by the name of its bucket', () => {
  const DENY = { Sid: 'Locked', Effect: 'Deny', Principal: '*', Action: 's3:*' };
  type Place = 'source' | 'destination';
  const denying = (place: Place, bucketName: (made: s3.CfnBucket) => string) => {
    const stack = stackIn();
    const [source, destination] = ['source', 'destination'].map(
      (id) => new s3.CfnBucket(stack, id, { bucketName: `the-${id}` }),
    );
    const made = place === 'source' ? source : destination;
    new s3.CfnBucketPolicy(stack, 'Policy', {
      bucket: bucketName(made),
      policyDocument: { Statement: [{ ...DENY, Resource: `arn:aws:s3:::the-${place}/*` }] },
    });
    BucketReplication.of(source).addRule({ destination });
    return stack;
  };

  test.each<[Place, string, (made: s3.CfnBucket) => string]>([
    ['source', 'a reference', (made) => made.ref],
    ['source', 'text', () => 'the-source'],
    ['destination', 'a reference', (made) => made.ref],
    ['destination', 'text', () => 'the-destination'],
  ])('of the %s, attached by %s', (place, _, name) => {
    expect(errorIn(denying(place, name))).toMatch(/Locked in the policy 'Stack\/Policy' of .* denies s3:/);
  });

  test('and not by that of another bucket', () => {
    expect(() => appOf(denying('source', () => 'the-other')).synth()).not.toThrow();
  });
});

describe('whether S3 may assume a role of the user', () => {
  type Trust = { Effect?: string; Principal?: unknown; NotPrincipal?: unknown };
  const trusting = (...trust: Trust[]) => {
    const stack = stackIn();
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') });
    (role.node.defaultChild as iam.CfnRole).assumeRolePolicyDocument = {
      Statement: trust.map((it) => ({ Effect: 'Allow', Action: 'sts:AssumeRole', ...it })),
    };
    const rules = [{ destination: bucket(stack, 'Destination') }];
    new BucketReplication(stack, 'Replication', { source: bucket(stack, 'Source'), role, rules });
    return stack;
  };
  const OTHER = { Principal: { Service: 'batchoperations.s3.amazonaws.com' } };

  test.each<[string, Trust[]]>([
    ['it denies S3', [{ Effect: 'Deny', Principal: S3 }]],
    ['it denies S3 and allows another service', [{ Effect: 'Deny', Principal: S3 }, OTHER]],
    ['it allows another service', [OTHER]],
    ['it denies everybody', [{ Effect: 'Deny', Principal: '*' }]],
  ])('not, when %s', (_, trust) => {
    expect(errorIn(trusting(...trust))).toContain(
      "the role 'Stack/Role/Resource' does not trust the service s3.amazonaws.com",
    );
  });

  test.each<[string, Trust[]]>([
    ['it allows S3', [{ Principal: S3 }]],
    ['it allows S3 after another service', [OTHER, { Principal: S3 }]],
    ['it allows S3 among other services', [{ Principal: { Service: ['ec2.amazonaws.com', S3.Service] } }]],
    ['it allows everybody', [{ Principal: '*' }]],
    ['an intrinsic decides on the service', [{ Principal: { Service: Fn.importValue('Service') } }]],
  ])('when %s', (_, trust) => expect(() => appOf(trusting(...trust)).synth()).not.toThrow());
});

describe('a key whose policy names the replication role', () => {
  const NAMED = { bucketName: 'the-source' };
  type Name = (role: iam.IRole, stack: Stack) => string;
  const build = (props: s3.BucketProps, name: Name, which: 'source' | 'destination', roleName?: string) => {
    const stack = stackIn();
    const [source, destination] = ['source', 'destination'].map((id) =>
      bucket(stack, id, { encryption: KMS, ...(id === 'source' ? props : {}) }),
    );
    const replication = new BucketReplication(stack, 'Replication', { source, roleName, rules: [{ destination }] });
    const { encryptionKey } = which === 'source' ? source : destination;
    const document = (encryptionKey!.node.defaultChild as kms.CfnKey).keyPolicy as iam.PolicyDocument;
    document.addStatements(
      iam.PolicyStatement.fromJson({
        ...{ Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*', Principal: { AWS: '*' } },
        Condition: { ArnEquals: { 'aws:PrincipalArn': name(replication.role, stack) } },
      }),
    );
    return stack;
  };
  const byArn: Name = (role) => role.roleArn;
  const byName: Name = (role) => `arn:aws:iam::${ENV.account}:role/${role.roleName}`;
  const asText: Name = () => `arn:aws:iam::${ENV.account}:role/replication`;

  test.each<[string, Name]>([
    ['its attribute', byArn],
    ['its name', byName],
  ])('by %s, where the role has its permissions inside, closes a circle', (_, name) => {
    for (const which of ['source', 'destination'] as const) {
      expect(errorIn(build(NAMED, name, which))).toMatch(
        new RegExp(`the policy of the ${which} key .* refers to the replication role`),
      );
    }
  });

  test.each<[string, s3.BucketProps, Name]>([
    ['by its ARN as text', NAMED, asText],
    ['where the permissions are a policy of their own', {}, byArn],
  ])('%s is fine', (_, props, name) => {
    const roleName = name === asText ? 'replication' : undefined;
    for (const which of ['source', 'destination'] as const) {
      expect(() => appOf(build(props, name, which, roleName)).synth()).not.toThrow();
    }
  });
});

describe('wildcards in the permissions of the role are acknowledged to cdk-nag', () => {
  const acknowledged = (stack: Stack) =>
    stack.node
      .findAll()
      .flatMap(({ node }) => node.metadata)
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.keys(data))
      .flatMap((id) => /^annotation::AwsSolutions-IAM5\[Resource::(.*)\]$/.exec(id)?.[1] ?? []);

  test('those of owner override, too, where they are narrower than others', () => {
    const stack = stackIn();
    const destination = bucket(beside(stack, 'Backup', { ...ENV, account: '222222222222' }), 'Replica', {
      ...{ bucketName: 'the-replica', objectOwnership: s3.ObjectOwnership.OBJECT_WRITER },
    });
    const replication = BucketReplication.of(bucket(stack, 'Source'));
    const rule = (prefix: string, ownerOverride: boolean) =>
      replication.addRule({ destination, ownerOverride, filter: ReplicationFilter.prefix(prefix) });
    rule('logs/', false);
    rule('logs/owned/', true);
    const [{ PolicyDocument }] = Object.values(propertiesIn(stack, 'AWS::IAM::Policy'));
    const wide = PolicyDocument.Statement.flatMap(({ Resource }: any) => [Resource].flat())
      .map(flat)
      .filter((arn: string) => arn.includes('*'))
      .map((arn: string) => arn.replace('<Partition>', '<AWS::Partition>'));
    expect(wide).toContainEqual('arn:<AWS::Partition>:s3:::the-replica/logs/owned/*');
    expect(acknowledged(stack).sort()).toEqual([...new Set(wide)].sort());
  });
});

describe('sourceKeys make up for an alias that encrypts the source', () => {
  const replicated = (...named: boolean[]) => {
    const stack = stackIn();
    const sourceKey = new kms.Key(stack, 'Key');
    const serverSideEncryptionByDefault = { sseAlgorithm: 'aws:kms', kmsMasterKeyId: 'alias/data' };
    const source = new s3.CfnBucket(stack, 'Source', {
      bucketEncryption: { serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault }] },
    });
    named.forEach((it, index) =>
      BucketReplication.of(source).addRule({
        destination: bucket(stack, `Destination${index}`, { encryption: KMS }),
        sourceKeys: it ? [sourceKey] : undefined,
      }),
    );
    return stack;
  };
  test.each([[[true, false]], [[false, true]], [[false]], [[false, false]]])('not of each rule: %j', (named) =>
    expect(errorIn(replicated(...named))).toContain("is encrypted with the alias 'alias/data'"),
  );
  test.each([[[true, true]], [[true]]])('of each rule: %j', (named) => {
    expect(() => appOf(replicated(...named)).synth()).not.toThrow();
    expect(warningsIn(appOf(replicated(...named)))).toEqual([]);
  });
});
