import { testApps } from './apps';

// One half of the apps on the oldest aws-cdk-lib, the other one, in generated.test.ts, on the newest.
testApps(42);
