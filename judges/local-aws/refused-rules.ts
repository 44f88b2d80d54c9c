import { deletes, filter, first, rule, second, tag, to } from './replication-xml';
import { ACCOUNT } from './server';

const SCHEMA = 'for this version of Cross Region Replication configuration schema';
export const MALFORMED = 'The XML you provided was not well-formed or did not validate against our published schema';

/** Rules that S3 refuses: what is wrong, the XML of the rules, the code of the error, and its message or the start of it. */
export const REFUSED_RULES: Array<[string, string, string, string]> = [
  [
    'no bucket at the destination',
    rule({ Destination: to('nowhere') }),
    'InvalidRequest',
    'Destination bucket must exist.',
  ],
  [
    'no versioning at the destination',
    rule({ Destination: to('bare') }),
    'InvalidRequest',
    'Destination bucket must have versioning enabled.',
  ],
  [
    'the source as destination',
    rule({ Destination: to('data') }),
    'InvalidRequest',
    'Destination bucket cannot be the same as the source bucket.',
  ],
  [
    'a name as destination',
    rule({ Destination: to('copy').replace('arn:aws:s3:::', '') }),
    'InvalidArgument',
    'Invalid bucket ARN',
  ],
  [
    'another partition',
    rule({ Destination: to('copy').replace('arn:aws:', 'arn:aws-cn:') }),
    'InvalidArgument',
    'Invalid bucket ARN',
  ],
  [
    'a priority twice',
    rule() + second({ Priority: '<Priority>1</Priority>' }),
    'InvalidRequest',
    'Found duplicate priority 1.',
  ],
  [
    'a negative priority',
    rule({ Priority: '<Priority>-1</Priority>' }),
    'InvalidRequest',
    'Priority must be between 0 and 2147483647.',
  ],
  ['a priority beyond 31 bits', rule({ Priority: '<Priority>2147483648</Priority>' }), 'MalformedXML', MALFORMED],
  ['no priority', rule({ Priority: '' }), 'InvalidRequest', `Priority must be specified ${SCHEMA}`],
  [
    'nothing about delete markers',
    rule({ DeleteMarkerReplication: '' }),
    'InvalidRequest',
    `DeleteMarkerReplication must be specified ${SCHEMA}`,
  ],
  ['an id twice', rule() + second({ ID: '<ID>one</ID>' }), 'InvalidArgument', 'Rule Id must be unique'],
  ['a long id', rule({ ID: `<ID>${'x'.repeat(256)}</ID>` }), 'InvalidArgument', 'Rule Id cannot be greater than 255'],
  [
    'more than a thousand rules',
    Array.from({ length: 1001 }, (_, i) => rule({ ID: '', Priority: `<Priority>${i}</Priority>` })).join(''),
    'MalformedXML',
    MALFORMED,
  ],
  ['no rule', '', 'MalformedXML', MALFORMED],
  [
    'delete markers for a tag',
    rule({ ...filter(tag('k')), ...deletes }),
    'InvalidRequest',
    'Delete marker replication is not supported if any Tag filter is specified.',
  ],
  [
    'delete markers for a prefix and a tag',
    rule({ ...filter(`<And><Prefix>a</Prefix>${tag('k')}</And>`), ...deletes }),
    'InvalidRequest',
    'Delete marker replication is not supported',
  ],
  ['And with one tag', rule(filter(`<And>${tag('k')}</And>`)), 'MalformedXML', MALFORMED],
  ['And with a prefix only', rule(filter('<And><Prefix>a</Prefix></And>')), 'MalformedXML', MALFORMED],
  ['a prefix and a tag without And', rule(filter(`<Prefix>a</Prefix>${tag('k')}`)), 'MalformedXML', MALFORMED],
  [
    'a tag key twice',
    rule(filter(`<And>${tag('k')}${tag('k')}</And>`)),
    'InvalidRequest',
    'Duplicate Tag Keys are not allowed.',
  ],
  [
    'a prefix in both places',
    rule({ Filter: '<Prefix>a</Prefix><Filter><Prefix>a</Prefix></Filter>' }),
    'MalformedXML',
    MALFORMED,
  ],
  ['neither prefix nor filter', rule({ Filter: '' }), 'MalformedXML', MALFORMED],
  [
    'a priority in the older schema',
    first('a', { Priority: '<Priority>1</Priority>' }),
    'InvalidRequest',
    `Priority cannot be used ${SCHEMA}`,
  ],
  [
    'the older schema beside the newer one',
    first('a') + second(),
    'InvalidRequest',
    `Priority cannot be used ${SCHEMA}`,
  ],
  [
    'two destinations in the older schema',
    first('a') + first('b', { ID: '', Destination: to('other') }),
    'InvalidRequest',
    'Number of distinct destination bucket ARNs cannot exceed 1',
  ],
  [
    'existing objects',
    rule({ More: '<ExistingObjectReplication><Status>Disabled</Status></ExistingObjectReplication>' }),
    'MalformedXML',
    MALFORMED,
  ],
  ['an unknown status', rule({ Status: '<Status>On</Status>' }), 'MalformedXML', MALFORMED],
  [
    'an unknown storage class',
    rule({ Destination: to('copy', '<StorageClass>ICE</StorageClass>') }),
    'MalformedXML',
    MALFORMED,
  ],
  [
    'another owner without an account',
    rule({
      Destination: to('copy', '<AccessControlTranslation><Owner>Destination</Owner></AccessControlTranslation>'),
    }),
    'InvalidRequest',
    'Account must be specified',
  ],
  [
    'a key without the selection of KMS objects',
    rule({
      Destination: to(
        'copy',
        `<EncryptionConfiguration><ReplicaKmsKeyID>arn:aws:kms:us-east-1:${ACCOUNT}:key/k</ReplicaKmsKeyID></EncryptionConfiguration>`,
      ),
    }),
    'InvalidRequest',
    'SseKmsEncryptedObjects must be specified',
  ],
  [
    'time control without metrics',
    rule({
      Destination: to(
        'copy',
        '<ReplicationTime><Status>Enabled</Status><Time><Minutes>15</Minutes></Time></ReplicationTime>',
      ),
    }),
    'InvalidRequest',
    'Replication destination must contain both ReplicationTime and Metrics or neither.',
  ],
];
