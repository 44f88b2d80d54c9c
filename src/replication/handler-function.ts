// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CfnResource,
  ITaggable,
  Lazy,
  RemovalPolicy,
  Stack,
  TagManager,
  TagType,
  determineLatestNodeRuntimeName,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { LONGEST_ROLE_ARN, ROLE_POLICY_LIMIT, policySize } from '../documents/size';
import { error } from '../messages/finding';
import { report } from '../messages/report';
import { HANDLER } from '../permissions/actions';

/** Characters that the permissions for the log take. */
const LOG_POLICY = 300;

/** A function that does something which CloudFormation cannot do. */
interface Handler {
  readonly id: string;
  /** In `src/handlers/`. */
  readonly code: string;
  /** What it does. */
  readonly does: string;
}

export const WRITES_RULES: Handler = {
  id: 'S3ReplicationRulesHandler',
  code: 'put-configuration',
  does: 'Writes replication rules of single buckets, and leaves all others as they are',
};

export const SUBMITS_ROUTES: Handler = {
  id: 'S3AccessPointRoutesHandler',
  code: 'submit-routes',
  does: 'Switches regions of Multi-Region Access Points between active and passive',
};

/**
 * The Lambda function of a stack for custom resources of one kind. Its code is in the template: no asset, no bootstrap
 * bucket. It may do nothing but what the policies allow that are added for single custom resources, each a resource of
 * its own: it is there until the custom resource which needs it is gone.
 *
 * Generic resources, as core makes its own handlers: nobody has to answer for what he cannot configure.
 */
export class HandlerFunction extends Construct {
  public static of(stack: Stack, handler: Handler): HandlerFunction {
    return (stack.node.tryFindChild(handler.id) as HandlerFunction | undefined) ?? new HandlerFunction(stack, handler);
  }

  public readonly functionArn: string;
  private readonly role: CfnResource;
  private readonly documents: object[] = [];

  private constructor(
    private readonly stack: Stack,
    { id, code, does }: Handler,
  ) {
    super(stack, id);
    const logs = new TaggedResource(this, 'Logs', 'AWS::Logs::LogGroup', { RetentionInDays: 30 });
    logs.applyRemovalPolicy(RemovalPolicy.DESTROY);
    this.role = new TaggedResource(this, 'Role', 'AWS::IAM::Role', {
      Description: `Assumed by a Lambda function: ${does}`,
      AssumeRolePolicyDocument: policy({
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: 'sts:AssumeRole',
      }),
      Policies: [
        {
          PolicyName: 'Logs',
          PolicyDocument: policy({
            Effect: 'Allow',
            Action: HANDLER.logs,
            Resource: logs.getAtt('Arn'),
          }),
        },
      ],
    });
    const handler = new TaggedResource(this, 'Function', 'AWS::Lambda::Function', {
      Description: does,
      Code: { ZipFile: Lazy.string({ produce: () => readFileSync(codeFile(code), 'utf8') }) },
      Handler: 'index.handler',
      Runtime: determineLatestNodeRuntimeName(this),
      Role: this.role.getAtt('Arn'),
      MemorySize: 256,
      Timeout: 900,
      LoggingConfig: { LogGroup: logs.ref },
    });
    this.functionArn = handler.getAtt('Arn').toString();
    this.node.addValidation({ validate: () => report(this, this.tooManyPolicies()) });
  }

  /** A policy that lets the function do something for one custom resource, which must depend on it. */
  public allow(scope: Construct, statements: object[]): CfnResource {
    const document = policy(...statements);
    this.documents.push(document);
    const resource: CfnResource = new CfnResource(scope, 'HandlerPolicy', {
      type: 'AWS::IAM::Policy',
      properties: {
        PolicyName: Lazy.string({ produce: () => this.stack.resolve(resource.logicalId).slice(-128) }),
        PolicyDocument: document,
        Roles: [this.role.ref],
      },
    });
    return resource;
  }

  /** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
  private tooManyPolicies() {
    const sizeOf = (document: object) => policySize(this.stack.resolve(document), undefined, LONGEST_ROLE_ARN);
    const size = this.documents.reduce((sum, document) => sum + sizeOf(document), LOG_POLICY);
    return (
      size > ROLE_POLICY_LIMIT &&
      error('tooManyHandlerPolicies', {
        saw: `${this.documents.length} custom resources for the Lambda function '${this.node.path}'`,
        because: `the inline policies of its role have at most ${ROLE_POLICY_LIMIT} characters, enough for 18 to 20`,
        instead: 'use several stacks for them',
      })
    );
  }
}

const policy = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });

/** Beside the one file of the package, or built in the clone that the source is in. */
function codeFile(code: string): string {
  const name = join('handlers', `${code}.js`);
  const [inPackage, inClone] = [join(__dirname, name), join(__dirname, '..', '..', 'lib', name)];
  return existsSync(inPackage) ? inPackage : inClone;
}

/** Core tags only what says that it can be tagged. */
class TaggedResource extends CfnResource implements ITaggable {
  public readonly tags: TagManager;

  constructor(scope: Construct, id: string, type: string, properties: { [name: string]: any }) {
    super(scope, id, {
      type,
      properties: { ...properties, Tags: Lazy.any({ produce: () => this.rendered() }) },
    });
    this.tags = new TagManager(TagType.STANDARD, type);
  }

  private rendered(): object[] | undefined {
    const tags: Array<{ key: string; value: string }> | undefined = this.tags.renderTags();
    return tags?.map(({ key, value }) => ({ Key: key, Value: value }));
  }
}
