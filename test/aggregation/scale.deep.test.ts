import { Stack } from 'aws-cdk-lib';
import { quietApp } from '../app';
import { bucket, ENV } from '../builders';
import { LogAggregationSRR, ReplicationFilter } from 'cdk-s3-replication';

test('1,000 accounts of an organization add nothing to the policy of the destination', () => {
  const templateFor = (accounts: number) => {
    const app = quietApp();
    const home = new Stack(app, 'Archive', { env: ENV });
    const logs = new LogAggregationSRR(home, 'Logs', {
      destinationOptions: { bucketName: 'the-log-archive' },
      organizationId: 'o-a1b2c3d4e5',
      roleNamePrefix: 'logs-',
    });
    for (let n = 0; n < accounts; n++) {
      const account = String(400000000000 + n);
      const stack = new Stack(app, `Account${n}`, { env: { ...ENV, account } });
      logs.addSource(bucket(stack, 'Source'), {
        filter: ReplicationFilter.prefix(`AWSLogs/${account}/`),
        uniqueKeys: true,
      });
    }
    const assembly = app.synth();
    expect(assembly.stacks).toHaveLength(accounts + 1);
    expect(assembly.stacks.flatMap(({ messages }) => messages.filter(({ level }) => level !== 'info'))).toEqual([]);
    return assembly.getStackByName('Archive').template.Resources;
  };
  expect(templateFor(1000)).toEqual(templateFor(0));
});
