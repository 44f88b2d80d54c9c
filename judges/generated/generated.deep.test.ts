import { testManyApps } from './many-apps';

testManyApps(1);
