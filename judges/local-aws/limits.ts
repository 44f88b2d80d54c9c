/** What an object that arrives in the local AWS does not prove. */
export const NOT_JUDGED: string[] = [
  'The local AWS is ministack with a launcher of ours, not AWS: what it takes, S3 may still refuse.',
  'It asks the policies of role, buckets and keys for each copy, with an evaluation that is simpler than that of IAM:' +
    ' no permissions boundaries, no policies of an organization, and no escaped wildcards (${*}).',
  'It asks for s3:ReplicateObject, and not for s3:ReplicateTags, which is a part of it, nor for what annotations need.',
  'It copies at once: times of propagation and replication time control are not judged. Metrics of replication come at' +
    ' once, too: S3 publishes them once a minute, late at times; a failure has one reason for all causes.',
  'Alarms look at one metric with its dimensions and missing data, when a value comes or somebody asks; periods and waits' +
    ' of state machines pass fifty times as fast. Expressions (of log aggregations) are not evaluated.',
  'It does not carry over ACLs, retention, legal holds, annotations, tags of objects written in parts, changes of tags' +
    ' and metadata (replica modifications). Jobs of S3 Batch Replication run at once, and only as this library makes them.',
  'Its bucket resource deletes a replication configuration before it suspends versioning: whether the handler of' +
    ' CloudFormation does so, AWS does not say.',
  'It lets everybody deploy: iam:PassRole and the permissions of the execution role are not asked for.',
  'Functions of custom resources run on the Node.js of this machine, with waits a fiftieth as long. What IAM allows them' +
    ' is asked in one deep test only; otherwise it is judged by the simulator of IAM and the rehearsal.',
  'It has no pipelines: what CDK Pipelines would deploy, the CDK CLI deploys, and the stack of the pipeline itself is' +
    ' not deployed, and judged by cdk-nag and the validation of aws-cdk-lib only.',
  'It has no trails, so the stack of the trail in central-logs is not deployed; and no service delivers logs in it:' +
    ' objects are written in their place, under the keys that services give them.',
  'It takes each account for an organization of its own: the id in organization-log-archive is exchanged for that of the' +
    ' account of the source.',
];
