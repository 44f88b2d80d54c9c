import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Finding } from './finding';

/** Our invariants, as people check templates of others with cfn-guard. */
export const GUARD_RULES = join(__dirname, 'replication.guard');

/** The names of the rules, without those that are parts of others. */
export const guardRuleNames = (rules = GUARD_RULES) =>
  [...readFileSync(rules, 'utf8').matchAll(/^rule (\w+)(?!\w*\()/gm)].map(([, name]) => name);

interface Report {
  readonly name: string;
  readonly not_compliant: Array<{ Rule: { name: string } }>;
  readonly not_applicable: string[];
  readonly compliant: string[];
}

/**
 * What cfn-guard finds in these templates, with its rules in one file.
 *
 * Throws when it did not judge every template by every rule: it prints an empty report for rules that it cannot parse.
 */
export function checkWithGuard(templateFiles: string[], rules = GUARD_RULES): Finding[] {
  const data = templateFiles.flatMap((file) => ['--data', file]);
  const output = ['--output-format', 'json', '--show-summary', 'none', '--structured'];
  const { status, stdout, stderr, error } = spawnSync(binary(), ['validate', '--rules', rules, ...data, ...output], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (error) throw error;
  // 19: a rule is broken
  if (status !== 0 && status !== 19) throw new Error(`cfn-guard failed: ${stderr.trim().slice(0, 500)}`);
  const reports: Report[] = JSON.parse(stdout);
  const expected = guardRuleNames(rules).length;
  for (const file of templateFiles) {
    const report = reports.find(({ name }) => name === file);
    const judged = new Set(report && [...namesOf(report), ...report.not_applicable, ...report.compliant]);
    if (expected === 0 || judged.size !== expected) {
      throw new Error(`cfn-guard judged ${file} by ${judged.size} of ${expected} rules`);
    }
  }
  return reports.flatMap(({ name, not_compliant: broken }) => broken.map(({ Rule }) => findingOf(name, Rule)));
}

const namesOf = (report: Report) => report.not_compliant.map(({ Rule }) => Rule.name);

function findingOf(file: string, rule: { name: string }): Finding {
  const messages = new Set<string>();
  const where = new Set<string>();
  // its report is a tree of clauses, blocks and rules in each other; what can be told is at its leaves
  JSON.stringify(rule, (key, value) => {
    if (key === 'custom_message' && value) messages.add(value.trim());
    const [, logicalId] = (key === 'path' && /^\/Resources\/([^/]+)/.exec(value)) || [];
    if (logicalId) where.add(`${basename(file)} ${logicalId}`);
    return value;
  });
  // what is missing altogether is nowhere
  if (where.size === 0) where.add(basename(file));
  return { check: 'cfn-guard', rule: rule.name, message: [...messages].join('; '), where: [...where] };
}

/** The names of its directories are those of cfn-guard's releases. */
function binary(): string {
  const system = { linux: 'ubuntu', darwin: 'macos' }[platform() as string];
  const processor = { x64: 'x86_64', arm64: 'aarch64' }[arch() as string];
  if (!system || !processor) throw new Error(`there is no cfn-guard for ${platform()} on ${arch()}`);
  const root = dirname(require.resolve('@cdklabs/cdk-validator-cfnguard/package.json'));
  return join(root, 'bin', system, processor, 'cfn-guard');
}
