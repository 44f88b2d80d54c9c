// synthesizes without AWS accounts, too
const archiveAccount = process.env.ARCHIVE_ACCOUNT ?? '222222222222';
const archiveRegion = process.env.ARCHIVE_REGION ?? 'us-east-1';

/** What the archive and the accounts with logs know of each other, and all of it. */
export const AGREED = {
  archiveAccount,
  archiveRegion,
  bucketName: `log-archive-${archiveAccount}-${archiveRegion}`,
  organizationId: process.env.ORGANIZATION_ID ?? 'o-a1b2c3d4e5',
  roleNamePrefix: 'logs-to-archive-',
  // what each account may write: keys of its own, as services make them
  keyPrefixes: ['AWSLogs/{account}/'],
};
