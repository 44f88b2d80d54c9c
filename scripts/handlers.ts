import { mkdirSync, writeFileSync } from 'node:fs';
import { handlerCode } from './handler-code';

/** Writes what a template has inline for each Lambda function; jsii does not compile it. */
mkdirSync('lib/handlers', { recursive: true });
for (const name of ['put-configuration', 'submit-routes']) {
  writeFileSync(`lib/handlers/${name}.js`, handlerCode(name));
}
