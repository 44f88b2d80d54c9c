import { aws_s3 as s3, Duration, Stack } from 'aws-cdk-lib';
import { AccessOptions, judgeAccess } from './judge';
import { quietApp } from '../../test/app';
import { ENV } from '../../test/builders';
import { DeployedApp } from '../assembly/deployed';
import { readStacks, Resource, StackOfApp } from '../assembly/stacks';
import { ReplicatedBucketPair, ReplicationFilter } from 'cdk-s3-replication';

/** Two regions, KMS, Object Lock and a prefix: everything that has a permission of its own. */
export function goodApp(): StackOfApp[] {
  const app = quietApp();
  new ReplicatedBucketPair(new Stack(app, 'Data', { env: ENV }), 'Pair', {
    destinationRegion: 'eu-west-1',
    encryption: s3.BucketEncryption.KMS,
    filter: ReplicationFilter.prefix('logs/'),
    objectLockDefaultRetention: s3.ObjectLockRetention.governance(Duration.days(1)),
    deleteMarkerReplication: true,
  });
  return readStacks(app.synth());
}

/** A copy of an app's templates, to be broken. Values are as in the templates: with intrinsic functions. */
export class Breakable {
  private readonly stacks: StackOfApp[];

  constructor(stacks: readonly StackOfApp[]) {
    this.stacks = structuredClone([...stacks]);
  }

  /** What would be deployed now. */
  public deployed(): DeployedApp {
    return new DeployedApp(this.stacks);
  }

  /** The only resource of this type whose construct path ends so. */
  public properties(type: string, path = ''): Record<string, any> {
    const found = this.stacks.flatMap(({ template, paths }) =>
      Object.entries(template.Resources)
        .filter(([id, resource]) => resource.Type === type && `${paths[id]}`.endsWith(path))
        .map(([, resource]) => resource),
    );
    if (found.length !== 1) throw new Error(`${found.length} resources are ${type} ${path}`);
    return found[0].Properties!;
  }

  /** The statement of the replication role's policy with this Sid. */
  public statement(sid: string): Record<string, any> {
    const found = this.statements().find((it) => it.Sid === sid);
    if (!found) throw new Error(`no statement ${sid}`);
    return found;
  }

  /** The statements of the replication role's policy. */
  public statements(): Array<Record<string, any>> {
    return this.properties('AWS::IAM::Policy').PolicyDocument.Statement;
  }

  public add(stackName: string, logicalId: string, resource: Resource): void {
    this.stacks.find(({ name }) => name === stackName)!.template.Resources[logicalId] = resource;
  }
}

/** What the judge says about {@link goodApp} when something is broken. */
export async function findingsOf(
  stacks: readonly StackOfApp[],
  breakIt: (app: Breakable) => void,
  options: AccessOptions = { least: 'none' },
): Promise<string[]> {
  const app = new Breakable(stacks);
  breakIt(app);
  return (await judgeAccess(app.deployed(), options)).findings;
}
