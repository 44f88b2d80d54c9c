import { deleteExportWriter, putExportReader, putExportWriter } from './exports';
import {
  deleteKey,
  deleteManagedPolicy,
  deletePolicy,
  deleteRole,
  putKey,
  putManagedPolicy,
  putPolicy,
  putRole,
} from './iam';
import { logServices, switchLoggingOn } from './log-services';
import { Model, Refuse, StackResource } from './model';
import { deleteRules, putRules } from './rules-resource';
import { deleteBucket, deleteBucketPolicy, emptyBucket, putBucket, putBucketPolicy } from './s3';

/** What CloudFormation does for a type of resources. */
interface ResourceType {
  readonly put?: (model: Model, next: StackResource, before: StackResource | undefined, refuse: Refuse) => void;
  readonly remove?: (model: Model, gone: StackResource, refuse: Refuse) => void;
}

/** The types that the model knows; others matter only as something to wait for. */
export const resourceTypes: Record<string, ResourceType | undefined> = {
  'AWS::S3::Bucket': { put: putBucket, remove: deleteBucket },
  'AWS::S3::BucketPolicy': { put: putBucketPolicy, remove: deleteBucketPolicy },
  'AWS::IAM::Role': { put: putRole, remove: deleteRole },
  'AWS::IAM::Policy': { put: putPolicy, remove: deletePolicy },
  'AWS::IAM::RolePolicy': { put: putPolicy, remove: deletePolicy },
  'AWS::IAM::ManagedPolicy': { put: putManagedPolicy, remove: deleteManagedPolicy },
  'AWS::KMS::Key': { put: putKey, remove: deleteKey },
  ...Object.fromEntries(Object.keys(logServices).map((type) => [type, { put: switchLoggingOn }])),
  'Custom::S3AutoDeleteObjects': { remove: emptyBucket },
  'Custom::S3ReplicationRules': { put: putRules, remove: deleteRules },
  'Custom::CrossRegionExportWriter': { put: putExportWriter, remove: deleteExportWriter },
  'Custom::CrossRegionExportReader': { put: putExportReader },
};
