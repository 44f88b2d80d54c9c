import { CfnElement, Stack, Validations } from 'aws-cdk-lib';
import { CodePipeline } from 'aws-cdk-lib/pipelines';
import { IConstruct } from 'constructs';

/** Tells cdk-nag why the roles that CDK Pipelines makes for itself are as they are; it needs a pipeline that is built. */
export function acknowledgePipeline({ pipeline, synthProject, selfMutationProject }: CodePipeline): void {
  const stack = Stack.of(pipeline);
  const { account, region } = stack;
  const id = (it: IConstruct) => stack.getLogicalId(it.node.defaultChild as CfnElement);
  const wide = [
    ...['s3:Abort*', 's3:DeleteObject*', 's3:GetBucket*', 's3:GetObject*', 's3:List*'].map((it) => `Action::${it}`),
    ...['kms:GenerateDataKey*', 'kms:ReEncrypt*'].map((it) => `Action::${it}`),
    `Resource::<${id(pipeline.artifactBucket)}.Arn>/*`,
    ...[synthProject, selfMutationProject].flatMap((project) => [
      `Resource::arn:aws:logs:${region}:${account}:log-group:/aws/codebuild/<${id(project)}>:*`,
      `Resource::arn:aws:codebuild:${region}:${account}:report-group/<${id(project)}>-*`,
    ]),
    `Resource::arn:*:iam::${account}:role/*`,
    'Resource::*',
  ];
  const reasons = {
    'CDK Pipelines makes these roles for itself, and narrows them by tags and conditions where it can': [
      ...wide.map((it) => `AwsSolutions-IAM5[${it}]`),
      'NIST.800.53.R5-IAMNoInlinePolicy',
    ],
    'the next run of the pipeline makes what is in its bucket again': [
      'AwsSolutions-S1',
      ...['Logging', 'Replication', 'Versioning'].map((it) => `NIST.800.53.R5-S3Bucket${it}Enabled`),
    ],
  };
  for (const [reason, ids] of Object.entries(reasons)) {
    for (const it of ids) {
      // as acknowledge() records it, which refuses ARNs with `::` in older versions of aws-cdk-lib
      stack.node.addMetadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, { [`annotation::${it}`]: reason });
    }
  }
}
