import { aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { quietApp } from '../../test/app';
import { ENV, KMS } from '../../test/builders';
import { BucketReplication, ReplicatedBucketPair, ReplicationFilter } from 'cdk-s3-replication';

// templates are read as CloudFormation has them, and there is no type for that
export type Template = any;

/** A template that is fine and uses all that the rules are about, with the permissions in the role or in a policy of their own. */
export function goodTemplates(): { inside: Template; attached: Template } {
  const app = quietApp();
  for (const [id, bucketName] of [['Inside', 'records'], ['Attached']]) {
    const stack = new Stack(app, id, { env: ENV });
    const { source, destination } = new ReplicatedBucketPair(stack, 'Records', {
      encryption: KMS,
      objectLockEnabled: true,
      sourceOptions: { bucketName },
      ruleId: 'everything',
    });
    BucketReplication.of(source).addRule({
      destination,
      ruleId: 'tagged',
      filter: ReplicationFilter.tags({ class: 'a' }),
      replicationTimeControl: true,
    });
    BucketReplication.of(source).addRule({
      destination,
      ruleId: 'some',
      filter: ReplicationFilter.prefixAndTags('logs/', { class: 'a' }),
      storageClass: s3.StorageClass.GLACIER,
      metrics: false,
    });
  }
  const assembly = app.synth();
  const [inside, attached] = ['Inside', 'Attached'].map((id) => assembly.getStackByName(id).template);
  return { inside, attached };
}
