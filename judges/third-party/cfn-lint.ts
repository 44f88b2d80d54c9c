import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { Finding } from './finding';
import { PythonEnvironment } from '../python/environment';

interface Match {
  /** None when it is about how cfn-lint was called. */
  readonly Filename: string | null;
  readonly Message: string;
  readonly Rule: { readonly Id: string };
  readonly Location: { readonly Path: Array<string | number> | null };
}

/** Resources in which aws-cdk-lib writes dependencies that references imply: `<rule> <logical id>`. It does no harm. */
const MEANT =
  /^W3005 (CustomS3AutoDeleteObjectsCustomResourceProviderHandler|BucketNotificationsHandler|\w+Notifications[0-9A-F]{8}$|\w+StateMachine[0-9A-F]{8}$)/;

/**
 * The errors and warnings of cfn-lint about these templates, with what CloudFormation has in these regions.
 *
 * Throws when it could not do its work.
 */
export function checkWithCfnLint(
  { python }: PythonEnvironment,
  templateFiles: string[],
  regions = ['us-east-1'],
): Finding[] {
  // the command next to the interpreter names it by a path that may be too long for a first line
  const main = ['-c', 'import sys; from cfnlint.runner import main; sys.exit(main())'];
  const { status, stdout, stderr, error } = spawnSync(
    python,
    [...main, '--format', 'json', '--regions', ...regions, '--', ...templateFiles],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  if (error) throw error;
  // a sum of 2 for errors, 4 for warnings and 8 for the rest; its reader of arguments ends with 2 as well
  const found: Match[] = stdout.trim() ? JSON.parse(stdout) : [];
  if ((status === 0) !== (found.length === 0) || status === null || status % 2 === 1) {
    throw new Error(`cfn-lint failed: ${stderr.trim().slice(-500)}`);
  }
  const refused = found.find(({ Filename }) => Filename === null);
  if (refused) throw new Error(`cfn-lint failed: ${refused.Message}`);
  const findings = found.map(({ Filename, Message, Rule, Location: { Path } }) => ({
    check: 'cfn-lint',
    rule: Rule.Id,
    message: Message,
    where: [[basename(Filename!), ...(Path ?? [])].join(' ').replace(' Resources ', ' ')],
  }));
  return findings.filter(({ rule, where: [place] }) => !MEANT.test(`${rule} ${place.split(' ')[1]}`));
}
