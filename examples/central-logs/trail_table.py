from aws_cdk import Stack, aws_glue as glue, aws_s3 as s3
from constructs import Construct

ISSUER = "struct<type:string,principalid:string,arn:string,accountid:string,username:string>"
SESSION = ",".join(
    [
        "attributes:struct<mfaauthenticated:string,creationdate:string>",
        f"sessionissuer:{ISSUER}",
        "ec2roledelivery:string",
        "webidfederationdata:struct<federatedprovider:string,attributes:map<string,string>>",
    ]
)
IDENTITY = ",".join(
    [
        "type:string,principalid:string,arn:string,accountid:string,invokedby:string",
        "accesskeyid:string,username:string",
        "onbehalfof:struct<userid:string,identitystorearn:string>",
        f"sessioncontext:struct<{SESSION}>",
    ]
)

# Those that are not text.
TYPES = {
    "useridentity": f"struct<{IDENTITY}>",
    "resources": "array<struct<arn:string,accountid:string,type:string>>",
    "addendum": "struct<reason:string,updatedfields:string,originalrequestid:string,originaleventid:string>",
    "tlsdetails": "struct<tlsversion:string,ciphersuite:string,clientprovidedhostheader:string>",
}
COLUMNS = """
    eventversion useridentity eventtime eventsource eventname awsregion sourceipaddress
    useragent errorcode errormessage requestparameters responseelements additionaleventdata
    requestid eventid readonly resources eventtype apiversion recipientaccountid
    serviceeventdetails sharedeventid vpcendpointid vpcendpointaccountid eventcategory addendum
    sessioncredentialfromconsole edgedevicedetails tlsdetails
""".split()


class TrailTable(Construct):
    """
    A table for Athena over the logs of CloudTrail of this account and region, a partition for each day.

    :see: https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table-partition-projection.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, logs: s3.IBucket) -> None:
        """
        :param logs: The bucket that logs of CloudTrail are replicated into: with the keys that CloudTrail gave them.
        """
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        location = logs.s3_url_for_object(f"AWSLogs/{stack.account}/CloudTrail/{stack.region}")
        database = glue.CfnDatabase(
            self,
            "Database",
            catalog_id=stack.account,
            database_input=glue.CfnDatabase.DatabaseInputProperty(name="central_logs"),
        )
        table = glue.CfnTable(
            self,
            "Table",
            catalog_id=stack.account,
            database_name="central_logs",
            table_input=glue.CfnTable.TableInputProperty(
                name="cloudtrail",
                table_type="EXTERNAL_TABLE",
                partition_keys=[glue.CfnTable.ColumnProperty(name="timestamp", type="string")],
                parameters={
                    "EXTERNAL": "TRUE",
                    "projection.enabled": "true",
                    "projection.timestamp.type": "date",
                    "projection.timestamp.format": "yyyy/MM/dd",
                    "projection.timestamp.interval": "1",
                    "projection.timestamp.interval.unit": "DAYS",
                    "projection.timestamp.range": "2026/01/01,NOW",
                    "storage.location.template": f"{location}/${{timestamp}}",
                },
                storage_descriptor=glue.CfnTable.StorageDescriptorProperty(
                    location=location,
                    columns=[
                        glue.CfnTable.ColumnProperty(name=name, type=TYPES.get(name, "string")) for name in COLUMNS
                    ],
                    input_format="com.amazon.emr.cloudtrail.CloudTrailInputFormat",
                    output_format="org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
                    serde_info=glue.CfnTable.SerdeInfoProperty(
                        serialization_library="org.apache.hive.hcatalog.data.JsonSerDe"
                    ),
                ),
            ),
        )
        table.node.add_dependency(database)
