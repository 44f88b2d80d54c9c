import { App } from 'aws-cdk-lib';
import recommended from 'aws-cdk-lib/recommended-feature-flags.json';

/** An app as `cdk init` makes it, with the feature flags that the aws-cdk-lib under test recommends, or without any. */
export function testApp(flags: 'recommended' | 'none' = 'recommended'): App {
  return new App({ analyticsReporting: false, context: flags === 'recommended' ? recommended : {} });
}

/** The same without core's validation of templates and its report, which take a third of a second for each synthesis. */
export function quietApp(flags: 'recommended' | 'none' = 'recommended'): App {
  const newerThanTheFloor = { builtinCloudFormationValidation: false };
  const context =
    flags === 'recommended' ? { ...recommended, '@aws-cdk/core:annotationsInValidationReport': false } : {};
  return new App({ analyticsReporting: false, treeMetadata: false, ...newerThanTheFloor, context });
}
