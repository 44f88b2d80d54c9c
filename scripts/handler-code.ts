import { buildSync } from 'esbuild';

/** The code of a Lambda function as a template has it: one file, in which only the SDK is missing, which the runtime has. */
export function handlerCode(name: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [`src/handlers/${name}.ts`],
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    external: ['@aws-sdk/*'],
    banner: { js: '// SPDX-License-Identifier: Apache-2.0' },
    write: false,
  });
  return outputFiles[0].text;
}
