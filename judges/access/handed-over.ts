import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { iamDecides } from './outside';
import { Document, Statement } from './policies';
import { DeployedApp, DeployedResource, LostReference } from '../assembly/deployed';
import { Resource, StackOfApp } from '../assembly/stacks';

/** What a warning of the source's app says that another account must add to the policy of a bucket or key. */
export interface HandOver {
  readonly to: 'bucket' | 'key';
  /** The construct path of the imported bucket, or the ARN of the key. */
  readonly path: string;
  readonly statements: Statement[];
}

/** What the warnings of an app ask other accounts for. */
export function handOvers(assembly: CloudAssembly): HandOver[] {
  return assembly.stacksRecursively.flatMap(({ messages }) =>
    messages.flatMap(({ entry }) => {
      const said = /^The policy of the (bucket|key) '(.+?)' cannot .* adds (\{.+\}) to it\./.exec(String(entry.data));
      return said ? [{ to: said[1] as HandOver['to'], path: said[2], statements: JSON.parse(said[3]).Statement }] : [];
    }),
  );
}

/**
 * The stacks of the destinations when their owner has added what the app of the source asks for.
 *
 * @param arns of the imported resources, by their construct paths
 */
export function handedOver(
  stacks: StackOfApp[],
  assembly: CloudAssembly,
  arns: ReadonlyMap<string, string>,
): StackOfApp[] {
  const theirs = structuredClone(stacks);
  const deployed = new DeployedApp(theirs);
  for (const { to, path, statements } of handOvers(assembly)) {
    const target = deployed.find(arns.get(path) ?? path)!;
    const document = to === 'key' ? target.declared.Properties!.KeyPolicy : bucketPolicy(deployed, target);
    document.Statement.push(...statements);
  }
  return theirs;
}

/** The document that a bucket has, or a new one. */
function bucketPolicy(
  app: DeployedApp,
  { stack, logicalId, physicalId }: DeployedResource,
): { Statement: Statement[] } {
  const known = app.ofType('AWS::S3::BucketPolicy').find((it) => it.properties.Bucket === physicalId);
  const { Resources } = stack.template;
  const policy = (known?.declared ?? Resources[`${logicalId}Policy`]) as Resource | undefined;
  if (policy) return policy.Properties!.PolicyDocument;
  const PolicyDocument = { Version: '2012-10-17', Statement: [] };
  Resources[`${logicalId}Policy`] = {
    Type: 'AWS::S3::BucketPolicy',
    Properties: { Bucket: { Ref: logicalId }, PolicyDocument },
  };
  return PolicyDocument;
}

/** Parameters of the environment that are left in what another account is to add to its policies; others nobody knows. */
export const notFilledIn = (handOver: readonly HandOver[]): string[] =>
  handOver.flatMap(({ to, path, statements }) => {
    const left = JSON.stringify(statements).match(/"(Ref|Fn::(?!Join)\w+)":("[^"]*"|.)/g) ?? [];
    return left.length > 0 && left.every((it) => it.startsWith('"Ref":"AWS::'))
      ? [`the policy for the ${to} '${path}' leaves ${left[0]} open`]
      : [];
  });

/**
 * The policies of buckets and keys outside of the app, by ARN, when their owners have added what it asks for: with what
 * the rest of the app has where the source is, which need not be what they would have where the destination is.
 */
export function policiesHandedOver(app: DeployedApp, handOver: readonly HandOver[]): Record<string, Document> {
  const policies: Record<string, { Version: string; Statement: Statement[] }> = {};
  const sources = app.ofType('AWS::S3::Bucket').filter((it) => it.properties.ReplicationConfiguration);
  const places = [...new Set(sources.map(({ stack }) => stack))];
  for (const { to, path, statements } of handOver) {
    // it does not say which source it is for: one that has what it refers to
    const placed = places.flatMap((stack): Array<{ key: string; added: Statement[] }> => {
      try {
        const key: string = path.startsWith('{') ? app.resolve(stack, JSON.parse(path)) : path;
        return [{ key, added: app.resolve(stack, statements) }];
      } catch (error) {
        if (error instanceof LostReference) return [];
        throw error;
      }
    });
    for (const { key, added } of placed) {
      const ofBuckets = added.flatMap((it) => [it.Resource!].flat().map((on) => on.split('/')[0]));
      for (const arn of new Set(to === 'key' ? [key] : ofBuckets)) {
        const before = to === 'key' ? iamDecides(arn).Statement : [];
        (policies[arn] ??= { Version: '2012-10-17', Statement: [...before] }).Statement.push(...added);
      }
    }
  }
  return policies;
}
