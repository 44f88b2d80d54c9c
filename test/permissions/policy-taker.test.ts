import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, aws_iam as iam, aws_s3 as s3, CfnCondition, CfnParameter, Fn, Stack, Token } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { BucketReplication, LogProducer, ReplicaGrantee, ReplicaGrants } from '../../src';
import { quietApp } from '../app';
import { bucket, ENV } from '../builders';

const ROLE = { account: '222222222222', roleName: 'replication' };
const OWN = {
  Sid: 'Own',
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Resource: 'arn:aws:s3:::backup/*',
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};

describe('a bucket with a policy that its L2 did not make', () => {
  const grant = (it: s3.IBucketRef, role = ROLE) =>
    ReplicaGrants.fromBucket(it).replicasFrom(ReplicaGrantee.role(role));
  const policiesIn = (stack: Stack): any[] =>
    Object.values<any>((stack.node.root as App).synth().getStackByName('Stack').template.Resources)
      .filter(({ Type }) => Type === 'AWS::S3::BucketPolicy')
      .map(({ Properties }) => Properties.PolicyDocument);
  const home = () => new Stack(quietApp(), 'Stack', { env: ENV });
  const l1Policy = (stack: Stack, of: s3.CfnBucket, policyDocument: object = { Statement: [OWN] }, name = of.ref) =>
    new s3.CfnBucketPolicy(stack, 'Policy', { bucket: name, policyDocument });
  const l1Bucket = (stack: Stack) => new s3.CfnBucket(stack, 'Bucket', { bucketName: 'backup' });

  const ways: Array<[string, (stack: Stack) => s3.IBucketRef]> = [
    [
      'an L1 policy of an L1 bucket',
      (stack) => {
        const it = l1Bucket(stack);
        l1Policy(stack, it);
        return it;
      },
    ],
    [
      'by the name of the bucket',
      (stack) => {
        const it = l1Bucket(stack);
        l1Policy(stack, it, undefined, 'backup');
        return it;
      },
    ],
    [
      'by the parameter that names both',
      (stack) => {
        const bucketName = new CfnParameter(stack, 'Name').valueAsString;
        const it = new s3.CfnBucket(stack, 'Bucket', { bucketName });
        l1Policy(stack, it, undefined, bucketName);
        return it;
      },
    ],
    [
      'of an L2 bucket',
      (stack) => {
        const it = bucket(stack, 'Bucket');
        new s3.CfnBucketPolicy(stack, 'Policy', { bucket: it.bucketName, policyDocument: { Statement: OWN } });
        return it;
      },
    ],
    [
      'as an L2 policy',
      (stack) => {
        const it = bucket(stack, 'Bucket');
        new s3.BucketPolicy(stack, 'Policy', { bucket: it }).document.addStatements(iam.PolicyStatement.fromJson(OWN));
        return it;
      },
    ],
    [
      'of an included template',
      (stack) => {
        const templateFile = join((stack.node.root as App).outdir, 'included.json');
        const Properties = { Bucket: { Ref: 'Bucket' }, PolicyDocument: { Statement: [OWN] } };
        const Resources = {
          Bucket: { Type: 'AWS::S3::Bucket' },
          Policy: { Type: 'AWS::S3::BucketPolicy', Properties },
        };
        writeFileSync(templateFile, JSON.stringify({ Resources }));
        return new CfnInclude(stack, 'Template', { templateFile }).getResource('Bucket') as s3.CfnBucket;
      },
    ],
  ];

  test.each(ways)('%s: takes the statement of a grant', (_, make) => {
    const stack = home();
    const it = make(stack);
    grant(it);
    grant(it); // the same
    grant(it, { ...ROLE, roleName: 'another' });
    const policies = policiesIn(stack);
    expect(policies).toHaveLength(1);
    expect(policies[0].Statement).toEqual([
      OWN,
      expect.objectContaining({ Sid: expect.stringMatching(/^ReplicasFrom/) }),
      expect.objectContaining({ Sid: expect.stringMatching(/^ReplicasFrom/) }),
    ]);
  });

  test.each(ways)('%s: takes that of a rule', (_, make) => {
    const stack = home();
    const source = bucket(new Stack(stack.node.root as App, 'Other', { env: { ...ENV, account: ROLE.account } }), 'S');
    BucketReplication.of(source).addRule({ destination: make(stack) });
    expect(policiesIn(stack)).toHaveLength(1);
  });

  test.each(ways)('%s: takes that of a producer', (_, make) => {
    const stack = home();
    LogProducer.alb().allowDeliveryTo(make(stack));
    const policies = policiesIn(stack);
    expect(policies).toHaveLength(1);
    expect(policies[0].Statement.length).toBeGreaterThan(1);
  });

  test('the policy of another bucket is left alone', () => {
    const stack = home();
    l1Policy(stack, new s3.CfnBucket(stack, 'Other', { bucketName: 'other' }));
    grant(l1Bucket(stack));
    const policies = policiesIn(stack);
    expect(policies).toHaveLength(2);
    expect(policies).toContainEqual({ Statement: [OWN] });
  });

  test('an intrinsic that decides about the document is left alone, and the statement handed over', () => {
    const stack = home();
    const it = l1Bucket(stack);
    const condition = new CfnCondition(stack, 'If', { expression: Fn.conditionEquals('a', 'b') });
    const decides = Token.asAny(Fn.conditionIf(condition.logicalId, { Statement: [OWN] }, { Statement: [] }));
    l1Policy(stack, it, decides);
    grant(it);
    const [document, ...others] = policiesIn(stack);
    expect([Object.keys(document), others]).toEqual([['Fn::If'], []]);
    const { messages } = (stack.node.root as App).synth().getStackByName('Stack');
    expect(messages.map(({ entry }) => String(entry.data)).join()).toContain('cdk-s3-replication:bucketTakesNoPolicy');
  });
});
