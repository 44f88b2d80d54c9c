import { Stack } from 'aws-cdk-lib';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

export interface TrailTableProps {
  /** The bucket that logs of CloudTrail are replicated into: with the keys that CloudTrail gave them. */
  readonly logs: IBucket;
}

const ISSUER = 'struct<type:string,principalid:string,arn:string,accountid:string,username:string>';
const SESSION = [
  'attributes:struct<mfaauthenticated:string,creationdate:string>',
  `sessionissuer:${ISSUER}`,
  'ec2roledelivery:string',
  'webidfederationdata:struct<federatedprovider:string,attributes:map<string,string>>',
].join();
const IDENTITY = [
  'type:string,principalid:string,arn:string,accountid:string,invokedby:string,accesskeyid:string,username:string',
  'onbehalfof:struct<userid:string,identitystorearn:string>',
  `sessioncontext:struct<${SESSION}>`,
].join();

/** Those that are not text. */
const TYPES: Record<string, string> = {
  useridentity: `struct<${IDENTITY}>`,
  resources: 'array<struct<arn:string,accountid:string,type:string>>',
  addendum: 'struct<reason:string,updatedfields:string,originalrequestid:string,originaleventid:string>',
  tlsdetails: 'struct<tlsversion:string,ciphersuite:string,clientprovidedhostheader:string>',
};
const COLUMNS = [
  ...['eventversion', 'useridentity', 'eventtime', 'eventsource', 'eventname', 'awsregion', 'sourceipaddress'],
  ...['useragent', 'errorcode', 'errormessage', 'requestparameters', 'responseelements', 'additionaleventdata'],
  ...['requestid', 'eventid', 'readonly', 'resources', 'eventtype', 'apiversion', 'recipientaccountid'],
  ...['serviceeventdetails', 'sharedeventid', 'vpcendpointid', 'vpcendpointaccountid', 'eventcategory', 'addendum'],
  ...['sessioncredentialfromconsole', 'edgedevicedetails', 'tlsdetails'],
];

/**
 * A table for Athena over the logs of CloudTrail of this account and region, a partition for each day.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table-partition-projection.html
 */
export class TrailTable extends Construct {
  constructor(scope: Construct, id: string, { logs }: TrailTableProps) {
    super(scope, id);
    const { account, region } = Stack.of(this);
    const location = logs.s3UrlForObject(`AWSLogs/${account}/CloudTrail/${region}`);
    const database = new CfnDatabase(this, 'Database', {
      catalogId: account,
      databaseInput: { name: 'central_logs' },
    });
    const table = new CfnTable(this, 'Table', {
      catalogId: account,
      databaseName: 'central_logs',
      tableInput: {
        name: 'cloudtrail',
        tableType: 'EXTERNAL_TABLE',
        partitionKeys: [{ name: 'timestamp', type: 'string' }],
        parameters: {
          EXTERNAL: 'TRUE',
          'projection.enabled': 'true',
          'projection.timestamp.type': 'date',
          'projection.timestamp.format': 'yyyy/MM/dd',
          'projection.timestamp.interval': '1',
          'projection.timestamp.interval.unit': 'DAYS',
          'projection.timestamp.range': '2026/01/01,NOW',
          'storage.location.template': `${location}/\${timestamp}`,
        },
        storageDescriptor: {
          location,
          columns: COLUMNS.map((name) => ({ name, type: TYPES[name] ?? 'string' })),
          inputFormat: 'com.amazon.emr.cloudtrail.CloudTrailInputFormat',
          outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
          serdeInfo: { serializationLibrary: 'org.apache.hive.hcatalog.data.JsonSerDe' },
        },
      },
    });
    table.node.addDependency(database);
  }
}
