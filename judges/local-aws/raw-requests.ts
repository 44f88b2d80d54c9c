import { ask } from './ask';
import { ACCOUNT, Caller, LocalAws, REGION } from './server';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Sends what no client would send, or what no client is installed for. */
export async function request(
  aws: LocalAws,
  service: string,
  { method = 'POST', path = '/', body }: { method?: string; path?: string; body: string },
  { account = ACCOUNT, region = REGION }: Caller = {},
): Promise<Answer> {
  const credential = `${account}/20260101/${region}/${service}/aws4_request`; // the server takes the account from it
  return ask(aws.endpoint + path, {
    method,
    agent: aws.agent,
    headers: {
      'Content-Type': service === 's3' ? 'application/xml' : 'application/x-www-form-urlencoded',
      Authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=none`,
    },
    body,
  });
}

/** Calls CloudFormation. */
export async function cloudFormation(
  aws: LocalAws,
  action: string,
  parameters: Record<string, string>,
  caller?: Caller,
): Promise<string> {
  const body = new URLSearchParams({ Action: action, Version: '2010-05-15', ...parameters }).toString();
  const answer = await request(aws, 'cloudformation', { body }, caller);
  if (answer.status !== 200) throw new Error(`${action}: ${answer.body}`);
  return answer.body;
}

/** The text of the first element with this name. */
export const textOf = (xml: string, name: string) =>
  new RegExp(`<${name}>([^<]*)</${name}>`)
    .exec(xml)?.[1]
    .replace(/&quot;/g, '"')
    .replace(/&apos;|&#x27;|&#39;/g, "'");

/** The members of a list. */
export const membersOf = (xml: string) => xml.split('<member>').slice(1);

export interface StackResult {
  readonly status: string;
  /** Why resources failed. */
  readonly reasons: string[];
}

/** Deploys a hand-made template without the CLI, and waits for the end of it. */
export async function createStack(
  aws: LocalAws,
  name: string,
  template: object,
  caller?: Caller,
): Promise<StackResult> {
  const TemplateBody = JSON.stringify(template);
  const Capabilities = { 'Capabilities.member.1': 'CAPABILITY_NAMED_IAM' };
  await cloudFormation(aws, 'CreateStack', { StackName: name, TemplateBody, ...Capabilities }, caller);
  for (let i = 0; i < 200; i++) {
    const status = textOf(await cloudFormation(aws, 'DescribeStacks', { StackName: name }, caller), 'StackStatus')!;
    if (!status.endsWith('IN_PROGRESS')) {
      const events = membersOf(await cloudFormation(aws, 'DescribeStackEvents', { StackName: name }, caller));
      const failed = events.filter((it) => textOf(it, 'ResourceStatus')?.endsWith('_FAILED'));
      return { status, reasons: failed.map((it) => textOf(it, 'ResourceStatusReason') ?? '') };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`stack ${name} did not come to an end`);
}
