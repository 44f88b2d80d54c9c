import {
  Aws,
  aws_iam as iam,
  aws_kms as kms,
  aws_s3 as s3,
  CfnCondition,
  CfnParameter,
  Fn,
  Lazy,
  Stack,
  Token,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { BucketReplication, ReplicationFilter } from '../../src';
import { quietApp } from '../app';
import { beside, bucket, ENV, flow, importedKey, inEurope, key, KEY_ARN, KMS, pair } from '../builders';
import { expectMessage } from '../messages';

describe('tokens are not misjudged', () => {
  const parameter = (stack: Stack, type = 'String') => new CfnParameter(stack, 'Parameter', { type });
  const text = (stack: Stack) => parameter(stack).valueAsString;
  const prod = (stack: Stack, yes: any, no: any = { Ref: 'AWS::NoValue' }): any =>
    Fn.conditionIf(
      new CfnCondition(stack, `Prod${stack.node.children.length}`, { expression: Fn.conditionEquals(Aws.REGION, 'x') })
        .logicalId,
      yes,
      no,
    );
  const encryption = (kmsMasterKeyId: string) => ({
    serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId } }],
  });
  const agnostic = (stack: Stack) => beside(stack, 'Agnostic', {});
  const opaque = (stack: Stack, arn = KEY_ARN) => stack.formatArn({ service: 'kms', resource: arn.split(':')[5] });

  const cases: Array<[string, (stack: Stack) => void]> = [
    ['a prefix', (stack) => flow(stack, { filter: ReplicationFilter.prefix(text(stack)) })],
    [
      'a lazy prefix',
      (stack) => flow(stack, { filter: ReplicationFilter.prefix(Lazy.string({ produce: () => 'a/' })) }),
    ],
    ['a part of a prefix', (stack) => flow(stack, { filter: ReplicationFilter.prefix(`AWSLogs/${Aws.ACCOUNT_ID}/`) })],
    ['a tag', (stack) => flow(stack, { filter: ReplicationFilter.tags({ [text(stack)]: Aws.REGION }) })],
    ['a ruleId', (stack) => flow(stack, { ruleId: text(stack) })],
    [
      'a priority',
      (stack) =>
        flow(stack, { priority: parameter(stack, 'Number').valueAsNumber }).addRule({
          destination: bucket(stack, 'Other'),
        }),
    ],
    ['a storage class', (stack) => flow(stack, { storageClass: new s3.StorageClass(text(stack)) })],
    ['the name of the source', (stack) => flow(stack, {}, bucket(stack, 'Source', { bucketName: text(stack) }))],
    [
      'the name of the source, of its account',
      (stack) => flow(stack, {}, bucket(stack, 'Source', { bucketName: `data-${Aws.ACCOUNT_ID}` })),
    ],
    [
      'a lazy name of the source',
      (stack) => flow(stack, {}, bucket(stack, 'Source', { bucketName: Lazy.string({ produce: () => 'data' }) })),
    ],
    [
      'the name of the destination',
      (stack) => flow(stack, { destination: bucket(stack, 'Destination', { bucketName: text(stack) }) }),
    ],
    [
      'the name of an imported destination',
      (stack) => flow(stack, { destination: s3.Bucket.fromBucketName(stack, 'Imported', text(stack)) }),
    ],
    [
      'the ARN of an imported destination',
      (stack) => flow(stack, { destination: s3.Bucket.fromBucketArn(stack, 'Imported', Fn.importValue('backup-arn')) }),
    ],
    [
      'two imported destinations',
      (stack) => {
        flow(stack, { destination: s3.Bucket.fromBucketName(stack, 'One', Fn.importValue('one')) }).addRule({
          destination: s3.Bucket.fromBucketName(stack, 'Two', Fn.importValue('two')),
        });
      },
    ],
    [
      'both environments',
      (stack) => flow(agnostic(stack), { destination: bucket(beside(stack, 'Other', {}), 'Destination') }),
    ],
    [
      'environments as pseudo parameters',
      (stack) =>
        flow(beside(stack, 'Pseudo', { account: Aws.ACCOUNT_ID, region: Aws.REGION }), {
          destination: bucket(agnostic(stack), 'Destination'),
        }),
    ],
    [
      'the account',
      (stack) =>
        pair(beside(stack, 'Regional', { region: 'us-east-1' }), { destinationRegion: 'eu-west-1', encryption: KMS }),
    ],
    [
      'the ARN of a key',
      (stack) =>
        flow(stack, {
          destinationKey: importedKey(stack, text(stack)),
          sourceKeys: [kms.Key.fromKeyArn(stack, 'Imported', Fn.importValue('key'))],
        }),
    ],
    [
      'a part of the ARN of a key',
      (stack) =>
        flow(
          stack,
          { destinationKey: importedKey(stack, opaque(stack)) },
          bucket(stack, 'Source', { encryptionKey: kms.Key.fromKeyArn(stack, 'SourceKey', opaque(stack)) }),
        ),
    ],
    [
      'a part of the ARN of a key, without an environment',
      (given) => {
        const stack = agnostic(given);
        const [one, two] = ['One', 'Two'].map((id) => kms.Key.fromKeyArn(stack, id, opaque(stack)));
        flow(
          stack,
          { destination: bucket(stack, 'Destination', { encryptionKey: one }) },
          bucket(stack, 'Source', { encryptionKey: two }),
        );
      },
    ],
    [
      'a key that is looked up',
      (stack) => {
        const found = kms.Key.fromLookup(stack, 'Found', { aliasName: 'alias/data' });
        flow(
          stack,
          { destination: bucket(stack, 'Destination', { encryptionKey: found }) },
          bucket(stack, 'Source', { encryptionKey: found }),
        );
      },
    ],
    [
      'the key of an imported destination',
      (stack) =>
        flow(
          stack,
          {
            destination: s3.Bucket.fromBucketAttributes(stack, 'Imported', {
              bucketName: 'theirs',
              region: 'eu-west-1',
              encryptionKey: importedKey(stack, Fn.importValue('key')),
            }),
          },
          bucket(stack, 'Source', { encryption: KMS }),
        ),
    ],
    [
      'encryption as Fn::If',
      (stack) =>
        flow(
          stack,
          { destination: new s3.CfnBucket(stack, 'Destination', { bucketEncryption: prod(stack, {}) }) },
          new s3.CfnBucket(stack, 'Source', {
            bucketEncryption: prod(stack, { ServerSideEncryptionConfiguration: [] }),
          }),
        ),
    ],
    [
      'encryption settings as Fn::If',
      (stack) =>
        flow(
          stack,
          { destinationKey: key(stack) },
          new s3.CfnBucket(stack, 'Source', {
            bucketEncryption: {
              serverSideEncryptionConfiguration: [
                {
                  serverSideEncryptionByDefault: {
                    sseAlgorithm: prod(stack, 'aws:kms', 'AES256'),
                    kmsMasterKeyId: prod(stack, KEY_ARN),
                  },
                },
              ],
            },
          }),
        ),
    ],
    [
      'the status of versioning',
      (stack) =>
        flow(
          stack,
          {
            destination: new s3.CfnBucket(stack, 'Destination', {
              versioningConfiguration: { status: prod(stack, 'Enabled', 'Suspended') },
            }),
          },
          new s3.CfnBucket(stack, 'Source', {
            versioningConfiguration: { status: Token.asString(prod(stack, 'Enabled', 'Suspended')) },
          }),
        ),
    ],
    [
      'versioning as Fn::If',
      (stack) =>
        flow(
          stack,
          {
            destination: new s3.CfnBucket(stack, 'Destination', {
              versioningConfiguration: prod(stack, { Status: 'Enabled' }),
            }),
          },
          new s3.CfnBucket(stack, 'Source', { versioningConfiguration: prod(stack, { Status: 'Enabled' }) }),
        ),
    ],
    [
      'lazy versioning that says nothing',
      (stack) =>
        flow(
          stack,
          {},
          new s3.CfnBucket(stack, 'Source', { versioningConfiguration: Lazy.any({ produce: () => undefined }) }),
        ),
    ],
    [
      'lazy versioning',
      (stack) =>
        flow(
          stack,
          {},
          new s3.CfnBucket(stack, 'Source', {
            versioningConfiguration: Lazy.any({ produce: () => ({ status: 'Enabled' }) }),
          }),
        ),
    ],
    [
      'Object Lock as Fn::If',
      (stack) =>
        flow(
          stack,
          {},
          new s3.CfnBucket(stack, 'Source', {
            objectLockEnabled: prod(stack, true, false),
            objectLockConfiguration: prod(stack, { ObjectLockEnabled: 'Enabled' }),
          }),
        ),
    ],
    [
      'Object Lock of the destination as Fn::If',
      (stack) =>
        flow(
          stack,
          { destination: new s3.CfnBucket(stack, 'Destination', { objectLockEnabled: prod(stack, true, false) }) },
          bucket(stack, 'Source', { objectLockEnabled: true }),
        ),
    ],
    [
      'other properties as Fn::If',
      (stack) => {
        const some = () => ({
          lifecycleConfiguration: prod(stack, { Rules: [] }),
          loggingConfiguration: prod(stack, {}),
          ownershipControls: prod(stack, {}),
          tags: undefined,
          accelerateConfiguration: prod(stack, {}),
        });
        flow(
          stack,
          { destination: new s3.CfnBucket(stack, 'Destination', some()) },
          new s3.CfnBucket(stack, 'Source', some()),
        );
      },
    ],
    [
      'a policy as Fn::If',
      (stack) => {
        const source = bucket(stack, 'Source');
        flow(stack, {}, source);
        new s3.CfnBucketPolicy(stack, 'Policy', {
          bucket: source.bucketName,
          policyDocument: prod(stack, { Statement: [] }, { Statement: [] }),
        });
      },
    ],
    [
      'the name and the path of the role',
      (stack) => {
        new BucketReplication(stack, 'Replication', {
          source: bucket(stack, 'Source'),
          roleName: text(stack),
          rolePath: `/${Aws.REGION}/`,
          rules: [{ destination: bucket(stack, 'Destination') }],
        });
      },
    ],
    [
      'the ARN of a role',
      (stack) => {
        new BucketReplication(stack, 'Replication', {
          source: bucket(stack, 'Source'),
          role: iam.Role.fromRoleArn(stack, 'Role', Fn.importValue('role')),
          rules: [{ destination: bucket(stack, 'Destination') }],
        });
      },
    ],
    [
      'names in the options of a pair',
      (stack) =>
        pair(stack, {
          sourceOptions: { bucketName: text(stack) },
          destinationOptions: { bucketName: `replica-${Aws.ACCOUNT_ID}` },
        }),
    ],
  ];

  test.each(cases)('%s', (_, build) => {
    const app = quietApp();
    build(new Stack(app, 'Stack', { env: ENV }));
    app.synth();
  });

  /** Every logical id that a template refers to. */
  const dangling = (stack: Stack) => {
    const template = Template.fromStack(stack).toJSON();
    const used: string[] = [];
    JSON.stringify(template, (name, value) => {
      used.push(
        ...(name === 'Ref' && !String(value).startsWith('AWS::') ? [value] : name === 'Fn::GetAtt' ? [value[0]] : []),
      );
      return value;
    });
    return used.filter((id) => !template.Resources[id] && !template.Parameters?.[id]);
  };

  test.each([
    ['in the same stack', (stack: Stack) => stack],
    ['in another region', (stack: Stack) => inEurope(stack)],
  ])('lazy encryption of a destination %s is found or refused, never half', (_, of) => {
    const app = quietApp();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const place = of(stack);
    const itsKey = key(place, 'ItsKey');
    flow(
      stack,
      {
        destination: new s3.CfnBucket(place, 'Destination', {
          bucketEncryption: Lazy.any({ produce: () => encryption(itsKey.keyArn) }),
        }),
      },
      bucket(stack, 'Source', { encryption: KMS }),
    );
    let message: string | undefined;
    try {
      app.synth();
    } catch (error) {
      message = (error as Error).message;
    }
    if (message !== undefined) {
      expectMessage(message, '[Stack/Source/Resource/S3Replication] … destinationKey');
    } else {
      expect(dangling(stack)).toEqual([]);
    }
  });

  test('lazy encryption of the source is found, or warned of', () => {
    const app = quietApp();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const itsKey = key(stack, 'ItsKey');
    flow(
      stack,
      { destinationKey: key(stack) },
      new s3.CfnBucket(stack, 'Source', { bucketEncryption: Lazy.any({ produce: () => encryption(itsKey.keyArn) }) }),
    );
    const { template, messages } = app.synth().getStackArtifact(stack.artifactId);
    const found = JSON.stringify(template.Resources).includes(
      `"DecryptSourceObjects","Effect":"Allow","Action":["kms:Decrypt","kms:GenerateDataKey"],"Resource":[${JSON.stringify(stack.resolve(itsKey.keyArn))}]`,
    );
    expect(
      found || messages.some(({ entry }) => String(entry.data).includes('cdk-s3-replication:sourceEncryptionUnknown')),
    ).toBe(true);
  });

  test('an alias at the destination does not matter when the rule names a key, or when nothing needs one', () => {
    const app = quietApp();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const destination = bucket(stack, 'Destination', {
      encryption: KMS,
      encryptionKey: kms.Alias.fromAliasName(stack, 'Alias', 'alias/data'),
    });
    flow(stack, { destination, destinationKey: key(stack) }, bucket(stack, 'Source', { encryption: KMS }));
    BucketReplication.of(bucket(stack, 'Plain')).addRule({ destination });
    app.synth();
  });
});
