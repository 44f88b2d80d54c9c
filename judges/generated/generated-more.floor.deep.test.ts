import { testManyApps } from './many-apps';

// The other half, on the oldest aws-cdk-lib.
testManyApps(2);
