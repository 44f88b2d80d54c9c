/** What a value of a template refers to, without resolving it. */
export interface References {
  /** Logical ids (and parameters) of the same template. */
  readonly local: Set<string>;
  readonly outputs: Array<{ StackName: any; OutputName: any; Region?: any; RoleArn?: any }>;
  readonly imports: unknown[];
}

export function referencesIn(value: unknown): References {
  const found: References = { local: new Set(), outputs: [], imports: [] };
  collect(value, found);
  return found;
}

function collect(value: any, found: References): void {
  if (Array.isArray(value)) return value.forEach((it) => collect(it, found));
  if (typeof value !== 'object' || value === null) return;
  for (const [key, argument] of Object.entries<any>(value)) {
    if (key === 'Ref' && typeof argument === 'string' && !argument.startsWith('AWS::')) found.local.add(argument);
    if (key === 'Fn::GetAtt') found.local.add(Array.isArray(argument) ? argument[0] : String(argument).split('.')[0]);
    if (key === 'Fn::GetStackOutput') found.outputs.push(argument);
    if (key === 'Fn::ImportValue') found.imports.push(argument);
    if (key === 'Fn::Sub') {
      const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
      for (const [, what] of String(template).matchAll(/\$\{([^!}][^}]*)\}/g)) {
        if (!what.startsWith('AWS::') && !(what in variables)) found.local.add(what.split('.')[0]);
      }
    }
    collect(argument, found);
  }
}
