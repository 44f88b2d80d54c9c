import { measured } from './measured';

/** How long `require()` of the library takes in a fresh process, and which files of others that loads. */
const { cpu, clock } = measured(() => require('cdk-s3-replication'));
const others = Object.keys(require.cache).filter((file) => /\/node_modules\/(aws-cdk-lib|constructs)/.test(file));
console.log(JSON.stringify({ cpu, clock, files: others }));
