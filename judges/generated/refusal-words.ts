const keyOf = (whose: string) => ({
  [`the key of the ${whose} is alias`]: /is an alias|is not a key|is encrypted with the alias 'of this app'/,
  [`the key of the ${whose} is disabled`]: /the key .* is disabled: S3 replicates with symmetric KMS keys/,
  [`the key of the ${whose} is asymmetric`]: /the key .* is not a symmetric encryption key/,
  [`the key of the ${whose} is in another region`]: /S3 encrypts with keys of the bucket's own region only/,
  [`the key of the ${whose} may be in another region`]: /bucket's own region, and whether this is one cannot be told/,
  [`the key of the ${whose} cannot be referred to`]: /: the replication role cannot refer to it from its own stack;/,
});

/** What an error must say when a plan has just this one of the reasons to refuse it. */
export const WORDS: Readonly<Record<string, RegExp>> = {
  // the configuration
  'a second BucketReplication for one source': /a second BucketReplication for source/,
  'the source has its versioning suspended': /source '.*' with versioning 'Suspended'/,
  'the source has a replication configuration': /source '.*' has a replication configuration of its own/,
  'the destination is the source': /is the source bucket itself|has the name of the source/,
  'the destination has its versioning suspended': /destination '.*' with versioning 'Suspended'/,
  'another partition': /S3 does not replicate across partitions/,
  'the region of a source with its replicas in another account':
    /set env\.account and env\.region on the stack of the source/,
  'the name of the role is not known to the other account': /role '.*' with a name .* give the role a roleName/,
  'another owner in the same account': /ownerOverride with a destination in the account of the source/,
  'the accounts are unclear': /account of destination .*: whether they are one account/,
  'the destination replicates, or writes its logs, to the source':
    /replicates, directly or through other buckets, to the source|the server access logs of destination .* lead to the source|writes its server access logs to the source/,
  'a reference to another Stage': /is in another Stage and has no literal name/,
  'a reference into a nested stack of another stack': /is in the nested stack '.*' of another stack/,
  'whether the regions are one is not known': /region of destination .*: whether they are one region/,
  'the stacks wait for each other': / in the stack '.*', which depends on the .* stack '/,
  'a stack and its nested stack wait for each other': /closes a circle around the nested stack/,
  'every log of the destination causes another one': /every log that arrives/,
  'the source has Object Lock and the destination has not':
    /the source '.*' has Object Lock and destination '.*' has not/,
  'a second rule for the same objects and destination': /a second rule to .* with the same filter/,
  'the same ruleId twice': /^\[.*\] ruleId .* twice/,
  'the same priority twice': /^\[.*\] priority \d+ twice/,
  // keys
  ...keyOf('source'),
  ...keyOf('destination'),
  'the source is encrypted with an alias': /the source '.*' is encrypted with the alias 'alias\/somebody'/,
  'no key for the replicas':
    /S3 takes a rule for KMS objects only with the ARN of a customer managed key for their replicas/,
  // the role
  'a role and the properties of a new one': /role together with /,
  'the name of the role': /roleName '.*' \(\d+ characters\)/,
  'the path of the role': /rolePath '.*' \(\d+ characters\)/,
  'the role is of another account': /role '.*' of account .*, source bucket in account/,
  'whether the role is of the same account is not known':
    /role '.*' of a stack .* with env where the stack of the source/,
  'the role is of another partition': /: S3 refuses a role of another partition;/,
  'the role does not trust S3': /the role '.*' does not trust the service s3\.amazonaws\.com/,
  'the role is in another region or Stage': /role '.*' of a stack in another region or Stage/,
  // mishaps
  'TLS demanded': /\d+ bucket policies for /,
  'versioning suspended by an override': /versioning of the (source|destination) '.*' is 'Suspended': it was changed/,
  'versioning suspended by an aspect': /versioning of the (source|destination) '.*' is 'Suspended': it was changed/,
  'rules emptied by an override': /the replication configuration of the source '.*' is not the one of its/,
  'configuration deleted by an override': /the replication configuration of the source '.*' is not the one of its/,
  'renamed by an override': /the name of the (source|destination).* changed to /,
  'everything denied': /would fail/,
  'denied outside a VPC endpoint': /would fail/,
  'encryption changed by an override': /a property override of BucketEncryption on /,
  // a rule
  'the id is not 1 to 255 ASCII characters': /S3 takes 1 to 255 ASCII characters as the ID of a rule/,
  'the priority is not one': /priority .*: S3 takes whole numbers from 0 to 2147483647/,
  'the prefix is too long': /a prefix of \d+ bytes/,
  'not 1 to 10 tags': /\] (no tag|\d+ tags): /,
  'a tag that no object can have': /tag/,
  'delete markers with tags': /deleteMarkerReplication with a filter on the tags/,
  'the storage class': /storageClass .*: CloudFormation does not accept it for replicas/,
  'RTC without metrics': /replicationTimeControl with metrics: false/,
  // a pair
  'a destination that is given and described': /destination together with destination/,
  'a region and a stack': /destinationRegion together with destinationStack/,
  'a source that is given and described': /source together with sourceOptions/,
  'nothing is created': /source and destination together with /,
  'this encryption is not offered': /encryption (KMS_MANAGED|DSSE): /,
  'a retained bucket would be emptied': /autoDeleteObjects with removalPolicy retain/,
  'a retention without Object Lock': /objectLockDefaultRetention with objectLockEnabled: false/,
  'what is locked cannot be emptied': /autoDeleteObjects with Object Lock/,
  'one name for two buckets': /bucketName '.*' for both buckets/,
  'the region of the source is not known': /destinationRegion '.*' with a source stack '.*' of unknown region/,
  'a region that is none': /destinationRegion '.*': no region has such a code/,
  'another region that is the same': /destinationRegion '.*', which is the region of the source/,
  'a region of another partition': /destinationRegion '.*' \(partition .*\), source in .* \(partition /,
  'an alias as the key': /Options\.encryptionKey: '.*' is an alias/,
  'a key of another region': /Options\.encryptionKey: '.*' in region '.*' for a bucket in/,
  'access logs to another region': /Options\.serverAccessLogsBucket: '.*' in region '.*' for a bucket in/,
};
