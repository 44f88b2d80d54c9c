import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';

const SRC = join(__dirname, '../../src');

interface Struct {
  readonly own: Record<string, string>;
  readonly parents: string[];
}

const statements = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(SRC, file), 'utf8'))
  .filter((text) => /^export (interface|class) /m.test(text))
  .flatMap((text) => [...ts.createSourceFile('', text, ts.ScriptTarget.Latest, true).statements]);
const classes = statements.filter(ts.isClassDeclaration);

/** Every interface of the sources: its own props with their types, and what it extends. */
const declared = new Map(
  statements.filter(ts.isInterfaceDeclaration).map((node): [string, Struct] => [
    node.name.text,
    {
      own: Object.fromEntries(
        node.members.filter(ts.isPropertySignature).map((it) => [it.name.getText(), it.type!.getText()]),
      ),
      parents: (node.heritageClauses ?? []).flatMap(({ types }) => types.map((it) => it.getText())),
    },
  ]),
);

/** The props of a struct with their types, those that it inherits too, but for those of core's structs. */
export function propsOf(struct: string): Record<string, string> {
  const { own, parents } = declared.get(struct)!;
  const ofOurs = parents.filter((parent) => !parent.startsWith('cloudwatch.'));
  return Object.assign({}, ...ofOurs.map(propsOf), own);
}

/** Structs that a public method or constructor takes, and `Struct.prop` for each prop that is a struct itself. */
export function doorsOfUsers(): string[] {
  const exported = readFileSync(join(SRC, 'index.ts'), 'utf8').match(/\b[A-Z]\w+(?=,| )/g)!;
  const taken = classes
    .filter(({ name }) => exported.includes(name!.text))
    .flatMap(({ members }) => members.filter((it) => ts.isMethodDeclaration(it) || ts.isConstructorDeclaration(it)))
    .filter(({ modifiers }) => !modifiers?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword))
    .flatMap(({ parameters }) => parameters.map(({ type }) => type?.getText()));
  const structs = exported.filter((name) => declared.has(name));
  return structs.flatMap((struct) => [
    ...(taken.includes(struct) ? [struct] : []),
    ...Object.entries(propsOf(struct))
      .filter(([, type]) => structs.includes(type.replace(/\[\]$/, '')))
      .map(([prop]) => `${struct}.${prop}`),
  ]);
}
