import {
  aws_iam as iam,
  aws_kms as kms,
  aws_s3 as s3,
  CfnCondition,
  DefaultStackSynthesizer,
  Fn,
  Stack,
  Tags,
  Token,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { scene, Scene } from './scene';
import { dependOn } from '../../../test/builders';
import { ACCOUNT, STRANGER } from '../plan';
import {
  BucketReplication,
  CrossAccountReplication,
  ReplicatedBucketPair,
  ReplicationFilter,
} from 'cdk-s3-replication';

const S3 = new iam.ServicePrincipal('s3.amazonaws.com');
const KMS = s3.BucketEncryption.KMS;

/** Names that may meet, places that differ, and what is there under a condition only. */
export const PLACES: readonly Scene[] = [
  scene(
    'one role for several sources',
    { sources: [2, 3], names: ['given', 'made up'], region: ['us-east-1', 'eu-west-1'], apps: [1, 2] },
    (at, { sources, names, region, apps }) => {
      const roleName = at.name('shared');
      new iam.Role(at.stack('Roles'), 'Role', { assumedBy: S3, roleName });
      // the same code for each place: its ids and paths are the same, too
      for (const [app, where] of [[at.app, 'us-east-1'] as const, [at.anotherApp(), region] as const].slice(0, apps)) {
        const stackName = region === 'us-east-1' && app !== at.app ? at.name('more') : at.name('data');
        const stack = new Stack(app, `${at.id}Data`, { env: { account: ACCOUNT, region: where }, stackName });
        const roles = at.app.node.tryFindChild(`${at.id}Roles`)!;
        if (app === at.app) stack.node.addDependency(roles);
        const role = iam.Role.fromRoleName(stack, 'Shared', roleName);
        for (let i = 0; i < sources; i++) {
          const bucketName = names === 'given' ? `${at.name(`data${i}`)}-${stackName}-${where}` : undefined;
          const source = new s3.Bucket(stack, `Source${i}`, { bucketName });
          const rules = [{ destination: new s3.Bucket(stack, `Replica${i}`) }];
          new BucketReplication(stack, `Replication${i}`, { source, role, rules });
        }
      }
      return { rules: sources * apps, mayDoMore: true };
    },
  ),
  scene(
    'the same code in two places',
    { places: ['regions', 'accounts'], what: ['pair', 'account pair', 'rule'], kms: [false, true] },
    (at, { places, what, kms: encrypted }) => {
      const other = places === 'regions' ? ([ACCOUNT, 'eu-west-1'] as const) : (['555555555555', 'us-east-1'] as const);
      for (const [app, account, region] of [
        [at.app, ACCOUNT, 'us-east-1'],
        [at.anotherApp(), ...other],
      ] as const) {
        const make = (id: string, owner: string, more = '') =>
          new Stack(app, `${at.id}${id}${more}`, { env: { account: owner, region }, stackName: at.name(id + more) });
        const stack = make('Data', account);
        const encryption = encrypted ? KMS : undefined;
        if (what === 'pair') {
          new ReplicatedBucketPair(stack, 'Pair', { encryption, destinationRegion: 'ap-southeast-2' });
          continue;
        }
        const owner = places === 'regions' ? STRANGER : `7${account.slice(1)}`;
        // the role with which core has outputs read is called the same in all regions
        const theirs = make('Backup', owner, encrypted ? region : '');
        const source = new s3.Bucket(stack, 'Source', { encryption });
        if (what === 'rule') {
          const bucketName = at.name(`replica-${account}-${region}`);
          BucketReplication.of(source).addRule({
            destination: new s3.Bucket(theirs, 'Replica', { encryption, bucketName }),
          });
        } else {
          new CrossAccountReplication(stack, 'Backup', { source, destinationStack: theirs, encryption });
        }
      }
      return { rules: 2 };
    },
  ),
  scene(
    'a name that S3 keeps for itself, and a long one',
    { id: ['Sthree-x', 'Xn--x', 'Amzn-S3-Demo-x', 'L'.repeat(70)], deep: [false, true] },
    (at, { id, deep }) => {
      const [stack, theirs] = [
        at.stack('Ours'),
        at.stack('Theirs', STRANGER, 'us-east-1', { stackName: `${id}${at.id}` }),
      ];
      let scope: Construct = stack;
      for (let i = 0; deep && i < 6; i++) scope = new Construct(scope, `Level${i}${'x'.repeat(40)}`);
      new CrossAccountReplication(scope, 'Backup', {
        source: new s3.Bucket(scope, 'Source'),
        destinationStack: theirs,
      });
      return { rules: 1 };
    },
  ),
  scene(
    'a bucket that is there under a condition',
    { there: [true, false], role: ['made', 'given'], named: [true, false], level: ['L1', 'L2'] },
    (at, { there, role, named, level }) => {
      const stack = at.stack('Ours');
      const condition = new CfnCondition(stack, 'Wanted', { expression: Fn.conditionEquals(there ? 'a' : 'b', 'a') });
      const bucketName = named ? at.name('maybe') : undefined;
      const source =
        level === 'L1'
          ? new s3.CfnBucket(stack, 'Source', { bucketName })
          : new s3.Bucket(stack, 'Source', { bucketName });
      const cfn = (source.node.defaultChild ?? source) as s3.CfnBucket;
      cfn.cfnOptions.condition = condition;
      new BucketReplication(stack, 'Replication', {
        source,
        role: role === 'given' ? new iam.Role(stack, 'Role', { assumedBy: S3, roleName: at.name('given') }) : undefined,
        rules: [{ destination: new s3.Bucket(stack, 'Replica') }],
      });
      return { rules: there ? 1 : 0 };
    },
  ),
  scene(
    'a name that may be absent',
    { absent: [true, false], end: ['source', 'destination'], region: ['us-east-1', 'eu-west-1'] },
    (at, { absent, end, region }) => {
      const [stack, there] = [at.stack('Ours'), at.stack('There', ACCOUNT, region)];
      const nameIn = (own: Stack) => {
        const condition = new CfnCondition(own, 'Named', { expression: Fn.conditionEquals(absent ? 'b' : 'a', 'a') });
        return Token.asString(Fn.conditionIf(condition.logicalId, at.name('maybe'), { Ref: 'AWS::NoValue' }));
      };
      const source = new s3.CfnBucket(stack, 'Source', { bucketName: end === 'source' ? nameIn(stack) : undefined });
      const destination = new s3.CfnBucket(there, 'Replica', {
        bucketName: end === 'destination' ? nameIn(there) : undefined,
      });
      BucketReplication.of(source).addRule({ destination });
      return { rules: 1 };
    },
  ),
  scene(
    'an imported bucket of a region that only its key tells',
    { keys: ['bucket', 'rule'], region: ['eu-west-1', 'us-east-1'], stack: ['known', 'open'] },
    (at, { keys, region, stack: where }) => {
      const stack = where === 'known' ? at.stack('Ours') : new Stack(at.app, `${at.id}Ours`);
      const arn = `arn:aws:kms:${region}:${ACCOUNT}:key/12345678-90ab-cdef-1234-567890abcdef`;
      const key = kms.Key.fromKeyArn(stack, 'ReplicaKey', arn);
      const destination = s3.Bucket.fromBucketAttributes(stack, 'Replica', {
        bucketName: at.name('replica'),
        encryptionKey: keys === 'bucket' ? key : undefined,
      });
      BucketReplication.of(new s3.Bucket(stack, 'Source', { encryption: KMS })).addRule({
        destination,
        destinationKey: keys === 'rule' ? key : undefined,
      });
      return { rules: 1, outside: { keys: [arn] } };
    },
    ({ region, stack }) => (region === 'us-east-1' || stack === 'open' ? undefined : /bucket's own region only/),
  ),
  scene(
    'Object Lock that an intrinsic decides on',
    { source: [true, false], destination: ['yes', 'intrinsic'], more: [false, true] },
    (at, { source: locked, destination: there, more }) => {
      const stack = at.stack('Ours');
      const wanted = new CfnCondition(stack, 'Locked', { expression: Fn.conditionEquals(locked ? 'a' : 'b', 'a') });
      const either = () => Fn.conditionIf(wanted.logicalId, true, false);
      const bucketOf = (id: string, intrinsic: boolean) =>
        new s3.CfnBucket(stack, id, {
          objectLockEnabled: intrinsic ? either() : true,
          versioningConfiguration: { status: 'Enabled' },
        });
      const source = bucketOf('Source', true);
      for (const id of more ? ['Replica', 'Second'] : ['Replica']) {
        BucketReplication.of(source).addRule({ destination: bucketOf(id, there === 'intrinsic') });
      }
      // the permissions are there for a source that may have it
      return { rules: more ? 2 : 1, mayDoMore: !locked };
    },
  ),
  scene('a boundary', { what: ['rule', 'account pair'] }, (at, { what }) => {
    const [stack, theirs] = [at.stack('Ours'), at.theirs()];
    const permissionsBoundary = new iam.ManagedPolicy(stack, 'Boundary', {
      statements: [new iam.PolicyStatement({ actions: ['s3:*', 'kms:*'], resources: ['*'] })],
    });
    const source = new s3.Bucket(stack, 'Source');
    if (what === 'rule') {
      const rules = [{ destination: new s3.Bucket(stack, 'Replica') }];
      new BucketReplication(stack, 'Replication', { source, permissionsBoundary, rules });
    } else {
      new CrossAccountReplication(stack, 'Backup', { source, destinationStack: theirs, permissionsBoundary });
    }
    const bound = `:policy/${at.id}`;
    return {
      rules: 1,
      judge: (app) =>
        app
          .ofType('AWS::IAM::Role')
          .filter((it) => it.stack.id === stack.node.id && it.properties.AssumeRolePolicyDocument)
          .flatMap(({ properties }) =>
            `${properties.PermissionsBoundary}`.includes(bound) ? [] : ['the role has no boundary'],
          ),
    };
  }),
  scene(
    'a stack that is deployed in a way of its own',
    {
      qualifier: ['usual', 'own'],
      protection: [false, true],
      tags: ['stack', 'aspect', 'none'],
      nested: [false, true],
    },
    (at, { qualifier, protection, tags, nested }) => {
      const synthesizer = qualifier === 'own' ? new DefaultStackSynthesizer({ qualifier: 'own' }) : undefined;
      const stack = at.stack('Ours', ACCOUNT, 'us-east-1', {
        synthesizer,
        terminationProtection: protection,
        tags: tags === 'stack' ? { owner: 'me' } : undefined,
      });
      if (tags === 'aspect') Tags.of(stack).add('owner', 'me');
      const scope = nested ? new Construct(stack, 'Inner') : stack;
      new ReplicatedBucketPair(scope, 'Pair', { destinationRegion: 'eu-west-1', encryption: KMS });
      const replicaStack = `${at.id}Ours-us-east-1-replica-eu-west-1`;
      return {
        rules: 1,
        judge: (app, assembly) => {
          const found = assembly.stacks.find(({ stackName }) => stackName === replicaStack);
          if (!found) return [`no stack ${replicaStack}`];
          const replica = app.ofType('AWS::S3::Bucket').find((it) => it.stack.name === replicaStack)!;
          const tagged = JSON.stringify([found.tags, replica.properties.Tags ?? []]).includes('"me"');
          const role = `${found.assumeRoleArn}`;
          return [
            ...(tagged === (tags !== 'none') ? [] : ['the tags of the stack are not those of its replicas']),
            ...(found.terminationProtection === protection
              ? []
              : ['the replicas are not protected as their source is']),
            ...(role.includes(qualifier === 'own' ? 'cdk-own-' : 'cdk-hnb659fds-') ? [] : [`deployed by ${role}`]),
          ];
        },
      };
    },
  ),
  scene(
    'a source of one stack, a pair of another one',
    { region: ['eu-west-1', 'us-west-2'], deep: [false, true], encrypted: [false, true] },
    (at, { region, deep, encrypted }) => {
      const [data, pairs] = [at.stack('Data'), at.stack('Pairs')];
      const source = new s3.Bucket(data, 'Source', { encryption: encrypted ? KMS : undefined });
      const scope = deep ? new Construct(pairs, 'Backup') : pairs;
      new ReplicatedBucketPair(scope, 'Pair', { source, destinationRegion: region });
      return {
        rules: 1,
        // what follows the place of the source would be another bucket when that moves
        judge: (app) => {
          const replica = app
            .ofType('AWS::S3::Bucket')
            .find((it) => it.stack.region === region && it.stack.id.startsWith(at.id))!;
          const path = `${replica.stack.paths[replica.logicalId]}`;
          const expected = `${at.id}Pairs${deep ? '/Backup' : ''}/Pair/Destination`;
          return path.endsWith(`/${expected}`) ? [] : [`the replica is at ${path}, not at ${expected}`];
        },
      };
    },
  ),
  scene(
    'keys and buckets for logs of a stack of their own',
    { key: ['of the bucket', 'of the source', 'of replicas'], waits: [false, true], logs: [false, true] },
    (at, { key, waits, logs }) => {
      const [stack, other] = [at.stack('Ours'), at.stack('Other')];
      if (waits && key !== 'of the bucket') dependOn(other, stack);
      const encryptionKey = new kms.Key(other, 'Key');
      const serverAccessLogsBucket = logs
        ? new s3.Bucket(at.stack('Logs'), 'Logs', { bucketName: at.name('logs') })
        : undefined;
      new ReplicatedBucketPair(stack, 'Pair', {
        sourceOptions: { encryptionKey: key === 'of the bucket' ? encryptionKey : undefined, serverAccessLogsBucket },
        destinationOptions: { serverAccessLogsBucket },
        encryption: key === 'of the bucket' ? undefined : KMS,
        sourceKeys: key === 'of the source' ? [encryptionKey] : undefined,
        destinationKey: key === 'of replicas' ? encryptionKey : undefined,
      });
      return { rules: 1, mayDoMore: true };
    },
    ({ key, waits }) => (waits && key !== 'of the bucket' ? /depends on/ : undefined),
  ),
  scene(
    'keys that are named twice, or by one rule of two',
    { named: ['once', 'twice', 'by one rule'], keep: [false, true], alias: [false, true] },
    (at, { named, keep, alias }) => {
      const stack = at.stack('Ours');
      const [key, replicaKey, more] = ['Key', 'ReplicaKey', 'More'].map((id) => new kms.Key(stack, id));
      const again = kms.Key.fromKeyArn(stack, 'Again', key.keyArn);
      const encryptionKey = alias ? key.addAlias(`alias/${at.name('data')}`) : key;
      const source = new s3.Bucket(stack, 'Source', { encryption: KMS, encryptionKey, versioned: true });
      const destination = new s3.Bucket(stack, 'Replica', { encryption: KMS, encryptionKey: replicaKey });
      const sourceKeys = named === 'twice' ? [key, key, again, more] : [key, more];
      const rule = { destination, destinationKey: replicaKey };
      const replication = BucketReplication.of(source);
      replication.addRule({ ...rule, sourceKeys, filter: ReplicationFilter.prefix('a/') });
      replication.addRule({
        ...rule,
        sourceKeys: named === 'by one rule' ? undefined : sourceKeys,
        filter: ReplicationFilter.prefix('b/'),
      });
      const ofSource = [source, named === 'by one rule' ? [key] : [key, more]] as const;
      if (!keep) return { rules: 2, sourceKeys: [ofSource], mayDoMore: named === 'by one rule' };
      const pair = new ReplicatedBucketPair(stack, 'Pair', { keepEncryptionKeys: true, sourceKeys: [more] });
      return { rules: 3, sourceKeys: [ofSource, [pair.source, [more]]], mayDoMore: true };
    },
    ({ named, alias }) => (alias && named === 'by one rule' ? /alias/ : undefined),
  ),
  scene(
    'a key whose policy names the role',
    { named: [true, false], path: ['/', '/own/'] },
    (at, { named, path }) => {
      const stack = at.stack('Ours');
      const key = new kms.Key(stack, 'Key');
      const bucketName = named ? at.name('data') : undefined;
      const source = new s3.Bucket(stack, 'Source', { encryptionKey: key, bucketName });
      const destination = new s3.Bucket(stack, 'Replica', { encryption: KMS });
      const { role } = new BucketReplication(stack, 'Replication', {
        source,
        rolePath: path,
        rules: [{ destination }],
      });
      key.addToResourcePolicy(
        new iam.PolicyStatement({
          principals: [new iam.ArnPrincipal(role.roleArn)],
          actions: ['kms:Decrypt'],
          resources: ['*'],
        }),
      );
      return { rules: 1, mayDoMore: true };
    },
    ({ named }) => (named ? /refers to the replication role/ : undefined),
  ),
];
