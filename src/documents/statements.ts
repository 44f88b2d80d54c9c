// SPDX-License-Identifier: Apache-2.0
import { asRecord } from './intrinsics';

/** A statement of a policy document; `conditional` when `Fn::If` decides whether it is there. */
export interface DocumentStatement {
  readonly body: Record<string, any>;
  /** The Sid, or `statement N`. */
  readonly name: string;
  readonly conditional: boolean;
}

/** Every statement that a resolved policy document has or may have; never throws, whatever the document is. */
export function statementsIn(document: unknown): DocumentStatement[] {
  return alternatives(document, false)
    .flatMap(({ value, conditional }) => alternatives(asRecord(value)?.Statement, conditional))
    .filter(({ value }) => asRecord(value))
    .map(({ value, conditional }, index) => {
      const body = asRecord(value)!;
      return {
        body,
        conditional,
        name: typeof body.Sid === 'string' && body.Sid ? body.Sid : `statement ${index + 1}`,
      };
    });
}

function alternatives(value: unknown, conditional: boolean): { value: unknown; conditional: boolean }[] {
  if (Array.isArray(value)) {
    return value.flatMap((item) => alternatives(item, conditional));
  }
  const branches = asRecord(value)?.['Fn::If'];
  return Array.isArray(branches)
    ? branches.slice(1).flatMap((branch) => alternatives(branch, true))
    : [{ value, conditional }];
}
