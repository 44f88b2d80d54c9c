import { Aspects, aws_s3 as s3, MissingRemovalPolicies, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { silenced, Templates } from '../templates';
import { changes, harm, inStack, resourcesOf } from '../updates';
import { BucketReplication, BucketReplicationProps, ReplicationRuleOptions } from 'cdk-s3-replication';

silenced();

describe('the way out', () => {
  const sources: Array<[string, s3.BucketProps]> = [
    ['without a name', {}],
    ['with a name', { bucketName: 'data-of-mine' }],
  ];
  type Rules = Array<ReplicationRuleOptions & { to: 'One' | 'Two' }>;
  const app = (props: s3.BucketProps, rules?: Rules) =>
    inStack((stack) => {
      const source = new s3.Bucket(stack, 'Source', { versioned: true, ...props });
      const destinations = {
        One: new s3.Bucket(stack, 'One', { versioned: true }),
        Two: new s3.Bucket(stack, 'Two', { versioned: true }),
      };
      if (!rules) return;
      const replication = new BucketReplication(stack, 'Replication', { source });
      rules.forEach(({ to, ...rule }) => replication.addRule({ ...rule, destination: destinations[to] }));
    });
  const sourceOf = (templates: Templates) =>
    resourcesOf(templates).find(({ Properties }) => Properties?.ReplicationConfiguration).Properties
      .ReplicationConfiguration;
  /** What the role may do, wherever it is written. */
  const permissions = (templates: Templates): string =>
    JSON.stringify(
      resourcesOf(templates)
        .filter(({ Type }) => Type.startsWith('AWS::IAM::'))
        .flatMap(
          ({ Properties }) => Properties.Policies ?? (Properties.PolicyDocument ? [Properties.PolicyDocument] : []),
        ),
    );

  describe.each(sources)('of a source %s', (_, props) => {
    test('disabling a rule keeps its permissions: only its status changes', () => {
      const before = app(props, [{ to: 'One' }, { to: 'Two' }]);
      const disabled = app(props, [{ to: 'One' }, { to: 'Two', enabled: false }]);

      expect(changes(before, disabled)).toEqual(['~ AWS::S3::Bucket Source71E471F1.ReplicationConfiguration']);
      const [one, two] = sourceOf(before).Rules;
      expect(sourceOf(disabled)).toEqual({ ...sourceOf(before), Rules: [one, { ...two, Status: 'Disabled' }] });
      expect(permissions(disabled)).toBe(permissions(before));
    });

    test('removing it afterwards removes its permissions', () => {
      const disabled = app(props, [{ to: 'One' }, { to: 'Two', enabled: false }]);
      const removed = app(props, [{ to: 'One' }]);

      expect(harm(disabled, removed)).toEqual([]);
      expect(permissions(disabled)).toContain('Two');
      expect(permissions(removed)).not.toContain('Two');
      expect(permissions(removed)).toContain('One');
    });

    test('removing the last rule removes the configuration and all permissions on objects', () => {
      const disabled = app(props, [{ to: 'One', enabled: false }]);
      const removed = app(props, []);

      expect(permissions(removed)).not.toMatch(/s3:(Replicate|GetObject)/);
      expect(resourcesOf(removed).filter(({ Properties }) => Properties?.ReplicationConfiguration)).toEqual([]);
      // a policy that is orphaned would stay attached to the role: the permissions would remain in the account
      expect(harm(disabled, removed)).toEqual([]);
    });

    test('removing the construct after its rules are disabled leaves nothing behind in the account', () => {
      const disabled = app(props, [{ to: 'One', enabled: false }]);
      const never = app(props);

      const gone = ['WILL_DESTROY AWS::IAM::Role', ...(props.bucketName ? [] : ['WILL_DESTROY AWS::IAM::Policy'])];
      expect(harm(disabled, never).map((line) => line.replace(/ \w+$/, ''))).toEqual(gone);
    });
  });

  describe('deleting the stack', () => {
    const fates = (templates: Templates) =>
      Object.fromEntries(
        resourcesOf(templates)
          .filter(({ Type, Properties }) => Type.startsWith('AWS::IAM::') || Properties?.ReplicationConfiguration)
          .map(({ Type, DeletionPolicy, UpdateReplacePolicy }) => [
            Type.replace(/.*::/, ''),
            [DeletionPolicy ?? 'Delete', UpdateReplacePolicy ?? 'Delete'],
          ]),
      );
    const stackWith = (
      props: s3.BucketProps,
      then: (stack: Stack, source: s3.Bucket) => void = () => {},
      replication: Partial<BucketReplicationProps> = {},
    ) =>
      inStack((stack) => {
        const source = new s3.Bucket(stack, 'Source', props);
        new BucketReplication(stack, 'Replication', {
          ...replication,
          source,
          rules: [{ destination: s3.Bucket.fromBucketName(stack, 'One', 'one') }],
        });
        then(stack, source);
      });
    const RETAINED = ['Retain', 'Retain'];
    /** Not when the deployment that creates it is rolled back. */
    const KEPT = ['RetainExceptOnCreate', 'Retain'];
    const DELETED = ['Delete', 'Delete'];

    test.each<[string, () => Templates, string[], string[]?]>([
      ['a retained source: the role and its policy stay', () => stackWith({}), RETAINED],
      [
        'RETAIN_ON_UPDATE_OR_DELETE',
        () => stackWith({ removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE }),
        KEPT,
      ],
      ['DESTROY: they go', () => stackWith({ removalPolicy: RemovalPolicy.DESTROY }), DELETED],
      [
        'retained later',
        () =>
          stackWith({ removalPolicy: RemovalPolicy.DESTROY }, (_, source) =>
            source.applyRemovalPolicy(RemovalPolicy.RETAIN),
          ),
        RETAINED,
      ],
      ['deleted later', () => stackWith({}, (_, source) => source.applyRemovalPolicy(RemovalPolicy.DESTROY)), DELETED],
      [
        'retained by an aspect',
        () =>
          stackWith({ removalPolicy: RemovalPolicy.DESTROY }, (stack) =>
            Aspects.of(stack).add({
              visit: (node) => node instanceof s3.CfnBucket && node.applyRemovalPolicy(RemovalPolicy.RETAIN),
            }),
          ),
        RETAINED,
      ],
      [
        'deleted by an aspect',
        () =>
          stackWith({}, (stack) =>
            Aspects.of(stack).add({
              visit: (node) => node instanceof s3.CfnBucket && node.applyRemovalPolicy(RemovalPolicy.DESTROY),
            }),
          ),
        DELETED,
      ],
      [
        'RemovalPolicies.of(stack).destroy()',
        () => stackWith({}, (stack) => RemovalPolicies.of(stack).destroy()),
        DELETED,
      ],
      [
        'RemovalPolicies.of(stack).retain()',
        () => stackWith({ removalPolicy: RemovalPolicy.DESTROY }, (stack) => RemovalPolicies.of(stack).retain()),
        RETAINED,
        RETAINED,
      ],
      [
        'MissingRemovalPolicies.of(stack).destroy()',
        () => stackWith({}, (stack) => MissingRemovalPolicies.of(stack).destroy()),
        RETAINED,
      ],
    ])('%s', (_, templates, fate, ofRole = fate === RETAINED ? KEPT : fate) => {
      expect(fates(templates())).toEqual({ Bucket: fate, Role: ofRole, Policy: ofRole });
    });

    test('a policy of its own for the role wins', () => {
      const templates = stackWith({}, (_, source) =>
        BucketReplication.of(source).role.applyRemovalPolicy(RemovalPolicy.DESTROY),
      );
      expect(fates(templates)).toMatchObject({ Bucket: RETAINED, Role: DELETED });
    });

    test('a source with a name: the role holds the permissions and stays', () => {
      expect(fates(stackWith({ bucketName: 'data-of-mine' }))).toEqual({ Bucket: RETAINED, Role: KEPT });
    });

    test('a role with a name goes, so that the stack can be created again', () => {
      expect(fates(stackWith({}, undefined, { roleName: 'replicates-data' }))).toEqual({
        Bucket: RETAINED,
        Role: DELETED,
        Policy: DELETED,
      });
      expect(fates(stackWith({ bucketName: 'data-of-mine' }, undefined, { roleName: 'replicates-data' }))).toEqual({
        Bucket: RETAINED,
        Role: DELETED,
      });
    });

    test('an L1 bucket: as CloudFormation treats the bucket', () => {
      const l1 = (policy?: RemovalPolicy) =>
        inStack((stack) => {
          const source = new s3.CfnBucket(stack, 'Source');
          if (policy) source.applyRemovalPolicy(policy);
          BucketReplication.of(source).addRule({ destination: s3.Bucket.fromBucketName(stack, 'One', 'one') });
        });
      expect(fates(l1())).toEqual({ Bucket: DELETED, Role: DELETED, Policy: DELETED });
      expect(fates(l1(RemovalPolicy.RETAIN))).toEqual({ Bucket: RETAINED, Role: KEPT, Policy: KEPT });
    });
  });
});
