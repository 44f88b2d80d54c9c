import { createHash } from 'node:crypto';
import jsonata from 'jsonata';

/** A call to AWS, which may throw `{ error }`. */
export type Aws = (action: string, given: any) => any;

export interface Outcome {
  readonly status: 'SUCCEEDED' | 'FAILED';
  readonly output?: any;
  readonly error?: string;
  readonly cause?: string;
  /** Names of states, in the order in which they were entered. */
  readonly path: string[];
  /** As AWS counts them, about. */
  readonly events: number;
  readonly seconds: number;
}

class Stop extends Error {
  constructor(
    public readonly error: string,
    public readonly why: string,
  ) {
    super(`${error}: ${why}`);
  }
}

const TERMINAL = ['States.Runtime', 'States.DataLimitExceeded'];
const parsed = new Map<string, jsonata.Expression>();
/** What AWS adds to JSONata. */
const FUNCTIONS = {
  parse: (text: string) => JSON.parse(text),
  hash: (text: string) => createHash('sha256').update(text).digest('hex'),
};

/**
 * What AWS Step Functions does with the states that machines of this library have. Waits pass at once, and an
 * expression without a value ends an execution, as there.
 */
export async function execute(
  definition: any,
  input: unknown,
  aws: Aws,
  { now = Date.parse('2026-11-27T10:00:00Z') } = {},
): Promise<Outcome> {
  const path: string[] = [];
  let [events, seconds] = [1, 0];
  const clock = () => now + seconds * 1000;

  async function value(template: any, states: object, variables: any): Promise<any> {
    if (typeof template === 'string' && /^\{%[^]*%\}$/.test(template)) {
      const text = template.slice(2, -2);
      const expression = parsed.get(text) ?? parsed.set(text, jsonata(text)).get(text)!;
      let found: any;
      try {
        found = await expression.evaluate(
          {},
          { ...FUNCTIONS, millis: clock, now: () => new Date(clock()).toISOString(), ...variables, states },
        );
      } catch (error) {
        throw new Stop('States.QueryEvaluationError', `${text}: ${(error as Error).message}`);
      }
      if (found === undefined) throw new Stop('States.QueryEvaluationError', `no value: ${text}`);
      return JSON.parse(JSON.stringify(found));
    }
    if (Array.isArray(template)) return Promise.all(template.map((it) => value(it, states, variables)));
    if (template === null || typeof template !== 'object') return template;
    const entries = Object.entries(template).map(async ([name, it]) => [name, await value(it, states, variables)]);
    return Object.fromEntries(await Promise.all(entries));
  }

  async function run(machine: any, given: unknown, outer: object): Promise<any> {
    const variables: any = { ...outer };
    let [name, data] = [machine.StartAt, given];
    for (;;) {
      const state = machine.States[name];
      path.push(name);
      if (path.length > 20_000) throw new Stop('Test', 'it never ends');
      events += 2;
      const states: any = { input: data, context: { Execution: { Id: 'arn:execution' } } };
      const leave = async (at: any, result: any = data) => {
        const seen = { ...states, ...(state.Type === 'Choice' || state.Type === 'Pass' ? {} : { result }) };
        const assigned = at.Assign && (await value(at.Assign, seen, variables));
        const output = at.Output === undefined ? result : await value(at.Output, seen, variables);
        Object.assign(variables, assigned);
        return output;
      };
      let next: string | undefined = state.Next;
      if (state.Type === 'Fail') throw new Stop(await value(state.Error, states, variables), await value(state.Cause, states, variables)); // prettier-ignore
      if (state.Type === 'Pass') data = await leave(state);
      if (state.Type === 'Wait') {
        const wait = await value(state.Seconds, states, variables);
        if (!Number.isInteger(wait)) throw new Stop('States.Runtime', `Seconds ${wait}`);
        seconds += wait;
        data = await leave(state);
      }
      if (state.Type === 'Choice') {
        let chosen: any = { Next: state.Default };
        for (const choice of state.Choices) {
          const condition = await value(choice.Condition, states, variables);
          if (typeof condition !== 'boolean') throw new Stop('States.QueryEvaluationError', `${choice.Condition}`);
          if (condition) {
            chosen = choice;
            break;
          }
        }
        data = await leave(chosen);
        next = chosen.Next;
      }
      if (state.Type === 'Task' || state.Type === 'Map') {
        for (let tries = 0; ; tries++) {
          try {
            let result: any;
            if (state.Type === 'Map') {
              const items = await value(state.Items, states, variables);
              result = [];
              for (const item of items) result.push(await run(state.ItemProcessor, item, variables));
            } else {
              events += 3;
              result = await aws(state.Resource.split('aws-sdk:')[1], await value(state.Arguments, states, variables));
            }
            data = await leave(state, result);
            break;
          } catch (error) {
            if (!(error instanceof Stop) && !(error as any).error) throw error;
            const kind: string = (error as any).error;
            const [retry] = state.Retry ?? [];
            if (retry && tries < retry.MaxAttempts && !TERMINAL.includes(kind)) {
              seconds += Math.round(retry.IntervalSeconds * retry.BackoffRate ** tries);
              continue;
            }
            const [caught] = state.Catch ?? [];
            if (!caught || TERMINAL.includes(kind)) throw error;
            data = { Error: kind };
            Object.assign(variables, await value(caught.Assign ?? {}, { ...states, errorOutput: data }, variables));
            next = caught.Next;
            break;
          }
        }
      }
      if (state.End || state.Type === 'Succeed') return data;
      name = next;
    }
  }

  try {
    const output = await run(definition, input, {});
    return { status: 'SUCCEEDED', output, path, events, seconds };
  } catch (error) {
    const { error: kind = 'States.Runtime', why = String(error) } = error as Partial<Stop>;
    if (kind === 'Test') throw error;
    return { status: 'FAILED', error: kind, cause: why, path, events, seconds };
  }
}
