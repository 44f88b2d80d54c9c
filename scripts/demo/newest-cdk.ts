import Module from 'node:module';

/**
 * Makes every `require('aws-cdk-lib')` and `require('constructs')` of this process find the newest versions, which are
 * installed under an alias: only they have the template validation. It has to hold for packages in node_modules
 * too (cdk-nag tells buckets by `instanceof`), which the paths of a tsconfig do not reach.
 *
 * Import it before anything that needs them.
 */
type Resolve = (request: string, ...rest: unknown[]) => string;
const loader = Module as unknown as { _resolveFilename: Resolve };
const resolve = loader._resolveFilename;

loader._resolveFilename = function (this: unknown, request, ...rest) {
  const newest = request.replace(/^(aws-cdk-lib|constructs)(?=\/|$)/, '$1-newest');
  return resolve.call(this, newest, ...rest);
};
