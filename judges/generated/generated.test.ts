import { testApps } from './apps';

testApps(20261123);
