import { createRequire } from 'node:module';
import { measured } from './measured';

/** How long it takes to load files of aws-cdk-lib and constructs, found by name as by everybody, without the library. */
const files: string[] = JSON.parse(process.argv[2]);
const load = createRequire(__filename);
const { cpu, clock } = measured(() => ['aws-cdk-lib', 'constructs', ...files].forEach((file) => load(file)));
console.log(JSON.stringify({ cpu, clock, files }));
