import { App, Stack } from 'aws-cdk-lib';
import { quietApp } from '../app';
import { ENV } from '../builders';

export const [OWN, OTHER, MANAGEMENT] = ['111111111111', '222222222222', '333333333333'];
export const ORGANIZATION = { organizationId: 'o-a1b2c3d4e5', managementAccount: MANAGEMENT, trailName: 'all' };
export const trail = { trailName: 'trail' };
export const WAF_LOGS = { bucketName: 'aws-waf-logs-acl' };

export const logs = (app: App = quietApp()) => new Stack(app, 'Stack', { env: ENV });
