import { Model, Refuse, StackResource } from './model';
import { DeployedApp } from '../assembly/deployed';
import { referencesIn } from '../assembly/references';
import { StackOfApp, Template } from '../assembly/stacks';

/** A value of a stack with what other stacks give it at this time: their outputs are read when the stack is deployed. */
export function valueNow(
  model: Model,
  app: DeployedApp,
  stack: StackOfApp,
  prefix: string,
  value: unknown,
  refuse: Refuse,
): any {
  const replace = (it: any): any => {
    if (Array.isArray(it)) return it.map(replace);
    if (typeof it !== 'object' || it === null) return it;
    if ('Fn::GetStackOutput' in it) return readOutput(model, app, stack, prefix, it, refuse);
    if ('Fn::ImportValue' in it) {
      const name = app.resolve(stack, it['Fn::ImportValue'], prefix);
      const producer = producerOf(model, stack, name);
      if (producer) return producer.exports[name];
      refuse(`No export named ${name} found`);
      return app.resolve(stack, it, prefix);
    }
    return Object.fromEntries(Object.entries(it).map(([key, inner]) => [key, replace(inner)]));
  };
  return app.resolve(stack, replace(value), prefix);
}

function readOutput(model: Model, app: DeployedApp, stack: StackOfApp, prefix: string, call: any, refuse: Refuse): any {
  const { StackName, OutputName, Region, RoleArn } = app.resolve(stack, call['Fn::GetStackOutput'], prefix);
  const region = Region ?? stack.region;
  const account = RoleArn ? RoleArn.split(':')[4] : stack.account;
  for (const { stack: it, outputs } of model.stacks.values()) {
    if (it.name !== StackName || it.region !== region || it.account !== account) continue;
    if (OutputName in outputs) return outputs[OutputName];
    refuse(`Output ${OutputName} of stack ${StackName} in ${region} does not exist`);
    return app.resolve(stack, call, prefix);
  }
  refuse(`Stack with id ${StackName} does not exist in ${region} of account ${account}`);
  return app.resolve(stack, call, prefix);
}

const producerOf = (model: Model, { account, region }: StackOfApp, name: string) =>
  [...model.stacks.values()].find(
    ({ stack, exports }) => stack.account === account && stack.region === region && name in exports,
  );

/** Ends the deployment of a stack: its outputs can be read, and exports that others use can neither change nor go. */
export function putOutputs(model: Model, app: DeployedApp, stack: StackOfApp, refuse: Refuse): void {
  const outputs: Record<string, unknown> = {};
  const exports: Record<string, unknown> = {};
  for (const [id, { Value, Export, Condition }] of Object.entries(stack.template.Outputs ?? {})) {
    if (Condition !== undefined && !isTrue(app, stack, Condition)) continue;
    outputs[id] = valueNow(model, app, stack, '', Value, refuse);
    if (Export) exports[app.resolve(stack, Export.Name)] = outputs[id];
  }
  const scopes: Array<[string, Template]> = [
    ['', stack.template],
    ...Object.entries(stack.nested).map(([id, template]): [string, Template] => [`${id}.`, template]),
  ];
  const imports = scopes.flatMap(([prefix, { Resources, Outputs }]) =>
    referencesIn([Resources, Outputs]).imports.map((name) => app.resolve(stack, name, prefix)),
  );
  keepExports(model, stack, exports, refuse);
  model.stacks.set(stack.id, { stack, outputs, exports, imports: new Set(imports) });
}

const isTrue = (app: DeployedApp, stack: StackOfApp, condition: string): boolean =>
  app.resolve(stack, { 'Fn::If': [condition, true, false] });

function keepExports(model: Model, stack: StackOfApp, next: Record<string, unknown>, refuse: Refuse): void {
  for (const [name, value] of Object.entries(model.stacks.get(stack.id)?.exports ?? {})) {
    if (name in next && next[name] === value) continue;
    const user = [...model.stacks.values()].find(
      (it) => it.imports.has(name) && it.stack.account === stack.account && it.stack.region === stack.region,
    );
    if (user) {
      refuse(`Export ${name} cannot be ${name in next ? 'updated' : 'deleted'} as it is in use by ${user.stack.name}`);
    }
  }
}

/** Refuses to delete a stack whose exports are in use. */
export function deleteOutputs(model: Model, stack: StackOfApp, refuse: Refuse): void {
  keepExports(model, stack, {}, refuse);
  model.stacks.delete(stack.id);
}

/**
 * Core's custom resource that writes values of a stack into SSM parameters of another region. It neither asks who uses
 * them nor writes the new value of one that it has written before.
 */
export function putExportWriter(model: Model, next: StackResource, before: StackResource | undefined): void {
  const { region, exports } = next.properties.WriterProps;
  const was: Record<string, unknown> = before?.properties.WriterProps.exports ?? {};
  for (const name of Object.keys(was).filter((it) => !(it in exports))) {
    model.parameters.delete(parameterKey(next.stack, region, name));
  }
  for (const [name, value] of Object.entries(exports).filter(([it]) => !(it in was))) {
    model.parameters.set(parameterKey(next.stack, region, name), value);
  }
}

export function deleteExportWriter(model: Model, { stack, properties }: StackResource): void {
  const { region, exports } = properties.WriterProps;
  for (const name of Object.keys(exports)) model.parameters.delete(parameterKey(stack, region, name));
}

/** Core's custom resource that reads such parameters. */
export function putExportReader(model: Model, { stack, properties }: StackResource, _: unknown, refuse: Refuse): void {
  const missing = Object.keys(properties.ReaderProps.imports).filter(
    (name) => !model.parameters.has(parameterKey(stack, stack.region, name)),
  );
  if (missing.length > 0) refuse(`Parameters: [${missing.map((name) => `ssm:${name}`).join(', ')}] cannot be found.`);
}

const parameterKey = ({ account }: StackOfApp, region: string, name: string) => `${account}|${region}|${name}`;
