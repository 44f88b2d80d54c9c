import { App, Aspects, CfnParameter, CfnResource, Lazy, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import {
  boundaryDocumentOf,
  bucketPoliciesOf,
  bucketsLoggingTo,
  finalProperties,
  referredTo,
} from '../../src/app/rendered';
import { asList, isIntrinsic } from '../../src/documents/intrinsics';
import { statementsIn } from '../../src/documents/statements';

const l1 = (bucket: s3.Bucket) => bucket.node.defaultChild as s3.CfnBucket;
const sids = (bucket: s3.CfnBucket) =>
  bucketPoliciesOf(bucket).map(({ document }) => (document as any).Statement[0].Sid);
const document = (Sid: string) => ({ Statement: [{ Sid }] });

/** Looks while CDK validates, as the library does. */
function whileValidating<T>(scope: Construct, look: () => T): { seen: T[] } {
  const seen: T[] = [];
  scope.node.addValidation({
    validate: () => {
      seen.push(look());
      return [];
    },
  });
  return { seen };
}

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack');
});

describe('finalProperties', () => {
  test('overrides, later assignments and lazy values count', () => {
    const bucket = new s3.CfnBucket(stack, 'Bucket', { bucketName: Lazy.string({ produce: () => 'late' }) });
    bucket.addPropertyOverride('VersioningConfiguration.Status', 'Suspended');
    bucket.accelerateConfiguration = { accelerationStatus: 'Enabled' };
    expect(finalProperties(bucket)).toEqual({
      BucketName: 'late',
      VersioningConfiguration: { Status: 'Suspended' },
      AccelerateConfiguration: { AccelerationStatus: 'Enabled' },
    });
  });

  test('no properties', () =>
    expect(finalProperties(new CfnResource(stack, 'Topic', { type: 'AWS::SNS::Topic' }))).toEqual({}));

  test('a resource that is not synthesized', () => {
    class Never extends CfnResource {
      protected shouldSynthesize() {
        return false;
      }
    }
    expect(finalProperties(new Never(stack, 'Never', { type: 'AWS::SNS::Topic', properties: { a: 1 } }))).toEqual({});
  });
});

