import { App, Stack } from 'aws-cdk-lib';
import { quietApp } from '../app';
import { ENV } from '../builders';
import { LogAggregationSRR, LogAggregationSRRProps } from 'cdk-s3-replication';

export const ORGANIZATION = { organizationId: 'o-a1b2c3d4e5', roleNamePrefix: 'logs-' };

/** An archive of logs, 'Logs' in the stack 'Archive'. */
export function archive(props?: LogAggregationSRRProps, app: App = quietApp()) {
  const home = new Stack(app, 'Archive', { env: ENV });
  return { app, home, logs: new LogAggregationSRR(home, 'Logs', props) };
}
