import { aws_kms as kms, aws_s3 as s3, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { changed } from './apps';
import { rehearse, rehearseDestroy, Rehearsal, rehearseUpdate } from './rehearse';
import { quietApp } from '../../test/app';
import { ACCOUNT, bucket, ENV, KMS } from '../../test/builders';
import { grant } from '../../test/grant';
import { BOOTSTRAPPED } from '../access/two-accounts';
import { DeployedApp } from '../assembly/deployed';
import { readStacks, StackOfApp } from '../assembly/stacks';
import { BucketReplication, CrossAccountReplication } from 'cdk-s3-replication';

const THEIRS = { account: '222222222222', region: 'eu-west-1' };
const fine = { refusals: [], dead: [] };
const named = (roleName: string) => `arn:aws:iam::${ACCOUNT}:role/${roleName}`;

function stacksOf(id: string, env: typeof ENV, define: (stack: Stack) => void): StackOfApp[] {
  const app = quietApp();
  define(new Stack(app, id, { env }));
  return readStacks(app.synth());
}

/** The app of the destination, which lets roles of the other account in. */
const destination = (roles: string[], props: s3.BucketProps = {}) =>
  stacksOf('Backup', THEIRS, (stack) => {
    const backup = bucket(stack, 'Bucket', { bucketName: 'the-backup', versioned: true, encryption: KMS, ...props });
    for (const roleName of roles) grant(backup, { account: ACCOUNT, roleName });
  });
const key = new DeployedApp(destination([])).ofType('AWS::KMS::Key')[0].arn!;

/** The app of a source, which knows the destination by its name. */
const source = (id: string) =>
  stacksOf(id, ENV, (stack) => {
    const encryptionKey = kms.Key.fromKeyArn(stack, 'TheirKey', key);
    new CrossAccountReplication(stack, 'Offsite', {
      source: bucket(stack, 'Bucket', { bucketName: id, encryption: KMS, removalPolicy: RemovalPolicy.DESTROY }),
      roleName: id,
      destination: s3.Bucket.fromBucketAttributes(stack, 'Backup', {
        ...THEIRS,
        bucketName: 'the-backup',
        encryptionKey,
      }),
    });
  });

/** Apps of their own, deployed one after the other. */
function deployed(...apps: StackOfApp[][]): Rehearsal {
  const [first, ...others] = apps;
  return others.reduce((before, app) => rehearseUpdate(before.state, app), rehearse(first));
}
const denied = (id: string) => [
  `${id}/Bucket: the policy of Backup/Bucket does not admit its role`,
  `${id}/Bucket: the policy of Backup/Bucket/Key does not admit its role`,
];

describe('two apps', () => {
  test('replicate when the destination is deployed first, and are refused when it is not', () => {
    expect(deployed(destination(['one']), source('one'))).toMatchObject({ ...fine, windows: [] });
    expect(deployed(source('one')).refusals).toEqual(['create one/Bucket: Destination bucket must exist.']);
  });

  test('take a second source later, after its role is let in', () => {
    const both = destination(['one', 'two']);
    const later = deployed(destination(['one']), source('one'), both, source('two'));
    expect(later).toMatchObject({ ...fine, windows: [] });
    const tooEarly = deployed(destination(['one']), source('one'), source('two'));
    expect(tooEarly).toMatchObject({ refusals: [], dead: denied('two') });
    expect(rehearseUpdate(tooEarly.state, both)).toMatchObject({ ...fine, order: ['Backup'] });
  });

  test.each<[string, string[], s3.BucketProps]>([
    ['one more role is let in', ['one', 'two'], {}],
    ['a lifecycle rule is added', ['one'], { lifecycleRules: [{ expiration: Duration.days(400) }] }],
    ['the bucket has tags and TLS', ['one'], { enforceSSL: true }],
  ])('go on when the destination is updated after the source: %s', (_, roles, props) => {
    const { state } = deployed(destination(['one']), source('one'));
    const updated = rehearseUpdate(state, destination(roles, props));
    expect(updated).toMatchObject({ ...fine, windows: [], order: ['Backup'] });
    expect(updated.steps).not.toEqual([]);
  });

  test.each<[string, string[]]>([
    ['nobody', []],
    ['another role', ['one-2']],
  ])('stop when the destination is updated to let %s in', (_, roles) => {
    const { state } = deployed(destination(['one']), source('one'));
    const updated = rehearseUpdate(state, destination(roles));
    expect(updated.dead).toEqual(denied('one'));
  });

  const again = (before: Rehearsal, id: string) =>
    rehearseUpdate(rehearseDestroy(before.state, { stacks: [id] }).state, source(id));
  const idOf = ({ state }: Rehearsal) => state.roles.get(named('one'))?.id;

  test('go on when the source and its role are deleted and made again', () => {
    const before = deployed(destination(['one']), source('one'));
    const after = again(before, 'one');
    expect(after).toMatchObject({ ...fine, windows: [] });
    expect(idOf(after)).not.toBe(idOf(before));
  });

  /** As AWS shows it: the role itself is the principal. */
  const byPrincipal = changed(destination(['one']), (resources) => {
    for (const { Properties } of Object.values(resources)) {
      for (const statement of (Properties.PolicyDocument ?? Properties.KeyPolicy)?.Statement ?? []) {
        if (!`${statement.Sid}`.startsWith('ReplicasFrom')) continue;
        statement.Principal = { AWS: named('one') };
        delete statement.Condition.ArnEquals;
      }
    }
  });

  test('stop for good when policies name the role that was deleted as their principal', () => {
    const before = deployed(destination(['one']), source('one'), byPrincipal);
    expect(before).toMatchObject({ ...fine, windows: [] });
    const after = again(before, 'one');
    expect(after).toMatchObject({ refusals: [], dead: denied('one') });
    expect(rehearseUpdate(after.state, byPrincipal)).toMatchObject({ order: [], dead: denied('one') });
  });

  test('cannot begin with policies that name the role as their principal', () => {
    expect(rehearse([...byPrincipal, ...source('one')]).refusals).toEqual([
      'create Backup/Bucket/Key: Policy contains a statement with one or more invalid principals.',
      'create Backup/Bucket/Policy: Invalid principal in policy',
      'create one/Bucket: Destination bucket must exist.',
    ]);
  });
});

describe('one app', () => {
  const app = (define: (replica: s3.Bucket) => void = () => {}) => {
    const scope = quietApp();
    const [ours, theirs] = [new Stack(scope, 'Data', { env: ENV }), new Stack(scope, 'Backup', { env: THEIRS })];
    const replica = bucket(theirs, 'Bucket', { encryption: KMS });
    const data = bucket(ours, 'Bucket', {
      bucketName: 'the-data',
      encryption: KMS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    BucketReplication.of(data).addRule({ destination: replica });
    define(replica);
    return readStacks(scope.synth());
  };
  const options = { outside: BOOTSTRAPPED };

  test.each<[string, (replica: s3.Bucket) => void]>([
    ['a grant', (it) => grant(it, { account: ACCOUNT, roleName: 'two' })],
    ['a lifecycle', (it) => it.addLifecycleRule({ expiration: Duration.days(400) })],
  ])('goes on when the stack of the destination alone is updated with %s', (_, define) => {
    const updated = rehearseUpdate(rehearse(app(), options).state, app(define));
    expect(updated).toMatchObject({ ...fine, windows: [], order: ['Backup'] });
    const back = rehearseUpdate(updated.state, app());
    expect(back).toMatchObject({ ...fine, windows: [], order: ['Backup'] });
  });

  test('goes on when the stack of the source is deleted and made again', () => {
    const { state } = rehearse(app(), options);
    const gone = rehearseDestroy(state, { stacks: ['Data'] });
    expect(gone).toMatchObject({ ...fine, order: ['Data'] });
    expect(rehearseUpdate(gone.state, app())).toMatchObject({ ...fine, windows: [], order: ['Data'] });
  });
});

describe('a destination that the library makes', () => {
  const scope = quietApp();
  const [ours, theirs] = [new Stack(scope, 'Data', { env: ENV }), new Stack(scope, 'Backup', { env: THEIRS })];
  const data = bucket(ours, 'Bucket', { bucketName: 'the-data', encryption: KMS });
  new CrossAccountReplication(ours, 'Offsite', { source: data, destinationStack: theirs });
  const app = readStacks(scope.synth());
  const withoutItsStack = (stacks: StackOfApp[]) => {
    const before = rehearse(stacks, { outside: BOOTSTRAPPED, objects: true });
    expect(before).toMatchObject({ ...fine, windows: [] });
    return rehearseDestroy(before.state, { stacks: ['Backup'] });
  };

  test('goes on receiving replicas when its stack is deleted', () => {
    expect(withoutItsStack(app)).toMatchObject({ ...fine, windows: [], order: ['Backup'] });
  });

  test('would not, if its policy went', () => {
    const policyGoes = changed(app, (resources) => {
      for (const it of Object.values(resources)) if (it.Type === 'AWS::S3::BucketPolicy') delete it.DeletionPolicy;
    });
    expect(withoutItsStack(policyGoes).dead).toEqual([
      expect.stringMatching(/^Data\/Bucket: the policy of Backup\/Data\/Offsite\/Destination does not admit its role$/),
    ]);
  });
});
