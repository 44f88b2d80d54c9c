import { aws_iam as iam, aws_kms as kms, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import {
  allow,
  appOf,
  byCore,
  byHand,
  byUs,
  coreGoes,
  coreLacks,
  deployments,
  Encryption,
  fine,
  NAMED,
  only,
  otherOf,
  PATHS,
  roleIn,
  stacksOf,
  until,
} from './migrations';
import { rehearse, rehearseUpdate } from './rehearse';
import { ACCOUNT, bucket, ENV, KMS } from '../../test/builders';
import { grant } from '../../test/grant';
import { DeployedApp } from '../assembly/deployed';

// the paths of docs/migrating.md, deployment by deployment

const { CORE, DATA, OUR_POLICY, OUR_ROLE, ROLE } = PATHS;
type Data = (props?: s3.BucketProps) => s3.Bucket;

describe.each<[Encryption, boolean]>([
  [undefined, false],
  [KMS, false],
  [undefined, true],
])('all in one stack, encryption %s, Object Lock %s', (encryption, objectLockEnabled) => {
  const stacks = (define: (data: Data, replica: s3.Bucket, stack: Stack) => void) =>
    stacksOf((stack) => {
      const both = { versioned: true, encryption, objectLockEnabled };
      const replica = bucket(stack, 'Replica', both);
      define((props) => bucket(stack, 'Data', { ...both, ...props }), replica, stack);
    });
  const core = (bucketName?: string) => stacks((data, replica) => data(byCore(replica, { bucketName })));
  const ours = (bucketName?: string) => stacks((data, replica) => byUs(data({ bucketName }), replica));
  /** A role of the user; core's own role, core with that role, or the library with it; and what it may by itself. */
  const withRole = (who: 'core' | 'core with it' | 'us' | 'us with it', may: boolean, bucketName?: string) =>
    stacks((data, replica, stack) => {
      const replicationRole = roleIn(stack);
      const byCoreWith = byCore(replica, who === 'core' ? {} : { replicationRole });
      const source = data({ bucketName, ...(who.startsWith('us') ? {} : byCoreWith) });
      if (may) allow(replicationRole, source, replica, objectLockEnabled);
      if (who.startsWith('us')) byUs(source, replica, who === 'us' ? {} : { role: replicationRole });
    });
  // nor does core give what Object Lock needs
  const old = objectLockEnabled ? [`${DATA}: no permission to read it`] : coreLacks(encryption);
  const keys = encryption ? [`${DATA}/Key`, 'App/Replica/Key'] : [];
  const failing = (policy: string) => ({ ...fine, windows: until(policy, keys) });

  test('a bucket with a given name takes one deployment', () => {
    const [done] = deployments(core(NAMED), ours(NAMED));
    expect(done).toMatchObject({ ...fine, steps: [`create ${OUR_ROLE}`, `update ${DATA}`, ...coreGoes] });
  });

  test('a bucket that is replaced would be noticed', () => {
    expect(() => deployments(core(NAMED), ours('another-name'))).toThrow('another-name');
  });

  test('one without takes three', () => {
    const steps = [withRole('core', true), withRole('us with it', true), withRole('us with it', false)];
    const [first, second, third] = deployments(core(), ...steps);
    expect(first).toMatchObject({ ...fine, dead: old, steps: [`create ${ROLE}`, `create ${ROLE}/DefaultPolicy`] });
    expect(second).toMatchObject({ ...fine, steps: [`update ${DATA}`, `create ${OUR_POLICY}`, ...coreGoes] });
    expect(third).toMatchObject({ ...fine, steps: [`delete ${ROLE}/DefaultPolicy`] });
  });

  test('objects fail when it takes fewer', () => {
    const late = failing(`create ${OUR_POLICY}`);
    expect(deployments(core(), ours())).toMatchObject([late]);
    expect(deployments(core(), withRole('us with it', false))).toMatchObject([late]);
    expect(deployments(core(), withRole('us with it', true))[0].windows).not.toEqual([]);
  });

  test.each([NAMED, undefined])('a role that core was given is given to the library, bucket name %s', (name) => {
    const before = withRole('core with it', true, name);
    const all = deployments(before, withRole('us with it', true, name), withRole('us with it', false, name));
    expect(all).toMatchObject([fine, { ...fine, steps: [`delete ${ROLE}/DefaultPolicy`] }]);
    expect(all[0].steps.sort()).toEqual([`create ${OUR_POLICY}`, `update ${DATA}`]);
  });

  test.each([NAMED, undefined])('the way back needs a role of the user, bucket name %s', (name) => {
    const late = { ...failing(`create ${CORE}/DefaultPolicy`), dead: old };
    expect(deployments(ours(name), core(name))).toMatchObject([late]);
    const [first, second] = deployments(ours(name), withRole('us', true, name), withRole('core with it', true, name));
    expect(first).toMatchObject({ ...fine, steps: [`create ${ROLE}`, `create ${ROLE}/DefaultPolicy`] });
    expect(second).toMatchObject(fine);
    expect(second.steps).toContain(`retain ${OUR_ROLE}`);
  });
});

describe.each<[string, Encryption]>([
  ['us-east-1', undefined],
  ['us-east-1', KMS],
  ['eu-west-1', undefined],
])('the destination is in another stack in %s, encryption %s', (region, encryption) => {
  /** The new rule names the destination as text, or its construct. */
  const stacks = (
    define: (data: Data, replica: s3.IBucket, stack: Stack) => void,
    text = false,
    references = 'strong',
  ) => {
    const context = { '@aws-cdk/core:defaultCrossStackReferences': references };
    const place = { other: { ...ENV, region }, context };
    return stacksOf((stack, other) => {
      const replica = bucket(other, 'Replica', { versioned: true, encryption });
      const data: Data = (props) => bucket(stack, 'Data', { versioned: true, encryption, ...props });
      define(data, text ? asText(stack) : replica, stack);
    }, place);
  };
  const core = (references?: string) =>
    stacks((data, replica) => data(byCore(replica, { bucketName: NAMED })), false, references);
  const ours = (text = false, references?: string) =>
    stacks((data, replica) => byUs(data({ bucketName: NAMED }), replica), text, references);

  const deployed = new DeployedApp(core());
  const replica = deployed.ofType('AWS::S3::Bucket').find(({ stack }) => stack.id === 'Other')!;
  const key = deployed.ofType('AWS::KMS::Key').find(({ stack }) => stack.id === 'Other');
  function asText(stack: Stack): s3.IBucket {
    const encryptionKey = key && kms.Key.fromKeyArn(stack, 'KeyByArn', key.arn!);
    const attributes = { bucketName: replica.physicalId, region, encryptionKey };
    return s3.Bucket.fromBucketAttributes(stack, 'ReplicaByName', attributes);
  }

  test('first its name, then its construct', () => {
    const all = deployments(core(), only('App', ours(true)), ours(true), ours());
    expect(all).toMatchObject([fine, fine, fine]);
    expect(all.map(({ order }) => order)).toEqual([['App'], ['Other'], ['Other', 'App']]);
    expect(all[0].steps).toContain(`update ${DATA}`);
    expect(all[1].steps.filter((it) => !/Export/.test(it))).toEqual([]);
    // an output, and a reference with the same value
    expect(all[2].steps).toEqual([]);
  });

  test('the same with a role for a source without a given name', () => {
    const withRole = (who: 'core' | 'us', may: 'text' | 'nothing', text = false) =>
      stacks((data, destination, stack) => {
        const role = roleIn(stack);
        const source = data(who === 'core' ? byCore(destination) : {});
        if (who === 'us') byUs(source, destination, { role });
        if (may === 'text') allow(role, source, text ? destination : asText(stack));
      }, text);
    const start = rehearse(withRole('core', 'text'));
    expect(start.refusals).toEqual([]);
    const named = withRole('us', 'text', true);
    expect(deployments(start, only('App', named), named, withRole('us', 'nothing'))).toMatchObject([fine, fine, fine]);
  });

  test('at once is refused within a region, unless references of core are weak', () => {
    for (const after of [ours(), ours(true)]) {
      const [done] = deployments(core(), after);
      if (region !== ENV.region) expect(done).toMatchObject(fine);
      else expect(done.refusals[0]).toMatch(/^Other: Export .* cannot be deleted as it is in use by App$/);
    }
    expect(deployments(core('weak'), ours(false, 'weak'))).toMatchObject([fine]);
  });
});

describe.each([undefined, KMS])('the destination is in another account, encryption %s', (encryption) => {
  const THEIRS = { account: '222222222222', region: 'us-east-1' };
  const core = `arn:aws:iam::${ACCOUNT}:role/CDKReplicationRole`;
  const roleName = 'data-to-replica';
  const their = (roles: 'none' | 'old' | 'both' | 'new', more: s3.BucketProps = {}) =>
    otherOf(THEIRS, (stack) => {
      const replica = bucket(stack, 'Replica', { bucketName: 'the-replica', versioned: true, encryption, ...more });
      if (roles === 'old' || roles === 'both') {
        replica.addReplicationPolicy(core);
        replica.encryptionKey?.grantEncryptDecrypt(new iam.ArnPrincipal(core));
      }
      if (roles === 'both' || roles === 'new') {
        grant(replica, { account: ACCOUNT, roleName });
      }
    });
  const [key] = new DeployedApp(their('none')).ofType('AWS::KMS::Key');
  const our = (define: (data: Data, replica: s3.IBucket, stack: Stack) => void) =>
    appOf((stack) => {
      const encryptionKey = key && kms.Key.fromKeyArn(stack, 'TheirKey', key.arn!);
      const attributes = { ...THEIRS, bucketName: 'the-replica', encryptionKey };
      const replica = s3.Bucket.fromBucketAttributes(stack, 'Replica', attributes);
      define((props) => bucket(stack, 'Data', { versioned: true, encryption, ...props }), replica, stack);
    });
  const old = coreLacks(encryption, 'Other/Replica/Key');
  const byTheirs = (bucketName?: string) => our((data, replica) => data(byCore(replica, { bucketName })));
  const ours = (bucketName?: string) => our((data, replica) => byUs(data({ bucketName }), replica, { roleName }));
  const withRole = (who: 'core' | 'us', may: boolean) =>
    our((data, replica, stack) => {
      const role = roleIn(stack, roleName);
      const source = data(who === 'core' ? byCore(replica) : {});
      if (may) allow(role, source, replica);
      if (who === 'us') byUs(source, replica, { role });
    });
  const start = (bucketName?: string) =>
    rehearseUpdate(rehearseUpdate(rehearse(their('none')).state, byTheirs(bucketName)).state, their('old'));

  test('its policies let the new role in first, and forget that of core last', () => {
    const all = deployments(start(NAMED), their('both'), ours(NAMED), their('new'));
    expect(all).toMatchObject([{ ...fine, dead: old }, fine, fine]);
    const policies = [...(encryption ? ['update Other/Replica/Key'] : []), 'update Other/Replica/Policy'];
    expect([all[0].steps, all[2].steps]).toEqual([policies, policies]);
  });

  test('a source without a given name takes a role of the user in between', () => {
    const roles = [withRole('core', true), withRole('us', true), withRole('us', false)];
    const all = deployments(start(), their('both'), ...roles, their('new'));
    expect(all).toMatchObject([{ ...fine, dead: old }, { ...fine, dead: old }, fine, fine, fine]);
    const keys = encryption ? [`${DATA}/Key`, 'Other/Replica/Key'] : [];
    const windows = until(`create ${OUR_POLICY}`, keys, 'Other/Replica');
    expect(deployments(start(), their('both'), ours())[1]).toMatchObject({ ...fine, windows });
  });

  test('what comes too early, or in between', () => {
    const denied = ['Other/Replica', ...(encryption ? ['Other/Replica/Key'] : [])].map(
      (it) => `${DATA}: the policy of ${it} does not admit its role`,
    );
    expect(deployments(start(NAMED), ours(NAMED))).toMatchObject([{ ...fine, dead: denied }]);
    expect(deployments(start(NAMED), their('new'))).toMatchObject([{ ...fine, dead: [...denied, ...old] }]);
    const changed = deployments(start(NAMED), their('both'), ours(NAMED), their('both', { enforceSSL: true })).pop();
    expect(changed).toMatchObject({ refusals: ['update Other/Replica/Policy: Invalid principal in policy'] });
  });
});

describe.each([NAMED, undefined])('an L1 bucket, bucket name %s', (bucketName) => {
  const stacks = (who: 'core' | 'us', may: boolean) =>
    stacksOf((stack) => {
      const { data, replica, role } = byHand(stack, { bucketName, replicates: who === 'core', may });
      if (who === 'us') byUs(data, replica, { role: iam.Role.fromRoleArn(stack, 'SameRole', role.attrArn) });
    });

  test('gives its role to the library', () => {
    const all = deployments(stacks('core', true), stacks('us', true), stacks('us', false));
    expect(all).toMatchObject([fine, fine]);
    expect(all[0].steps.sort()).toEqual([`create ${DATA}/S3Replication/Policy`, `update ${DATA}`]);
    // what is within the role goes too early when it goes at once
    const [done] = deployments(stacks('core', true), stacks('us', false));
    const policy = `create ${DATA}/S3Replication/Policy`;
    const windows = bucketName ? until(policy).map((it) => it.replace(`update ${DATA}'`, `update ${ROLE}'`)) : [];
    expect(done).toMatchObject({ ...fine, windows });
  });
});
