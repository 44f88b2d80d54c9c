import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fullDiff } from '@aws-cdk/cloudformation-diff';
import { App, aws_kms as kms, aws_s3 as s3, CfnOutput, CfnWaitConditionHandle, Stack, StackProps } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { quietApp } from './app';
import { Templates, US } from './templates';

export function synthesize(define: (app: App) => void, flags?: 'recommended' | 'none'): Templates {
  const app = quietApp(flags);
  define(app);
  return Object.fromEntries(app.synth().stacks.map(({ stackName, template }) => [stackName, template]));
}

/** An app of one stack, 'App' in us-east-1. */
export function inStack(define: (stack: Stack) => void, env: StackProps['env'] = US): Templates {
  return synthesize((app) => define(new Stack(app, 'App', { env })));
}

export const resourcesOf = (templates: Templates) =>
  Object.values(templates).flatMap(({ Resources }) => Object.values<any>(Resources));
export const only = (type: string, templates: Templates) => {
  const found = resourcesOf(templates).filter(({ Type }) => Type === type);
  expect(found).toHaveLength(1);
  return found[0];
};

const IN_PLACE = ['WILL_UPDATE', 'WILL_CREATE', 'NO_CHANGE'];

/**
 * What an update does that nobody wants: resources of whatever type which are replaced (or may be), deleted or left behind
 * (retained outside of the stack), and stacks that are no longer in the app. Accepted are updates in place and new resources, nothing else.
 */
export function harm(before: Templates, after: Templates): string[] {
  return Object.keys(before).flatMap((stack) => {
    if (after[stack] === undefined) return [`stack ${stack} is no longer in the app`];
    const { resources } = fullDiff(before[stack], after[stack]);
    return Object.entries(resources.changes)
      .filter(([, { changeImpact }]) => !IN_PLACE.includes(changeImpact))
      .map(([id, { changeImpact, oldResourceType }]) => `${changeImpact} ${oldResourceType} ${id}`);
  });
}

/**
 * Everything that an update changes, a line each: `+` and `-` for resources, outputs and so on, `~` for a property or
 * attribute of a resource.
 */
export function changes(before: Templates, after: Templates): string[] {
  const lines: string[] = [];
  for (const stack of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!before[stack] || !after[stack]) {
      lines.push(`${before[stack] ? '-' : '+'} stack ${stack}`);
      continue;
    }
    const { resources, ...sections } = fullDiff(before[stack], after[stack]);
    for (const [id, change] of Object.entries(resources.changes)) {
      if (change.isUpdate) {
        lines.push(
          ...Object.keys({ ...change.propertyUpdates, ...change.otherChanges }).map(
            (name) => `~ ${change.newResourceType} ${id}.${name}`,
          ),
        );
      } else {
        lines.push(`${change.isAddition ? '+' : '-'} ${change.newResourceType ?? change.oldResourceType} ${id}`);
      }
    }
    for (const section of ['conditions', 'mappings', 'metadata', 'outputs', 'parameters', 'unknown'] as const) {
      const updates = Object.entries<any>(sections[section].changes);
      lines.push(
        ...updates.map(([id, change]) => `${change.isAddition ? '+' : change.isRemoval ? '-' : '~'} ${section} ${id}`),
      );
    }
  }
  return lines.sort();
}

/** Every way from one state of a prop to another one, there and back. */
export function transitions<T>(states: Map<string, T>): Array<[string, T, T]> {
  const entries = [...states];
  return entries.flatMap(([from, before]) =>
    entries.filter(([to]) => to !== from).map(([to, after]): [string, T, T] => [`${from} -> ${to}`, before, after]),
  );
}

const SRC = join(__dirname, '../src');
const SOURCES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(SRC, file), 'utf8'));

/** The props of an interface of src/, those that it extends too, with their docstrings. */
export function docstrings(name: string): Record<string, string> {
  const head = new RegExp(`^export interface ${name} (?:extends ([\\w, ]+) )?\\{`, 'm');
  const source = SOURCES.find((text) => head.test(text));
  if (!source) throw new Error(`no interface ${name} in src/`);
  const { index, 1: parents } = head.exec(source)!;
  const body = source.slice(index).split('\n}\n')[0];
  const own = [...body.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\s+readonly (\w+)\??:/g)].map(([, text, prop]) => [
    prop,
    text.replace(/\s+\*\s+/g, ' '),
  ]);
  return Object.assign({}, ...(parents?.split(', ') ?? []).map(docstrings), Object.fromEntries(own));
}

export const saysThatChangesHurt = (docstring: string) =>
  /\b(later|a change|when you \w+)\b[^.]*\b(replaces?|removes?|retains?|leaves?|moves|re-points|makes a new)\b/i.test(
    docstring,
  );

export const usKey = (scope: Construct, id = 'ImportedKey') =>
  kms.Key.fromKeyArn(scope, id, 'arn:aws:kms:us-east-1:111111111111:key/11111111-1111-1111-1111-111111111111');
export const usKey2 = (scope: Construct) =>
  kms.Key.fromKeyArn(
    scope,
    'ImportedKey2',
    'arn:aws:kms:us-east-1:111111111111:key/22222222-2222-2222-2222-222222222222',
  );
export const euKey = (scope: Construct) =>
  kms.Key.fromKeyArn(
    scope,
    'ImportedEuKey',
    'arn:aws:kms:eu-west-1:111111111111:key/33333333-3333-3333-3333-333333333333',
  );
export const euKey2 = (scope: Construct) =>
  kms.Key.fromKeyArn(
    scope,
    'ImportedEuKey2',
    'arn:aws:kms:eu-west-1:111111111111:key/44444444-4444-4444-4444-444444444444',
  );

/** Somebody who has the name and the ARN of a bucket in a stack. */
export function read(stack: Stack, bucket: s3.IBucket, index = 0): void {
  new CfnOutput(stack, `Name${index}`, { value: bucket.bucketName });
  new CfnOutput(stack, `Arn${index}`, { value: bucket.bucketArn });
  new CfnWaitConditionHandle(stack, `Handle${index}`); // a template has at least one resource
}

/** Templates that several tests compare with are made once, and inside of a test. */
export function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
