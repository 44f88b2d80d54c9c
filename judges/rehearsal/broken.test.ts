import { aws_iam as iam, Stack } from 'aws-cdk-lib';
import { byName, changed, resourceAt, synthesized, waitingFor } from './apps';
import { rehearse, rehearseDestroy } from './rehearse';
import { ACCOUNT, bucket, ENV, KMS, l1 } from '../../test/builders';
import { StackOfApp } from '../assembly/stacks';
import { ReplicatedBucketPair } from 'cdk-s3-replication';

const versioned = (bucketName: string) => ({ versioned: true, bucketName });
const matching = (...words: RegExp[]) => words.map((it) => expect.stringMatching(it));

describe('what breaks what the library makes is found:', () => {
  const named = { sourceOptions: { bucketName: 'here' } };
  const pair = () =>
    synthesized((stack) => new ReplicatedBucketPair(stack, 'Pair', { ...named, destinationRegion: 'eu-west-1' }));
  const unnamed = () => synthesized((stack) => new ReplicatedBucketPair(stack, 'Pair'));
  let app: StackOfApp[];
  beforeAll(() => (app = pair()));

  test('nothing is broken', () => {
    expect(rehearse(app)).toMatchObject({ refusals: [], windows: [], dead: [] });
    expect(rehearseDestroy(rehearse(app).state)).toMatchObject({ refusals: [], windows: [], dead: [] });
  });

  test('the stack of the source does not wait', () => {
    const free = app.map((stack) => ({ ...stack, after: [] }));
    const unknown = 'Stack with id App-us-east-1-replica-eu-west-1 does not exist in eu-west-1 of account 111111111111';
    expect(rehearse(free).refusals).toEqual([
      `create App/Pair/Source/Resource/S3Replication/Role: ${unknown}`,
      `create App/Pair/Source: ${unknown}`,
      'create App/Pair/Source: Destination bucket must exist.',
    ]);
  });

  const edit = (type: string, path: string, change: (resource: any) => void, stacks = app) =>
    changed(stacks, (_, stack) => {
      if (Object.values<any>(stack.paths).some((it) => it.endsWith(path)) && hasType(stack, type, path)) {
        change(resourceAt(stack, type, path));
      }
    });
  const hasType = (stack: StackOfApp, type: string, path: string) =>
    Object.entries(stack.template.Resources).some(([id, it]) => it.Type === type && stack.paths[id]?.endsWith(path));
  const SOURCE = ['AWS::S3::Bucket', 'Pair/Source'] as const;
  const DESTINATION = ['AWS::S3::Bucket', 'Pair/Destination'] as const;
  const ROLE = ['AWS::IAM::Role', 'S3Replication/Role'] as const;
  const statements = (role: any) => role.Properties.Policies[0].PolicyDocument.Statement;

  test.each<[string, () => StackOfApp[], string]>([
    [
      'no versioning of the source',
      () => edit(...SOURCE, (it) => delete it.Properties.VersioningConfiguration),
      "Versioning must be 'Enabled' on the bucket",
    ],
    [
      'no versioning of the destination',
      () => edit(...DESTINATION, (it) => delete it.Properties.VersioningConfiguration),
      'Destination bucket must have versioning enabled.',
    ],
    [
      'a priority twice',
      () =>
        edit(...SOURCE, (it) =>
          it.Properties.ReplicationConfiguration.Rules.push(it.Properties.ReplicationConfiguration.Rules[0]),
        ),
      'Found duplicate priority',
    ],
  ])('%s', (_, broken, words) => {
    expect(rehearse(broken()).refusals).toContainEqual(expect.stringContaining(words));
  });

  test.each<[string, () => StackOfApp[], string]>([
    [
      'a trust for another service',
      () =>
        edit(
          ...ROLE,
          (it) => (it.Properties.AssumeRolePolicyDocument.Statement[0].Principal = { Service: 'ec2.amazonaws.com' }),
        ),
      'S3 may not assume its role',
    ],
    ['no permission to read', () => edit(...ROLE, (it) => statements(it).splice(1, 1)), 'no permission to read it'],
    [
      'no permission to write',
      () => edit(...ROLE, (it) => statements(it).pop()),
      'no permission to write to App/ReplicaStack-eu-west-1/Pair/Destination',
    ],
    [
      'permissions for another prefix',
      () => edit(...ROLE, (it) => (statements(it)[1].Resource = 'arn:aws:s3:::here/other/*')),
      'no permission to read it',
    ],
    [
      'another role',
      () =>
        edit(...SOURCE, (it) => (it.Properties.ReplicationConfiguration.Role = `arn:aws:iam::${ACCOUNT}:role/other`)),
      'its role is not there',
    ],
    [
      'another owner',
      () =>
        edit(...SOURCE, (it) => (it.Properties.ReplicationConfiguration.Rules[0].Destination.Account = '222222222222')),
      'App/ReplicaStack-eu-west-1/Pair/Destination belongs to another account than 222222222222',
    ],
    [
      'Object Lock of the source alone',
      () => edit(...SOURCE, (it) => (it.Properties.ObjectLockEnabled = true)),
      'App/ReplicaStack-eu-west-1/Pair/Destination has no Object Lock',
    ],
  ])('%s, silently', (_, broken, what) => {
    const { refusals, dead } = rehearse(broken());
    expect(refusals).toEqual([]);
    expect(dead).toContain(`App/Pair/Source: ${what}`);
  });

  describe('keys', () => {
    const KEY = 'App/ReplicaStack-eu-west-1/Pair/Key';
    const withKeys = () =>
      synthesized(
        (stack) =>
          new ReplicatedBucketPair(stack, 'Pair', { ...named, destinationRegion: 'eu-west-1', encryption: KMS }),
      );
    let keys: StackOfApp[];
    beforeAll(() => (keys = withKeys()));
    const rule = (it: any) => it.Properties.ReplicationConfiguration.Rules[0].Destination.EncryptionConfiguration;

    test.each<[string, () => StackOfApp[], string]>([
      ['no permission', () => edit(...ROLE, (it) => statements(it).pop(), keys), `no permission for ${KEY}`],
      [
        'a policy that admits nobody',
        () => edit('AWS::KMS::Key', 'Pair/Key', (it) => (it.Properties.KeyPolicy.Statement = []), keys),
        `the policy of ${KEY} does not admit its role`,
      ],
      [
        'a key that is not there',
        () => edit(...SOURCE, (it) => (rule(it).ReplicaKmsKeyID = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/none`), keys),
        `arn:aws:kms:eu-west-1:${ACCOUNT}:key/none is not there`,
      ],
      [
        'a key of another region',
        () => edit(...SOURCE, (it) => (rule(it).ReplicaKmsKeyID = `arn:aws:kms:us-east-1:${ACCOUNT}:key/none`), keys),
        `the key of the replicas in App/ReplicaStack-eu-west-1/Pair/Destination is in another region`,
      ],
    ])('%s', (_, broken, what) => {
      expect(rehearse(keys).dead).toEqual([]);
      expect(rehearse(broken()).dead).toContain(`App/Pair/Source: ${what}`);
    });
  });

  test('the policy of a destination in another account', () => {
    const free = synthesized((stack, it) => {
      const there = new Stack(it, 'There', { env: { ...ENV, account: '222222222222' } });
      const destination = bucket(there, 'Destination', versioned('there'));
      destination.addReplicationPolicy(`arn:aws:iam::${ACCOUNT}:root`);
      const role = new iam.Role(stack, 'Role', {
        assumedBy: new iam.ServicePrincipal('s3.amazonaws.com'),
        inlinePolicies: {
          All: new iam.PolicyDocument({
            statements: [new iam.PolicyStatement({ actions: ['s3:*'], resources: ['*'] })],
          }),
        },
      });
      byName(stack, 'here', 'there').addPropertyOverride('ReplicationConfiguration.Role', stack.resolve(role.roleArn));
    });
    const stacks = waitingFor('There', free);
    expect(rehearse(stacks)).toMatchObject({ refusals: [], windows: [], dead: [] });
    const without = changed(stacks, (resources) => {
      for (const [id, { Type }] of Object.entries<any>(resources)) {
        if (Type === 'AWS::S3::BucketPolicy') delete resources[id];
      }
    });
    expect(rehearse(without).dead).toEqual(['App/here: the policy of There/Destination does not admit its role']);
  });

  test('permissions that come later than they could', () => {
    const apart = changed(app, (resources, stack) => {
      if (stack !== undefined && !hasType(stack, ...ROLE)) return;
      const role = resourceAt(stack, ...ROLE);
      const [{ PolicyName, PolicyDocument }] = role.Properties.Policies;
      delete role.Properties.Policies;
      const id = Object.keys(resources).find((it) => resources[it] === role)!;
      resources.Apart = { Type: 'AWS::IAM::Policy', Properties: { PolicyName, PolicyDocument, Roles: [{ Ref: id }] } };
      resources.Apart.DeletionPolicy = 'Retain';
    });
    expect(rehearse(apart).windows).toEqual(
      matching(
        /^App\/Pair\/Source: no permission to read it, .*; from 'create App\/Pair\/Source' until 'create App\/Apart'$/,
      ),
    );
  });

  test('a role of the user whose policy the bucket does not wait for', () => {
    const stacks = synthesized((stack) => {
      const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com') });
      role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:*'], resources: ['*'] }));
      const source = byName(stack, 'here', 'there');
      source.addPropertyOverride('ReplicationConfiguration.Role', stack.resolve(role.roleArn));
      const destination = bucket(stack, 'Destination', versioned('there'));
      source.addOverride('DependsOn', stack.getLogicalId(l1(destination)));
    });
    expect(rehearse(stacks).windows).toHaveLength(1);
    const waiting = changed(stacks, (resources, stack) => {
      const policy = resourceAt(stack, 'AWS::IAM::Policy');
      const id = Object.keys(resources).find((it) => resources[it] === policy)!;
      resources.here.DependsOn = [resources.here.DependsOn, id].flat();
    });
    expect(rehearse(waiting)).toMatchObject({ refusals: [], windows: [], dead: [] });
  });

  test.each<[string, (role: any) => void, string]>([
    ['a role that is not retained with its source', (it) => delete it.DeletionPolicy, 'its role is not there'],
  ])('%s', (_, change, what) => {
    const { state } = rehearse(edit(...ROLE, change));
    expect(rehearseDestroy(state).dead).toEqual([`App/Pair/Source (retained): ${what}`]);
  });

  test('a policy that is not retained with its source and role', () => {
    const { state } = rehearse(
      edit('AWS::IAM::Policy', 'S3Replication/Policy', (it) => delete it.DeletionPolicy, unnamed()),
    );
    expect(rehearseDestroy(state).dead).toEqual([
      'App/Pair/Source (retained): no permission to read it',
      'App/Pair/Source (retained): no permission to write to App/Pair/Destination',
    ]);
  });

  test('a policy that is retained with its source while the role is not', () => {
    const { state } = rehearse(edit(...ROLE, (it) => delete it.DeletionPolicy, unnamed()));
    expect(rehearseDestroy(state).refusals).toEqual(
      matching(/^delete .*Role: Cannot delete entity, must delete policies first\.$/),
    );
  });

  test('a destination that is deleted while its source is retained', () => {
    const { state } = rehearse(edit(...DESTINATION, (it) => (it.DeletionPolicy = 'Delete')));
    expect(rehearseDestroy(state).dead).toEqual(
      matching(/^App\/Pair\/Source \(retained\): arn:aws:s3:::.* is not there$/),
    );
  });

  test('a stack that is destroyed before the one that needs it', () => {
    const { state } = rehearse(edit(...DESTINATION, (it) => (it.DeletionPolicy = 'Delete')));
    const { refusals, dead } = rehearseDestroy(state, { stacks: [app[0].id] });
    expect({ refusals, dead }).toEqual({
      refusals: [],
      dead: matching(/^App\/Pair\/Source: arn:aws:s3:::.* is not there$/),
    });
  });
});
