import { asList, Document, resourcePolicy, rolePolicies, Statement } from '../../judges/access/policies';
import { Call, isAllowed } from '../../judges/access/simulate';
import { DeployedApp } from '../../judges/assembly/deployed';

/** What is wrong with a role that reads replicas back: a sentence about each call and each part of its policies. */
export async function judgeReader(app: DeployedApp, change: (statement: any) => void = () => {}): Promise<string[]> {
  const [source] = app.ofType('AWS::S3::Bucket').filter((it) => it.properties.ReplicationConfiguration);
  const [{ Destination: destination }] = source.properties.ReplicationConfiguration.Rules;
  const bucket: string = destination.Bucket;
  const key: string = destination.EncryptionConfiguration.ReplicaKmsKeyID;
  const { account, region } = app.find(bucket)!.stack;
  const [reader] = app.ofType('AWS::IAM::Role').filter(({ logicalId }) => logicalId.startsWith('Restore'));
  const role = rolePolicies(app, reader.arn!);
  const documents = role.identity.map(({ document }) => structuredClone(document));
  documents.forEach(({ Statement: statements }) => statements.forEach(change));
  const allows = (call: Call, identity: Document[] = documents) => {
    const owner = call.resource.includes(':kms:') ? call.resource : call.resource.split('/')[0];
    return isAllowed(call, { identity, resource: resourcePolicy(app, owner)?.document });
  };

  const s3 = (action: string, resource: string): Call => ({
    principal: role.arn,
    action: `s3:${action}`,
    resource,
    owner: account,
    context: { 'aws:SecureTransport': 'true' },
  });
  const kms = (action: string, of: string, via = `s3.${region}.amazonaws.com`): Call => ({
    principal: role.arn,
    action: `kms:${action}`,
    resource: key,
    owner: account,
    context: { 'kms:ViaService': via, 'kms:EncryptionContext:aws:s3:arn': of },
  });
  const objects = `${bucket}/a/b.txt`;
  const needed = [
    ...['ListBucket', 'ListBucketVersions'].map((it) => s3(it, bucket)),
    ...['GetObject', 'GetObjectVersion'].map((it) => s3(it, objects)),
    ...[bucket, objects].map((it) => kms('Decrypt', it)),
  ];
  const tooMuch = [
    ...['PutBucketVersioning', 'PutBucketPolicy', 'PutLifecycleConfiguration', 'DeleteBucket'].map((it) =>
      s3(it, bucket),
    ),
    ...['PutObject', 'DeleteObject', 'DeleteObjectVersion', 'BypassGovernanceRetention', 'PutObjectRetention'].map(
      (it) => s3(it, objects),
    ),
    s3('GetObject', 'arn:aws:s3:::stranger/a/b.txt'),
    ...['Encrypt', 'GenerateDataKey', 'ScheduleKeyDeletion', 'PutKeyPolicy'].map((it) => kms(it, bucket)),
    kms('Decrypt', 'arn:aws:s3:::stranger'),
    kms('Decrypt', bucket, `secretsmanager.${region}.amazonaws.com`),
  ];
  const findings: string[] = [];
  for (const call of needed) if (!(await allows(call))) findings.push(`denied: ${call.action}`);
  for (const call of tooMuch) if (await allows(call)) findings.push(`allowed: ${call.action}`);
  for (const document of documents) {
    for (const [what, without] of smaller(document)) {
      const answers = await Promise.all(
        needed.map((call) =>
          allows(
            call,
            documents.map((it) => (it === document ? without : it)),
          ),
        ),
      );
      if (answers.every((it) => it)) findings.push(`not necessary: ${what}`);
    }
  }
  return findings;
}

/** The policy without each of its statements, and without each of their actions. */
function smaller(document: Document): Array<[string, Document]> {
  return document.Statement.flatMap((statement): Array<[string, Document]> => {
    const put = (...instead: Statement[]) => ({
      ...document,
      Statement: document.Statement.flatMap((it) => (it === statement ? instead : it)),
    });
    const actions = asList(statement.Action);
    return [
      [`statement ${statement.Sid}`, put()],
      ...(actions.length < 2 ? [] : actions).map((action): [string, Document] => [
        action,
        put({ ...statement, Action: actions.filter((it) => it !== action) }),
      ]),
    ];
  });
}
