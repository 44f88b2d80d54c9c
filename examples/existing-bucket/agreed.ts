/** What the two apps know of each other. */
export const account = process.env.CDK_DEFAULT_ACCOUNT ?? '111111111111'; // synthesizes without an AWS account, too
export const region = process.env.CDK_DEFAULT_REGION ?? 'us-east-1';
export const uploads = `uploads-2019-${account}`;
