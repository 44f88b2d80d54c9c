import { AccessOptions, insideTheBucket } from './judge';
import { ACCOUNT } from '../../test/builders';
import { partitionOf } from '../assembly/physical';

/** What `cdk bootstrap` made before: core lets the deployment of the source read outputs of the other stack. */
export const bootstrapped = (region: string) => ({
  roles: [`arn:${partitionOf(region).partition}:iam::${ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-${ACCOUNT}-${region}`],
});
export const BOOTSTRAPPED = bootstrapped('us-east-1');

/** Also what the other account has for the role. */
export const isOurs: AccessOptions['isOurs'] = (statement, ...about) =>
  insideTheBucket(statement, ...about) || /^ReplicasFrom/.test(`${statement.Sid}`);
