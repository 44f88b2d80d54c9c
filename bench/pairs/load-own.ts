import { createRequire } from 'node:module';
import { measured } from './measured';

/** How long `require()` of the library takes in a fresh process, and which files of others that loads. */
const load = createRequire(__filename);
const { cpu, clock } = measured(() => load('cdk-s3-replication'));
const others = Object.keys(load.cache).filter((file) => /\/node_modules\/(aws-cdk-lib|constructs)/.test(file));
console.log(JSON.stringify({ cpu, clock, files: others }));
