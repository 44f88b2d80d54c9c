import { App, Aws, aws_kms as kms, aws_s3 as s3, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import {
  ACCOUNT,
  beside,
  bucket,
  dependOn,
  destinationKey,
  ENV,
  flow,
  importedKey,
  inEurope,
  key,
  KEY_ARN,
  KMS,
  kmsSource,
  sourceKey,
} from '../builders';
import { refuses, refusesAtSynthesis } from '../messages';

describe('keys', () => {
  const bad = 'symmetric KMS keys … give the customer managed key itself';
  const region = "keys of the bucket's own region only, also where a key is a multi-Region key";

  describe('cannot be used', () =>
    refuses([
      [
        'an alias',
        destinationKey((stack) => new kms.Alias(stack, 'Alias', { aliasName: 'alias/data', targetKey: key(stack) })),
        `[Stack/Replication] … destinationKey: 'Stack/Alias' is an alias … ${bad}`,
      ],
      [
        'an imported alias',
        destinationKey((stack) => kms.Alias.fromAliasName(stack, 'Alias', 'alias/data')),
        `[Stack/Replication] destinationKey: 'Stack/Alias' … alias/data … ${bad}`,
      ],
      [
        'an L1 alias',
        destinationKey((stack) => new kms.CfnAlias(stack, 'Alias', { aliasName: 'alias/a', targetKeyId: 'k' }) as any),
        `[Stack/Replication] … 'Stack/Alias' is an alias … ${bad}`,
      ],
      [
        'an alias by its ARN',
        destinationKey((stack) => importedKey(stack, `arn:aws:kms:us-east-1:${ACCOUNT}:alias/aws/s3`)),
        `[Stack/Replication] … 'Stack/ImportedKey' is the alias 'arn:aws:kms:us-east-1:${ACCOUNT}:alias/aws/s3' … ${bad}`,
      ],
      [
        'an alias by an ARN with tokens',
        destinationKey((stack) => importedKey(stack, `arn:${Aws.PARTITION}:kms:us-east-1:${ACCOUNT}:alias/data`)),
        `[Stack/Replication] … is an alias … ${bad}`,
      ],
      [
        'an alias as source key',
        sourceKey((stack) => kms.Alias.fromAliasName(stack, 'Alias', 'alias/data')),
        `[Stack/Replication] sourceKeys: 'Stack/Alias' … alias/data … ${bad}`,
      ],
      [
        'a key in another Stage',
        destinationKey((stack) => key(new Stack(new Stage(stack.node.root as App, 'Stage'), 'Other', { env: ENV }))),
        "[Stack/Replication] … destinationKey: 'Stage/Other/Key' in another Stage … cannot refer to it … Key.fromKeyArn()",
      ],
      [
        'a key in a nested stack of another stack',
        destinationKey((stack) => key(new NestedStack(beside(stack, 'Other'), 'Nested'))),
        "[Stack/Replication] … 'Other/Nested/Key' in a nested stack of another stack … cannot refer to it … not nested",
      ],
      [
        'a key in another account',
        sourceKey((stack) => key(beside(stack, 'Other', { account: '222222222222', region: 'us-east-1' }))),
        "[Stack/Replication] … sourceKeys: 'Other/Key' in another account … cannot refer to it … same Stage and account",
      ],
      [
        'a key in a stack whose account is not known',
        sourceKey((stack) => key(beside(stack, 'Other', { region: 'us-east-1' }))),
        "[Stack/Replication] … sourceKeys: 'Other/Key' in a stack with env.account … cannot refer to it … env where the stack of the source has it",
      ],
      [
        'a key whose region is not known, for a bucket whose region is',
        (stack) => {
          const anywhere = beside(stack, 'Anywhere', { account: ACCOUNT });
          const attributes = { bucketName: 'theirs', account: ACCOUNT, region: 'eu-west-1' };
          const destination = s3.Bucket.fromBucketAttributes(stack, 'Theirs', attributes);
          flow(anywhere, { destination, destinationKey: key(anywhere) });
        },
        "[Anywhere/Replication] … destinationKey: 'Anywhere/Key' in region unknown at synthesis, imported bucket 'theirs' in 'eu-west-1' … cannot be told at synthesis … set env.region on the stack of the key",
      ],
      [
        'a key of the account of the source, for a destination in another account',
        (stack) => {
          const theirs = bucket(beside(stack, 'Other', { ...ENV, account: '222222222222' }), 'Destination');
          flow(stack, { destination: theirs, destinationKey: key(stack) });
        },
        "[Stack/Replication] … destinationKey: 'Stack/Key' in another account … cannot refer to it",
      ],
      [
        'a key in a stack that waits for the stack of the source',
        sourceKey((stack) => {
          const later = beside(stack, 'Later');
          dependOn(later, stack);
          return key(later);
        }),
        "[Stack/Replication] … key 'Later/Key/Resource' in the stack 'Later', which depends on the source's stack 'Stack' … must be deployed before … put keys into a stack",
      ],
    ]));

  describe('are in the wrong region', () => {
    const intoEurope = (make: (stack: Stack, europe: Stack) => kms.IKeyRef) => (stack: Stack) => {
      const europe = inEurope(stack);
      flow(stack, { destination: bucket(europe, 'Destination'), destinationKey: make(stack, europe) });
    };
    const wrong = `[Stack/Replication] destinationKey: … in region 'us-east-1', 'Europe/Destination' in 'eu-west-1' … ${region} … a key of region 'eu-west-1'`;
    refuses([
      ['a key of the source’s stack', intoEurope((stack) => key(stack)), wrong],
      ['an ARN', intoEurope((stack) => importedKey(stack, KEY_ARN)), wrong],
      [
        'the primary of a multi-Region key',
        intoEurope((stack) => new kms.CfnKey(stack, 'Primary', { multiRegion: true })),
        wrong,
      ],
      [
        'the primary of a multi-Region key, by ARN',
        intoEurope((stack) => importedKey(stack, KEY_ARN.replace(/key.*/, 'key/mrk-1234567890abcdef1234567890abcdef'))),
        wrong,
      ],
      [
        'a source key',
        (stack) => flow(stack, { sourceKeys: [key(inEurope(stack))], destinationKey: key(stack, 'Fine') }),
        `[Stack/Replication] … sourceKeys: 'Europe/Key' in region 'eu-west-1', 'Stack/Source' in 'us-east-1' … ${region} … give a key of region 'us-east-1'`,
      ],
      [
        'or the imported bucket is not where it seems',
        (stack) =>
          flow(stack, {
            destination: s3.Bucket.fromBucketName(stack, 'Imported', 'backup'),
            destinationKey: importedKey(stack, KEY_ARN.replace('us-east-1', 'eu-west-1')),
          }),
        `[Stack/Replication] … imported bucket 'backup' in 'us-east-1' … ${region} … Bucket.fromBucketAttributes()`,
      ],
    ]);
    refusesAtSynthesis([
      [
        'the key of the destination bucket',
        (stack) => {
          flow(
            stack,
            {
              destination: bucket(inEurope(stack), 'Destination', {
                encryption: KMS,
                encryptionKey: importedKey(stack, KEY_ARN),
              }),
            },
            kmsSource(stack),
          );
        },
        `[Stack/Source/Resource/S3Replication] … 'Europe/Destination' in 'eu-west-1' with a key of region 'us-east-1' … ${region} … give a key of region 'eu-west-1'`,
      ],
      [
        'the key of the source bucket',
        (stack) => {
          const encryptionKey = importedKey(stack, KEY_ARN.replace('us-east-1', 'eu-west-1'));
          flow(
            stack,
            { destinationKey: key(stack, 'Fine') },
            bucket(stack, 'Source', { encryption: KMS, encryptionKey }),
          );
        },
        `[Stack/Source/Resource/S3Replication] … 'Stack/Source' in 'us-east-1' with a key of region 'eu-west-1' … ${region} … give a key of region 'us-east-1'`,
      ],
      [
        'the key of an L1 destination',
        (stack) =>
          flow(
            stack,
            {
              destination: new s3.CfnBucket(stack, 'Destination', {
                bucketEncryption: {
                  serverSideEncryptionConfiguration: [
                    {
                      serverSideEncryptionByDefault: {
                        sseAlgorithm: 'aws:kms',
                        kmsMasterKeyId: KEY_ARN.replace('us-east-1', 'eu-west-1'),
                      },
                    },
                  ],
                },
              }),
            },
            kmsSource(stack),
          ),
        `[Stack/Source/Resource/S3Replication] … 'Stack/Destination' in 'us-east-1' with a key of region 'eu-west-1' … ${region} … give a key of region 'us-east-1'`,
      ],
    ]);
  });
});
