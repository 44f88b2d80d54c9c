import { readdirSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { quietApp } from './app';
import { ENV } from './builders';

/** What is thrown; an error when nothing is. */
export function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('expected an error, and there was none');
}

/** What synthesis refuses. */
export const errorsOf = (app: App) => messageOf(() => app.synth());

/** `…` stands for any text; what is said has the place, what was seen, why, and a remedy. */
export function expectMessage(message: string, ...says: Array<string | RegExp>): void {
  for (const part of says) {
    const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const pattern = typeof part === 'string' ? new RegExp(part.split(' … ').map(literal).join('[^]*')) : part;
    expect(message).toMatch(pattern);
  }
  expect(message).toMatch(/\[[\w/-]+\] [^]+: .+; .+/);
  expect(message).not.toMatch(/Resolution error|undefined|\[object|\$\{Token/);
}

/** The same for messages whose place may be a function, `[LogProducer.alb()]`; the texts come in this order. */
export function expectParts(run: () => unknown, says: string[]): void {
  const message = messageOf(run);
  expect(message).toMatch(/\[[\w/.()-]+\] [^]+: .+; .+/);
  expect(message).not.toMatch(/Resolution error|undefined|\[object|\$\{Token/);
  let from = 0;
  for (const part of says) {
    expect(message.slice(from)).toContain(part);
    from = message.indexOf(part, from) + part.length;
  }
}

/** What is built, and what the message says: `[the construct] the value seen … the reason … the remedy`. */
export type Refusal = [mistake: string, build: (stack: Stack) => void, ...says: Array<string | RegExp>];

export function refuses(cases: Refusal[]) {
  test.each(cases)('%s', (_, build, ...says) => {
    const stack = new Stack(quietApp(), 'Stack', { env: ENV });
    const message = messageOf(() => build(stack));
    expectMessage(message, ...says);
  });
}

export function refusesAtSynthesis(cases: Refusal[]) {
  test.each(cases)('%s', (_, build, ...says) => {
    const app = quietApp();
    build(new Stack(app, 'Stack', { env: ENV }));
    const message = errorsOf(app);
    expect(message).toMatch(/^Validation failed with the following errors:/);
    expectMessage(message, ...says);
    expect(readdirSync(app.outdir).filter((file) => file.endsWith('.template.json'))).toEqual([]);
  });
}

/** The messages of all stacks, as `cdk synth` shows them. */
export const messagesIn = (app: App) =>
  app
    .synth()
    .stacksRecursively.flatMap(({ messages }) => messages)
    .map(({ entry }) => String(entry.data));

/** Warnings and errors of all stacks; synthesis must succeed. */
export function warningsOf(build: (stack: Stack) => void, app = quietApp()): string[] {
  build(new Stack(app, 'Stack', { env: ENV }));
  return messagesIn(app);
}