describe('bucketPoliciesOf', () => {
  test('the policy of an L2 bucket, with its overrides', () => {
    const bucket = new s3.Bucket(stack, 'Bucket', { enforceSSL: true });
    const policy = bucket.policy!.node.defaultChild as s3.CfnBucketPolicy;
    policy.addPropertyOverride('PolicyDocument.Statement.1', { Effect: 'Deny' });
    expect(bucketPoliciesOf(l1(bucket))).toEqual([
      {
        policy,
        document: {
          Version: '2012-10-17',
          Statement: [
            expect.objectContaining({ Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
            { Effect: 'Deny' },
          ],
        },
      },
    ]);
  });

  test('none', () => expect(bucketPoliciesOf(new s3.CfnBucket(stack, 'Bucket'))).toEqual([]));

  test('found by reference, by literal name, by a name that is an intrinsic, and of any class', () => {
    const name = new CfnParameter(stack, 'Name').valueAsString;
    const one = new s3.CfnBucket(stack, 'One', { bucketName: 'one' });
    const two = new s3.CfnBucket(stack, 'Two', { bucketName: name });
    new s3.CfnBucketPolicy(stack, 'A', { bucket: one.ref, policyDocument: document('by reference') });
    new s3.CfnBucketPolicy(stack, 'B', { bucket: 'one', policyDocument: document('by name') });
    new s3.CfnBucketPolicy(stack, 'C', { bucket: name, policyDocument: document('by parameter') });
    new CfnResource(stack, 'D', {
      type: 'AWS::S3::BucketPolicy',
      properties: { Bucket: one.ref, PolicyDocument: document('generic') },
    });
    expect(sids(one)).toEqual(['by reference', 'generic', 'by name']);
    expect(sids(two)).toEqual(['by parameter']);
  });

  test('anywhere in the stack, but in no other stack', () => {
    const bucket = new s3.CfnBucket(stack, 'Bucket', { bucketName: 'name' });
    const policy = (scope: Construct, sid: string) =>
      new s3.CfnBucketPolicy(scope, 'Policy', { bucket: 'name', policyDocument: document(sid) });
    policy(new Construct(new Construct(stack, 'Deep'), 'Deeper'), 'deep');
    policy(new NestedStack(stack, 'Nested'), 'nested');
    policy(new Stack(stack, 'Child'), 'child');
    policy(new Stack(new Stage(stack, 'Stage'), 'Stack'), 'staged');
    expect(sids(bucket)).toEqual(['deep']);
  });

  test('in a nested stack', () => {
    const nested = new NestedStack(stack, 'Nested');
    const bucket = new s3.Bucket(nested, 'Bucket', { enforceSSL: true });
    const looked = whileValidating(bucket, () => bucketPoliciesOf(l1(bucket)).length);
    app.synth();
    expect(looked.seen).toEqual([1]);
  });

  test('what aspects add is seen during validation', () => {
    const bucket = new s3.Bucket(stack, 'Bucket');
    Aspects.of(stack).add({
      visit: (node) =>
        node === bucket &&
        bucket.addToResourcePolicy(
          new iam.PolicyStatement({
            sid: 'Late',
            principals: [new iam.AnyPrincipal()],
            actions: ['s3:*'],
            resources: ['*'],
          }),
        ),
    });
    const looked = whileValidating(bucket, () => sids(l1(bucket)));
    app.synth();
    expect(looked.seen).toEqual([['Late']]);
  });

  test('a second synthesis looks again, also when another stack asks first', () => {
    const asking = new CfnResource(stack, 'Asking', { type: 'AWS::SNS::Topic' });
    const later = new Stack(app, 'Later');
    const bucket = new s3.CfnBucket(later, 'Bucket');
    const policy = new s3.CfnBucketPolicy(later, 'Policy', { bucket: bucket.ref, policyDocument: document('before') });
    const looked = whileValidating(asking, () => sids(bucket));
    sids(bucket);
    policy.policyDocument = document('first');
    app.synth();
    policy.policyDocument = document('second');
    app.synth({ force: true });
    app.synth({ force: true });
    expect(looked.seen).toEqual([['first'], ['second'], ['second']]);
  });

  test('each resource is rendered once for any number of buckets', () => {
    const buckets = Array.from({ length: 50 }, (_, i) => new s3.Bucket(stack, `Bucket${i}`, { enforceSSL: true }));
    const rendered = jest.spyOn(CfnResource.prototype, '_toCloudFormation');
    buckets.forEach((bucket) => expect(bucketPoliciesOf(l1(bucket))).toHaveLength(1));
    expect(rendered).toHaveBeenCalledTimes(100);
    rendered.mockRestore();
  });
});

describe('bucketsLoggingTo', () => {
  test('by reference, by name, to itself, and as overridden', () => {
    const logs = new s3.Bucket(stack, 'Logs', { bucketName: 'logs' });
    const byReference = new s3.Bucket(stack, 'A', { serverAccessLogsBucket: logs });
    const byName = new s3.CfnBucket(stack, 'B', { loggingConfiguration: { destinationBucketName: 'logs' } });
    const itself = new s3.CfnBucket(stack, 'C', { loggingConfiguration: { logFilePrefix: 'x' } });
    const overridden = new s3.CfnBucket(stack, 'D');
    overridden.addPropertyOverride('LoggingConfiguration.DestinationBucketName', 'logs');
    const conditional = new s3.CfnBucket(stack, 'E');
    conditional.addPropertyOverride('LoggingConfiguration', {
      'Fn::If': ['Prod', { DestinationBucketName: 'logs' }, { Ref: 'AWS::NoValue' }],
    });
    expect(bucketsLoggingTo(l1(logs))).toEqual([l1(byReference), byName, overridden]);
    expect(bucketsLoggingTo(itself)).toEqual([itself]);
    expect(bucketsLoggingTo(conditional)).toEqual([]);
    expect(bucketsLoggingTo(l1(byReference))).toEqual([]);
  });
});

test('finalProperties of a key', () => {
  const key = new kms.Key(stack, 'Key').node.defaultChild as kms.CfnKey;
  key.addPropertyOverride('KeyPolicy.Statement.1', { Sid: 'Added' });
  expect(finalProperties(key).KeyPolicy).toMatchObject({ Statement: [{ Action: 'kms:*' }, { Sid: 'Added' }] });
  expect(finalProperties(new kms.CfnKey(stack, 'Bare')).KeyPolicy).toBeUndefined();
});

test('boundaryDocumentOf', () => {
  const policy = new iam.CfnManagedPolicy(stack, 'Policy', { policyDocument: document('managed') });
  const role = (id: string, permissionsBoundary?: string) =>
    new iam.CfnRole(stack, id, { assumeRolePolicyDocument: {}, permissionsBoundary });
  expect(boundaryDocumentOf(role('Bounded', policy.ref))).toEqual(document('managed'));
  expect(boundaryDocumentOf(role('ByArn', 'arn:aws:iam::111111111111:policy/Policy'))).toBeUndefined();
  expect(boundaryDocumentOf(role('ByParameter', new CfnParameter(stack, 'Boundary').valueAsString))).toBeUndefined();
  expect(boundaryDocumentOf(role('Free'))).toBeUndefined();
});

test('referredTo', () => {
  const [a, b] = ['A', 'B'].map((id) => new CfnResource(stack, id, { type: 'AWS::SNS::Topic' }));
  const part = { x: [a.ref, { y: b.getAtt('Arn') }, stack.account, new CfnParameter(stack, 'Parameter').value] };
  expect(referredTo(stack, stack.resolve(part))).toEqual([a, b]);
  expect(referredTo(stack, { x: 'A' })).toEqual([]);
});

describe('reading documents', () => {
  test.each([
    [undefined, []],
    ['text', []],
    [{ Statement: [null, 'x', {}] }, [['statement 1', false]]],
    [{ Statement: { Sid: 'One' } }, [['One', false]]],
    [
      { Statement: [{ Sid: { Ref: 'Sid' } }, { 'Fn::If': ['C', { Sid: 'Two' }, [{ Sid: 'Three' }]] }] },
      [
        ['statement 1', false],
        ['Two', true],
        ['Three', true],
      ],
    ],
  ])('statements of %j', (input, expected) => {
    expect(statementsIn(input).map(({ name, conditional }) => [name, conditional])).toEqual(expected);
  });

  test.each([
    [{ Ref: 'X' }, true],
    [{ 'Fn::GetAtt': ['A', 'Arn'] }, true],
    [{}, false],
    [{ AWS: '*' }, false],
    [['Ref'], false],
    [null, false],
    [{ Ref: 'X', a: 1 }, false],
  ])('isIntrinsic %j', (value, expected) => expect(isIntrinsic(value)).toBe(expected));

  test.each([
    [undefined, []],
    ['a', ['a']],
    [['a'], ['a']],
    [null, [null]],
  ])('asList %j', (value, expected) => expect(asList(value)).toEqual(expected));
});

describe('boundaryDocumentOf', () => {
  const role = (permissionsBoundary?: iam.IManagedPolicy) =>
    new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('s3.amazonaws.com'), permissionsBoundary }).node
      .defaultChild as iam.CfnRole;
  const boundary = (scope = stack) =>
    new iam.ManagedPolicy(scope, 'Boundary', {
      statements: [new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] })],
    });
  const expected = { Version: '2012-10-17', Statement: [{ Action: 's3:GetObject', Effect: 'Allow', Resource: '*' }] };

  test('a managed policy of the same stack', () => {
    expect(boundaryDocumentOf(role(boundary()))).toEqual(expected);
  });

  test('applied by an aspect to everything', () => {
    const bounded = role();
    iam.PermissionsBoundary.of(stack).apply(boundary());
    const { seen } = whileValidating(bounded, () => boundaryDocumentOf(bounded));
    app.synth();
    expect(seen).toEqual([expected]);
  });

  test.each<[string, () => iam.IManagedPolicy | undefined]>([
    ['none', () => undefined],
    ['imported', () => iam.ManagedPolicy.fromManagedPolicyName(stack, 'Imported', 'boundary')],
    ['of AWS', () => iam.ManagedPolicy.fromAwsManagedPolicyName('PowerUserAccess')],
    ['of another stack', () => boundary(new Stack(app, 'Other'))],
  ])('%s: not known', (_, make) => {
    const bounded = role(make());
    const { seen } = whileValidating(bounded, () => boundaryDocumentOf(bounded));
    app.synth();
    expect(seen).toEqual([undefined]);
  });
});
