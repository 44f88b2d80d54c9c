import { aws_kms as kms, aws_s3 as s3, NestedStack, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { quietApp } from '../app';
import { bucket, destinationKey, flow, inEurope, key, KEY_ARN, KMS, kmsSource, l1, pair, sourceKey } from '../builders';
import { errorsOf, expectMessage, messageOf, Refusal, refusesAtSynthesis } from '../messages';

describe('keys', () => {
  const ofTheDestination = (make: (stack: Stack) => kms.IKey) => (stack: Stack) =>
    flow(
      stack,
      { destination: bucket(stack, 'Destination', { encryption: KMS, encryptionKey: make(stack) }) },
      kmsSource(stack),
    );
  const signing = { keySpec: kms.KeySpec.RSA_2048, keyUsage: kms.KeyUsage.SIGN_VERIFY };

  describe('cannot be used, as it turns out', () => {
    const at = 'Stack/Source/Resource/S3Replication';
    const unfit = 'symmetric KMS keys that are enabled … use a customer managed key like that';
    const ofSource = "the key 'Stack/Key/Resource' of 'Stack/Source' ";
    const ofDestination = "the key 'Stack/Key/Resource' of 'Stack/Destination' ";
    const disabled = (stack: Stack) => key(stack, 'Key', { enabled: false });
    refusesAtSynthesis([
      [
        'an asymmetric key',
        destinationKey((stack) => key(stack, 'Key', signing)),
        `[${at}] … ${ofDestination}is not a symmetric encryption key (RSA_2048) … ${unfit}`,
      ],
      [
        'an HMAC key',
        destinationKey(
          (stack) => new kms.CfnKey(stack, 'Key', { keyUsage: 'GENERATE_VERIFY_MAC', keySpec: 'HMAC_256' }),
        ),
        `[${at}] … (HMAC_256) … ${unfit}`,
      ],
      [
        'a key for another use',
        destinationKey((stack) => new kms.CfnKey(stack, 'Key', { keyUsage: 'GENERATE_VERIFY_MAC' })),
        `[${at}] … (GENERATE_VERIFY_MAC) … ${unfit}`,
      ],
      ['a disabled key', destinationKey(disabled), `[${at}] … ${ofDestination}is disabled … ${unfit}`],
      [
        'an asymmetric source key',
        sourceKey((stack) => key(stack, 'Key', signing)),
        `[${at}] … ${ofSource}is not a symmetric … ${unfit}`,
      ],
      ['a disabled source key', sourceKey(disabled), `[${at}] … ${ofSource}is disabled … ${unfit}`],
      [
        'a source with a disabled key',
        (stack) =>
          flow(
            stack,
            { destinationKey: key(stack, 'Fine') },
            bucket(stack, 'Source', { encryptionKey: disabled(stack) }),
          ),
        `[${at}] … ${ofSource}is disabled … ${unfit}`,
      ],
      [
        'a destination with a disabled key',
        ofTheDestination(disabled),
        `[${at}] … ${ofDestination}is disabled … ${unfit}`,
      ],
      [
        'a key that is disabled later',
        (stack) => {
          const later = key(stack);
          flow(stack, { destinationKey: later, sourceKeys: [key(stack, 'Fine')] });
          (later.node.defaultChild as kms.CfnKey).addPropertyOverride('Enabled', false);
        },
        `[${at}] … ${ofDestination}is disabled … ${unfit}`,
      ],
      [
        'an imported destination with an alias',
        (stack) =>
          flow(
            stack,
            {
              destination: s3.Bucket.fromBucketAttributes(stack, 'Imported', {
                bucketName: 'theirs',
                encryptionKey: kms.Alias.fromAliasName(stack, 'Alias', 'alias/data'),
              }),
            },
            kmsSource(stack),
          ),
        `[${at}] … imported bucket 'theirs' … alias … ${unfit}`,
      ],
    ]);
  });

  describe('are missing for replicas of objects that are encrypted with KMS', () => {
    const missing = (
      what: string,
      saw: string,
      destination: (stack: Stack) => s3.IBucketRef,
      source: (stack: Stack) => s3.Bucket = kmsSource,
    ): Refusal => [
      what,
      (stack) => flow(stack, { destination: destination(stack) }, source(stack)),
      `[Stack/Source/Resource/S3Replication] … ${saw} … the ARN of a customer managed key … set destinationKey on the rule`,
    ];
    const none =
      "the source 'Stack/Source' is encrypted with SSE-KMS, and destination 'Stack/Destination' has no KMS key";
    const defaultKey = (kmsMasterKeyId?: string): s3.CfnBucketProps => ({
      bucketEncryption: {
        serverSideEncryptionConfiguration: [
          { serverSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId } },
        ],
      },
    });
    refusesAtSynthesis([
      missing('a destination without encryption', none, (stack) => bucket(stack, 'Destination')),
      missing('a destination with SSE-S3', none, (stack) =>
        bucket(stack, 'Destination', { encryption: s3.BucketEncryption.S3_MANAGED }),
      ),
      missing('a destination with aws/s3', 'aws/s3, with which replication is not known to work', (stack) =>
        bucket(stack, 'Destination', { encryption: s3.BucketEncryption.KMS_MANAGED }),
      ),
      missing(
        'a destination with the alias of aws/s3',
        'with the AWS managed key aws/s3',
        (stack) => new s3.CfnBucket(stack, 'Destination', defaultKey('alias/aws/s3')),
      ),
      missing(
        'an L1 destination with an alias',
        "with the alias 'alias/data', which may point to another key",
        (stack) => new s3.CfnBucket(stack, 'Destination', defaultKey('alias/data')),
      ),
      missing('an imported destination', "no key is known for imported bucket 'theirs'", (stack) =>
        s3.Bucket.fromBucketName(stack, 'Imported', 'theirs'),
      ),
      missing(
        'a DSSE source',
        'DSSE-KMS',
        (stack) => bucket(stack, 'Destination'),
        (stack) => bucket(stack, 'Source', { encryption: s3.BucketEncryption.DSSE, encryptionKey: key(stack) }),
      ),
      missing(
        'a source with aws/s3',
        'aws/s3',
        (stack) => bucket(stack, 'Destination'),
        (stack) => bucket(stack, 'Source', { encryption: s3.BucketEncryption.KMS_MANAGED }),
      ),
      [
        'a disabled rule',
        (stack) => flow(stack, { enabled: false }, kmsSource(stack)),
        `[Stack/Source/Resource/S3Replication] … ${none} … the ARN of a customer managed key … set destinationKey on the rule`,
      ],
      [
        'a source of a pair with an alias',
        (stack) =>
          pair(stack, {
            source: s3.Bucket.fromCfnBucket(new s3.CfnBucket(stack, 'Source', defaultKey('alias/data'))),
            destinationKey: key(stack),
          }),
        "[Stack/Source/S3Replication] … the source 'Stack/Source' is encrypted with the alias 'alias/data' … permission for the key itself … name the key in sourceKeys of every rule",
      ],
      [
        'a source with an alias and an empty list of sourceKeys',
        (stack) =>
          flow(
            stack,
            { destinationKey: key(stack), sourceKeys: [] },
            new s3.CfnBucket(stack, 'Source', defaultKey('alias/data')),
          ),
        "[Stack/Source/S3Replication] … the source 'Stack/Source' is encrypted with the alias 'alias/data' … permission for the key itself … name the key in sourceKeys of every rule",
      ],
      [
        'sourceKeys',
        (stack) => flow(stack, { sourceKeys: [key(stack)] }),
        "[Stack/Source/Resource/S3Replication] … the source 'Stack/Source' is encrypted with KMS (sourceKeys) … the ARN of a customer managed key … set destinationKey on the rule",
      ],
      [
        'a destination whose key is in a nested stack',
        (stack) => {
          const europe = inEurope(stack);
          const destination = new s3.CfnBucket(
            europe,
            'Destination',
            defaultKey(key(new NestedStack(europe, 'Nested')).keyArn),
          );
          flow(stack, { destination }, kmsSource(stack));
        },
        "[Stack/Source/Resource/S3Replication] … the key of destination 'Europe/Destination' is in a nested stack … the ARN of a customer managed key … set destinationKey on the rule",
      ],
      [
        'a source with an alias',
        (stack) =>
          flow(stack, { destinationKey: key(stack) }, new s3.CfnBucket(stack, 'Source', defaultKey('alias/data'))),
        "[Stack/Source/S3Replication] … the source 'Stack/Source' is encrypted with the alias 'alias/data' … permission for the key itself … name the key in sourceKeys of every rule",
      ],
      [
        'an L2 source with an alias',
        (stack) => {
          flow(
            stack,
            { destinationKey: key(stack) },
            bucket(stack, 'Source', {
              encryption: KMS,
              encryptionKey: kms.Alias.fromAliasName(stack, 'Alias', 'alias/data'),
            }),
          );
        },
        '[Stack/Source/Resource/S3Replication] … alias … permission for the key itself … name the key in sourceKeys of every rule',
      ],
      [
        'encryption switched on by an override at the source',
        (stack) => {
          l1(flow(stack).source as s3.Bucket).addPropertyOverride(
            'BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.SSEAlgorithm',
            'aws:kms',
          );
        },
        '[Stack/Source/Resource/S3Replication] … a property override of BucketEncryption on the source … lack permissions for the key in the override … set the property bucketEncryption',
      ],
      [
        'another key by an override at the destination',
        (stack) => {
          const destination = bucket(stack, 'Destination', { encryption: KMS });
          flow(stack, { destination }, kmsSource(stack));
          l1(destination).addPropertyOverride(
            'BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.KMSMasterKeyID',
            KEY_ARN,
          );
        },
        "[Stack/Source/Resource/S3Replication] … override of BucketEncryption on destination 'Stack/Destination' … read from the property itself … name destinationKey on the rule",
      ],
      [
        'a disabled key of an L1 destination',
        (stack) => {
          flow(
            stack,
            {
              destination: new s3.CfnBucket(
                stack,
                'Destination',
                defaultKey(key(stack, 'Key', { enabled: false }).keyArn),
              ),
            },
            kmsSource(stack),
          );
        },
        "[Stack/Source/Resource/S3Replication] the key 'Stack/Key/Resource' of 'Stack/Destination' is disabled … KMS keys that are enabled … a customer managed key",
      ],
      [
        'encryption assigned to the source later',
        (stack) => {
          const replication = flow(stack);
          l1(replication.source as s3.Bucket).bucketEncryption = defaultKey(key(stack).keyArn).bucketEncryption;
        },
        `[Stack/Source/Resource/S3Replication] … ${none} … the ARN of a customer managed key … set destinationKey on the rule`,
      ],
    ]);

    const newAlias = (scope: Construct) =>
      new kms.Alias(scope, 'Alias', { aliasName: 'alias/data', targetKey: key(scope, 'Target') });
    test.each([
      ['an alias of the app', (stack: Stack) => newAlias(stack)],
      [
        'an imported alias in an unknown environment',
        (stack: Stack) => kms.Alias.fromAliasName(stack, 'Alias', 'alias/data'),
      ],
    ])('%s as the key of the source', (_, alias) => {
      const app = quietApp();
      const stack = new Stack(app, 'Stack');
      flow(
        stack,
        { destinationKey: key(stack) },
        bucket(stack, 'Source', { encryption: KMS, encryptionKey: alias(stack) }),
      );
      expectMessage(
        errorsOf(app),
        '[Stack/Source/Resource/S3Replication] … the alias … permission for the key itself … name the key in sourceKeys',
      );
    });

    test.each([
      ['an alias of the app', (stack: Stack) => newAlias(stack)],
      [
        'an imported alias in an unknown environment',
        (stack: Stack) => kms.Alias.fromAliasName(stack, 'Alias', 'alias/data'),
      ],
    ])('%s as the key of the destination', (_, alias) => {
      const app = quietApp();
      const stack = new Stack(app, 'Stack');
      const message = messageOf(() => {
        flow(
          stack,
          { destination: bucket(stack, 'Destination', { encryption: KMS, encryptionKey: alias(stack) }) },
          kmsSource(stack),
        );
        app.synth();
      });
      expect(message).toMatch(/\[Stack\/(Replication|Source\/Resource\/S3Replication)\]/);
      expect(message).toMatch(/alias/);
    });
  });
});
