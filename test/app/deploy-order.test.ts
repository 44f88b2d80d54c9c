import { aws_s3 as s3, CfnWaitConditionHandle, Stack } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { quietApp } from '../app';
import { silenced, US } from '../templates';
import { ReplicatedBucketPair } from 'cdk-s3-replication';

silenced();

describe('the destination deploys first', () => {
  const environments: Array<[string, string]> = [
    ['the same region', 'us-east-1'],
    ['another region', 'eu-west-1'],
  ];
  const awaited = (assembly: CloudAssembly) => assembly.getStackByName('Sources').dependencies.map(({ id }) => id);

  test.each(
    environments.flatMap(([where, region]) => [undefined, 'replicas'].map((name) => [where, name, region] as const)),
  )('in %s, with the name %s', (_, bucketName, region) => {
    const app = quietApp();
    const sources = new Stack(app, 'Sources', { env: US });
    const destination = new s3.Bucket(new Stack(app, 'Destinations', { env: { region } }), 'Bucket', { bucketName });
    new ReplicatedBucketPair(sources, 'Pair', { source: new s3.Bucket(sources, 'Bucket'), destination });
    expect(awaited(app.synth())).toContain('Destinations');
  });

  test('an imported one is not waited for (the judge)', () => {
    const app = quietApp();
    const sources = new Stack(app, 'Sources', { env: US });
    const others = new Stack(app, 'Others', { env: US });
    new CfnWaitConditionHandle(others, 'Handle');
    const destination = s3.Bucket.fromBucketName(others, 'Bucket', 'replicas');
    new ReplicatedBucketPair(sources, 'Pair', { source: new s3.Bucket(sources, 'Bucket'), destination });
    expect(awaited(app.synth())).not.toContain('Others');
  });
});
