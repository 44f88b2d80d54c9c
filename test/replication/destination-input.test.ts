import { App, Aws, aws_iam as iam, aws_s3 as s3, CfnParameter, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { BucketReplication } from '../../src';
import { quietApp } from '../app';
import { ACCOUNT, beside, bucket, ENV, flow, importedKey, inEurope, KEY_ARN, KMS, l1, pair } from '../builders';
import { expectMessage, messageOf, refuses } from '../messages';

describe('the destination', () => {
  const to =
    (destination: (stack: Stack) => s3.IBucketRef, source?: (stack: Stack) => s3.IBucketRef) => (stack: Stack) => {
      flow(stack, { destination: destination(stack) }, source?.(stack));
    };
  const toItself = (source: s3.BucketProps, destination: (source: s3.Bucket) => s3.IBucketRef) => (stack: Stack) => {
    const itself = bucket(stack, 'Source', source);
    flow(stack, { destination: destination(itself) }, itself);
  };
  const itself = 'is the source bucket itself … S3 replicates to another bucket only … name another bucket';
  const byArn = (arn: string) => to((stack) => s3.Bucket.fromBucketArn(stack, 'Imported', arn));
  const otherAccount = { ...ENV, account: '222222222222' };

  describe('is the source', () =>
    refuses([
      ['the same construct', toItself({}, (it) => it), `[Stack/Replication] … ${itself}`],
      ['its L1 construct', toItself({}, l1), `[Stack/Replication] … ${itself}`],
      [
        'its L2 view of an L1 bucket',
        (stack) => {
          const cfn = new s3.CfnBucket(stack, 'Source');
          flow(stack, { destination: s3.Bucket.fromCfnBucket(cfn) }, cfn);
        },
        `[Stack/Replication] … ${itself}`,
      ],
      [
        'imported by its name',
        toItself({ bucketName: 'data' }, (it) => s3.Bucket.fromBucketName(it.stack, 'Imported', 'data')),
        `[Stack/Replication] … ${itself}`,
      ],
      [
        'imported by its ARN',
        toItself({ bucketName: 'data' }, (it) => s3.Bucket.fromBucketArn(it.stack, 'Imported', 'arn:aws:s3:::data')),
        `[Stack/Replication] … ${itself}`,
      ],
      [
        'imported by its name token',
        toItself({}, (it) => s3.Bucket.fromBucketName(it.stack, 'Imported', it.bucketName)),
        `[Stack/Replication] … ${itself}`,
      ],
      [
        'imported by its ARN token',
        toItself({}, (it) => s3.Bucket.fromBucketArn(it.stack, 'Imported', it.bucketArn)),
        `[Stack/Replication] … ${itself}`,
      ],
      [
        'imported by the parameter that names both',
        (stack) => {
          const { valueAsString: bucketName } = new CfnParameter(stack, 'Name');
          toItself({ bucketName }, (it) => s3.Bucket.fromBucketName(it.stack, 'Imported', bucketName))(stack);
        },
        `[Stack/Replication] … ${itself}`,
      ],
      [
        'of a pair',
        (stack) => {
          const both = bucket(stack, 'Source');
          pair(stack, { source: both, destination: both });
        },
        `[Stack/Pair] … ${itself}`,
      ],
    ]));

  describe('has the name of the source', () => {
    const clash = "'data' … unique … another name";
    refuses([
      [
        'in another region',
        (stack) =>
          flow(
            stack,
            { destination: bucket(inEurope(stack), 'Destination', { bucketName: 'data' }) },
            bucket(stack, 'Source', { bucketName: 'data' }),
          ),
        `[Stack/Replication] … ${clash}`,
      ],
      [
        'in the options of a pair',
        (stack) => pair(stack, { sourceOptions: { bucketName: 'data' }, destinationOptions: { bucketName: 'data' } }),
        `[Stack/Pair] … ${clash}`,
      ],
    ]);
  });

  describe('is no general purpose bucket', () => {
    const no = (what: string) =>
      `[Stack/Replication] … is ${what}: … general purpose buckets … import the bucket by its name or bucket ARN`;
    refuses([
      [
        'a directory bucket',
        to((stack) => s3.Bucket.fromBucketName(stack, 'Imported', 'data--use1-az4--x-s3')),
        no('a directory bucket'),
      ],
      [
        'a directory bucket by ARN',
        byArn(`arn:aws:s3express:us-east-1:${ACCOUNT}:bucket/data--use1-az4--x-s3`),
        no('a directory bucket'),
      ],
      ['a table bucket', byArn(`arn:aws:s3tables:us-east-1:${ACCOUNT}:bucket/data`), no('a table bucket')],
      ['an access point', byArn(`arn:aws:s3:us-east-1:${ACCOUNT}:accesspoint/point`), no('an access point')],
      [
        'an access point alias',
        to((stack) => s3.Bucket.fromBucketName(stack, 'Imported', 'point-abc123-s3alias')),
        no('an access point'),
      ],
      [
        'a Multi-Region Access Point',
        byArn(`arn:aws:s3::${ACCOUNT}:accesspoint/mfzwi23gnjvgw.mrap`),
        no('an access point'),
      ],
      [
        'a bucket on Outposts',
        byArn(`arn:aws:s3-outposts:us-east-1:${ACCOUNT}:outpost/op-1/bucket/data`),
        no('not a bucket'),
      ],
      [
        'an object',
        byArn('arn:aws:s3:::data/key'),
        "[Stack/Replication] … named by 'arn:aws:s3:::data/key', which is not the ARN of a bucket … general purpose … by its name",
      ],
    ]);
  });

  describe('is out of reach', () => {
    const imported = (attributes: s3.BucketAttributes) =>
      to((stack) => s3.Bucket.fromBucketAttributes(stack, 'Imported', { bucketName: 'theirs', ...attributes }));
    const unclear = 'unknown at synthesis … whether they are one account … set env.account on both stacks';
    const agnostic = (build: (stack: Stack) => void) => (stack: Stack) => build(beside(stack, 'Agnostic', {}));
    const partition = 'S3 does not replicate across partitions';

    refuses([
      [
        'another account, from a region that is not known',
        (stack) => {
          const anywhere = beside(stack, 'Anywhere', { account: '222222222222' });
          flow(anywhere, {
            destination: s3.Bucket.fromBucketAttributes(stack, 'Theirs', { bucketName: 'theirs', account: ACCOUNT }),
          });
        },
        '[Anywhere/Replication] … source in a region unknown at synthesis … the name of the role is made of its region … set env.account and env.region',
      ],
      [
        'another account, with a role whose name is not known',
        (stack) => {
          const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') });
          const theirs = bucket(beside(stack, 'Other', otherAccount), 'Destination');
          new BucketReplication(stack, 'Replication', {
            source: bucket(stack, 'Source'),
            role,
            rules: [{ destination: theirs }],
          });
        },
        "[Stack/Replication] … role 'Stack/Role' with a name unknown at synthesis for a destination in another account … give the role a roleName",
      ],
      [
        'the same account, with owner override',
        (stack) => flow(stack, { ownerOverride: true }),
        '[Stack/Replication] … ownerOverride with a destination in the account of the source … omit ownerOverride',
      ],
      [
        'an unknown account',
        to((stack) => bucket(beside(stack, 'Other', { region: 'us-east-1' }), 'Destination')),
        `[Stack/Replication] … ${unclear}`,
      ],
      [
        'a known account, from an unknown one',
        agnostic(to((stack) => bucket(beside(stack, 'Other'), 'Destination'))),
        `[Agnostic/Replication] … ${unclear}`,
      ],
      [
        'another partition',
        to((stack) => bucket(beside(stack, 'China', { ...ENV, region: 'cn-north-1' }), 'Destination')),
        `[Stack/Replication] … 'cn-north-1' (partition aws-cn), source in 'us-east-1' (partition aws) … ${partition} … the same partition`,
      ],
      [
        'another partition, imported',
        imported({ region: 'us-gov-west-1' }),
        `[Stack/Replication] … partition aws-us-gov … ${partition} … the same partition`,
      ],
      [
        'another partition, by ARN',
        byArn('arn:aws-cn:s3:::theirs'),
        `[Stack/Replication] … (partition aws-cn) … ${partition} … the same partition`,
      ],
      [
        'an unknown region',
        to((stack) => bucket(beside(stack, 'Other', { account: ACCOUNT }), 'Destination')),
        "[Stack/Replication] … region of destination 'Other/Destination' unknown at synthesis, of the source 'us-east-1' … whether they are one region … set env.region on both stacks",
      ],
      [
        'a known region, from an unknown one',
        (stack) => {
          const anywhere = beside(stack, 'Anywhere', { account: ACCOUNT });
          flow(anywhere, { destination: bucket(stack, 'Destination') });
        },
        '[Anywhere/Replication] … of the source unknown at synthesis … whether they are one region … set env.region on both stacks',
      ],
      [
        'a nested stack of another stack',
        to((stack) => bucket(new NestedStack(inEurope(stack), 'Nested'), 'Destination')),
        "[Stack/Replication] … in the nested stack 'Europe/Nested' of another stack … exports or, across regions, custom resources … not nested",
      ],
      [
        'another Stage, without a name',
        to((stack) =>
          bucket(new Stack(new Stage(stack.node.root as App, 'Backup'), 'Other', { env: ENV }), 'Destination'),
        ),
        "[Stack/Replication] … destination 'Backup/Other/Destination' is in another Stage and has no literal name … refuses references … put the stacks of both buckets into one Stage",
      ],
      [
        'another Stage, with a name that is a token',
        to((stack) =>
          bucket(new Stack(new Stage(stack.node.root as App, 'Backup'), 'Other', { env: ENV }), 'Destination', {
            bucketName: `backup-${Aws.ACCOUNT_ID}`,
          }),
        ),
        '[Stack/Replication] … no literal name … refuses references … give the destination a bucketName',
      ],
    ]);

    test('another Stage, with the key of that Stage and an unknown region', () => {
      // kms:ViaService would name the region of the wrong stack
      const app = quietApp();
      const stack = new Stack(app, 'Stack', { env: ENV });
      const destination = bucket(
        new Stack(new Stage(app, 'Backup'), 'Other', { env: { account: ACCOUNT } }),
        'Destination',
        { bucketName: 'backup' },
      );
      const message = messageOf(() => {
        flow(
          stack,
          { destination, destinationKey: importedKey(stack, KEY_ARN.replace('us-east-1', 'eu-west-1')) },
          bucket(stack, 'Source', { encryption: KMS }),
        );
        app.synth();
      });
      expectMessage(message, "[Stack/Replication] … 'Backup/Other/Destination' … env.region");
    });
  });

  describe('has suspended versioning', () =>
    refuses([
      [
        'an L1 bucket',
        to((stack) => new s3.CfnBucket(stack, 'Destination', { versioningConfiguration: { status: 'Suspended' } })),
        "[Stack/Replication] … destination 'Stack/Destination' with versioning 'Suspended' … versioning enabled only … remove versioningConfiguration",
      ],
    ]));

  test('a mistake about one destination leaves the bucket as it was', () => {
    const stack = new Stack(quietApp(), 'Stack', { env: ENV });
    const destination = bucket(stack, 'Destination');
    expect(() => flow(stack, { destination, priority: -1 })).toThrow();
    expect(l1(destination).versioningConfiguration).toBeUndefined();
  });
});
