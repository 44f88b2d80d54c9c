import { testApps } from './apps';

// Beside generated.test.ts, so that two workers share the work.
testApps(42);
