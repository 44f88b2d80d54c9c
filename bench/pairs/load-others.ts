import { measured } from './measured';

/** How long it takes to load files of aws-cdk-lib and constructs, found by name as by everybody, without the library. */
const files: string[] = JSON.parse(process.argv[2]);
const { cpu, clock } = measured(() => ['aws-cdk-lib', 'constructs', ...files].forEach((file) => require(file)));
console.log(JSON.stringify({ cpu, clock, files }));
