import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ORGANIZATION } from './load';
import { templateFiles } from '../../judges/assembly/template-files';
import { ACCOUNT, LocalAws, REGION } from '../../judges/local-aws/server';

/**
 * Apps for the organization of the examples as apps for the one that the local AWS has for the account of their sources;
 * others stay as they are. The copies go with the server.
 */
export async function inLocalOrganization(aws: LocalAws, assemblies: string[]): Promise<string[]> {
  const names = (directory: string) => templateFiles(directory).some((it) => read(it).includes(ORGANIZATION));
  if (!assemblies.some(names)) return assemblies;
  const organization = await organizationOf(aws, ACCOUNT);
  return assemblies.map((directory) => {
    if (!names(directory)) return directory;
    const copy = mkdtempSync(join(aws.directory, 'organization-'));
    cpSync(directory, copy, { recursive: true });
    for (const file of templateFiles(copy)) writeFileSync(file, read(file).replaceAll(ORGANIZATION, organization));
    return copy;
  });
}

const read = (file: string) => readFileSync(file, 'utf8');

/** The server makes an organization for each account that asks, and knows no other members. */
async function organizationOf(aws: LocalAws, account: string): Promise<string> {
  const answer = await fetch(aws.endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': 'AWSOrganizationsV20161128.DescribeOrganization',
      Authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260101/${REGION}/organizations/aws4_request, SignedHeaders=host, Signature=none`,
    },
    body: '{}',
  });
  return ((await answer.json()) as { Organization: { Id: string } }).Organization.Id;
}
