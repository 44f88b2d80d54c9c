import { createRequire } from 'node:module';
import { build } from './build';

/** The app of a user, as `cdk synth` runs it: with the validation of templates and all else that is on by default. */
const [scenario, variant, size] = process.argv.slice(2);
build(createRequire(__filename)(`./${scenario}/${variant}`).pair, Number(size)).synth();
