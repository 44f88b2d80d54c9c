import { App, type AppProps, Stack } from 'aws-cdk-lib';
import context from 'aws-cdk-lib/recommended-feature-flags.json';

/** With at most 6 resources of a pair in a template, of which CloudFormation takes 500. */
const PAIRS_OF_STACK = 80;

/** An app with so many pairs. */
export function build(pair: (scope: Stack, id: string) => void, size: number, props?: AppProps): App {
  const app = new App({ ...props, context });
  let stack!: Stack;
  for (let n = 0; n < size; n++) {
    if (n % PAIRS_OF_STACK === 0) {
      stack = new Stack(app, `Storage${n / PAIRS_OF_STACK}`, { env: { account: '111111111111', region: 'us-east-1' } });
    }
    pair(stack, `Pair${n}`);
  }
  return app;
}
