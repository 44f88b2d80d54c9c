import { aws_ec2 as ec2, aws_elasticloadbalancingv2 as elb, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { loadExample } from './load';
import { isAllowed } from '../../judges/access/simulate';
import { DeployedApp } from '../../judges/assembly/deployed';
import { readStacks, StackOfApp } from '../../judges/assembly/stacks';
import { rehearse } from '../../judges/rehearsal/rehearse';
import { quietApp } from '../app';
import { ENV } from '../builders';
import { LogAggregationSRR, LogProducer } from 'cdk-s3-replication';

const [ACCOUNT, REGION] = ['111111111111', 'us-east-1'];
let stacks: StackOfApp[];
let app: DeployedApp;
beforeAll(() => {
  stacks = readStacks(loadExample('central-logs')[0].synth()); // with the trail, which is deployed nowhere
  app = new DeployedApp(stacks);
});

const only = (type: string) => {
  const [found, ...more] = app.ofType(type);
  expect(more).toEqual([]);
  return found.properties;
};
const bucketOf = (path: string) =>
  app.ofType('AWS::S3::Bucket').find(({ stack, logicalId }) => stack.paths[logicalId] === path)!;

describe('the services, as they are configured, may deliver', () => {
  /** Whether a service may write a key into a source bucket, on behalf of this resource. */
  function mayWrite(service: string, path: string, key: string, sourceArn: string): Promise<boolean> {
    const { arn, physicalId } = bucketOf(path);
    const policy = app.ofType('AWS::S3::BucketPolicy').find(({ properties }) => properties.Bucket === physicalId)!;
    return isAllowed(
      {
        principal: service,
        action: 's3:PutObject',
        resource: `${arn}/${key}`,
        owner: ACCOUNT,
        context: {
          'aws:SourceArn': sourceArn,
          'aws:SourceAccount': ACCOUNT,
          'aws:SecureTransport': 'true',
          's3:x-amz-acl': 'bucket-owner-full-control',
        },
      },
      { identity: [], resource: policy.properties.PolicyDocument },
    );
  }

  test('CloudTrail for the trail of the app, and for no other one', async () => {
    const { TrailName, S3BucketName } = only('AWS::CloudTrail::Trail');
    expect(S3BucketName).toBe(bucketOf('CentralLogs/Logs/Trail').physicalId);
    const key = `AWSLogs/${ACCOUNT}/CloudTrail/${REGION}/2026/11/23/a.json.gz`;
    const asked = [TrailName, 'other'].map((name) =>
      mayWrite(
        'cloudtrail.amazonaws.com',
        'CentralLogs/Logs/Trail',
        key,
        `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/${name}`,
      ),
    );
    expect(await Promise.all(asked)).toEqual([true, false]);
  });

  test('S3 for the bucket of the app, in the partitioned form', async () => {
    const uploads = bucketOf('CentralLogs/Uploads');
    expect(uploads.properties.LoggingConfiguration).toEqual({
      DestinationBucketName: bucketOf('CentralLogs/Logs/Access').physicalId,
      TargetObjectKeyFormat: { PartitionedPrefix: { PartitionDateSource: 'EventTime' } },
    });
    const key = `${ACCOUNT}/${REGION}/${uploads.physicalId}/2026/11/23/2026-11-23-00-00-00-A1B2C3D4E5F60718`;
    const asked = ['logging.s3.amazonaws.com', 's3.amazonaws.com'].map((service) =>
      mayWrite(service, 'CentralLogs/Logs/Access', key, uploads.arn!),
    );
    expect(await Promise.all(asked)).toEqual([true, false]);
  });

  test('load balancers of the name that the README gives, and no others', async () => {
    const key = `AWSLogs/${ACCOUNT}/elasticloadbalancing/${REGION}/2026/11/23/a.log.gz`;
    const asked = ['shop', 'other'].map((name) =>
      mayWrite(
        'logdelivery.elasticloadbalancing.amazonaws.com',
        'CentralLogs/Logs/Alb',
        key,
        `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:loadbalancer/app/${name}/0123456789abcdef`,
      ),
    );
    expect(await Promise.all(asked)).toEqual([true, false]);
  });
});

describe('the trail', () => {
  test('is deployed after the policy of its bucket, in a stack of its own', () => {
    const { order, refusals, dead } = rehearse(stacks);
    expect({ order, refusals, dead }).toEqual({ order: ['CentralLogs', 'CentralLogsTrail'], refusals: [], dead: [] });
    expect(stacks[1].after).toEqual(['CentralLogs']);
  });

  test('makes this template', () => {
    expect(stacks[1].template.Resources).toMatchSnapshot();
  });
});

describe('the table', () => {
  test('reads the replicas of one day where CloudTrail has put the logs of that day', () => {
    const { DatabaseName, TableInput } = only('AWS::Glue::Table');
    expect(only('AWS::Glue::Database').DatabaseInput.Name).toBe(DatabaseName);
    const day = TableInput.Parameters['storage.location.template'].replace('${timestamp}', '2026/11/23');
    const { physicalId } = bucketOf('CentralLogs/Logs/Destination');
    expect(day).toBe(`s3://${physicalId}/AWSLogs/${ACCOUNT}/CloudTrail/${REGION}/2026/11/23`);
    expect(day.startsWith(`${TableInput.StorageDescriptor.Location}/`)).toBe(true);
    expect(TableInput.PartitionKeys).toEqual([{ Name: 'timestamp', Type: 'string' }]);
  });

  test('has columns of types that Hive can read, each once', () => {
    const columns: Array<{ Name: string; Type: string }> =
      only('AWS::Glue::Table').TableInput.StorageDescriptor.Columns;
    expect(columns.filter(({ Type }) => !isHiveType(Type))).toEqual([]);
    expect(new Set(columns.map(({ Name }) => Name)).size).toBe(columns.length);
    expect(columns).toHaveLength(29);
  });

  test.each(['struct<a>', 'struct<a:string', 'array<string>>', 'struct<a:string,>', 'STRING', ''])(
    'would be told of %j',
    (type) => {
      expect(isHiveType(type)).toBe(false);
    },
  );
});

/** Takes the innermost types away until one is left. */
function isHiveType(type: string): boolean {
  const inner = /(struct<\w+:string(,\w+:string)*>|array<string>|map<string,string>)/;
  let rest = type;
  while (inner.test(rest)) rest = rest.replace(inner, 'string');
  return rest === 'string';
}

describe('a load balancer', () => {
  /** The policy of the bucket for load balancers, and the one that is there for a load balancer that logs into it. */
  function policies(log: (alb: elb.ApplicationLoadBalancer, logs: s3.IBucket) => void) {
    const [without, withIt] = [() => {}, log].map((configure) => {
      const root = quietApp();
      const stack = new Stack(root, 'App', { env: ENV });
      const logs = new LogAggregationSRR(stack, 'Logs').addProducer('Alb', LogProducer.alb());
      const vpc = new ec2.Vpc(stack, 'Vpc', { natGateways: 0, availabilityZones: ['us-east-1a', 'us-east-1b'] });
      configure(new elb.ApplicationLoadBalancer(stack, 'Shop', { vpc, loadBalancerName: 'shop' }), logs);
      const deployed = new DeployedApp(readStacks(root.synth()));
      const policy = deployed.ofType('AWS::S3::BucketPolicy').find(({ logicalId }) => logicalId.startsWith('LogsAlb'))!;
      return { deployed, policy };
    });
    const balancer = withIt.deployed.ofType('AWS::ElasticLoadBalancingV2::LoadBalancer')[0];
    return {
      added:
        withIt.policy.properties.PolicyDocument.Statement.length -
        without.policy.properties.PolicyDocument.Statement.length,
      bucket: balancer.properties.LoadBalancerAttributes.find(({ Key }: any) => Key === 'access_logs.s3.bucket').Value,
      logs: withIt.policy.properties.Bucket,
      waits: [balancer.declared.DependsOn].flat().includes(withIt.policy.logicalId),
    };
  }

  test('logs as the README says it, after the policy and without changing it', () => {
    const { added, bucket, logs, waits } = policies((alb, albLogs) => {
      alb.setAttribute('access_logs.s3.enabled', 'true');
      alb.setAttribute('access_logs.s3.bucket', albLogs.bucketName);
      alb.node.addDependency(albLogs);
    });
    expect({ added, bucket, waits }).toEqual({ added: 0, bucket: logs, waits: true });
  });

  test('adds to the policy with logAccessLogs(), which the README says', () => {
    expect(policies((alb, albLogs) => alb.logAccessLogs(albLogs))).toMatchObject({ added: 3, waits: true });
  });
});
