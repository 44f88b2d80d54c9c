import { testManyApps } from './many-apps';

// The other half, on the oldest aws-cdk-lib: see .projenrc.ts.
testManyApps(2);
