// SPDX-License-Identifier: Apache-2.0
import { aws_s3 as s3, CfnResource, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { BucketEnd, nameOf } from '../app/bucket';
import { literalName } from '../app/bucket-name';
import { Comparison, REGION, compare, partitionOf, shown } from '../app/environment';
import { literalPartition, notAGeneralPurposeBucket, refersTo } from '../app/imported-bucket';
import { hasForm } from '../app/lookup';
import { deployedStack, isNested, sameStage } from '../app/stacks';
import { waitsFor } from '../flows/waits';
import { Finding, error } from '../messages/finding';
import { refusal } from '../messages/report';
import { hasKnownPlace } from '../permissions/role-name';

/**
 * Throws when replication from source to destination cannot work or cannot be deployed.
 *
 * @param writer the resource that the rule would be a part of
 * @param accounts of the two
 * @param namesRole whether policies of another account name the role, so that its own account must be known
 */
export function checkDestination(
  at: IConstruct,
  source: BucketEnd,
  writer: CfnResource,
  destination: BucketEnd,
  accounts: Comparison,
  namesRole: boolean,
): void {
  const wrong = destinationFinding(source, writer, destination, accounts, namesRole);
  if (wrong) {
    throw refusal(at, wrong);
  }
}

function destinationFinding(
  source: BucketEnd,
  writer: CfnResource,
  destination: BucketEnd,
  accounts: Comparison,
  namesRole: boolean,
): Finding | undefined {
  const name = nameOf(destination);
  const strange = placeFinding('the source', source) ?? placeFinding(`destination ${name}`, destination);
  if (strange) {
    return strange;
  }
  const { cfn } = source;
  const [ofDestination, ofSource] = [destination, source].map(({ ref }) => ref.bucketRef.bucketName);
  if (cfn ? destination.cfn === cfn || (!destination.cfn && refersTo(destination, cfn)) : ofDestination === ofSource) {
    return error('destinationIsSource', {
      saw: `destination ${name} is the source bucket itself`,
      because: 'S3 replicates to another bucket only',
      instead: 'name another bucket as the destination',
    });
  }
  const given = cfn ? literalName(cfn) : Token.isUnresolved(ofSource) ? undefined : ofSource;
  if (given !== undefined && destination.cfn && literalName(destination.cfn) === given) {
    return error('destinationNamedAsSource', {
      saw: `destination ${name} has the name of the source, '${given}'`,
      because: 'the name of a bucket is unique over all regions and accounts of a partition',
      instead: 'give one of the two another name, or none',
    });
  }
  const notABucket = destination.cfn ? undefined : notAGeneralPurposeBucket(destination);
  if (notABucket) {
    return error('destinationNotABucket', {
      saw: `destination ${name} is ${notABucket}`,
      because: 'S3 replicates to general purpose buckets, named by the ARN of the bucket',
      instead: 'import the bucket by its name or bucket ARN',
    });
  }
  const partition = partitionOf(source.region);
  const other = [literalPartition(destination), partitionOf(destination.region)].find(
    (named) => named && named !== partition,
  );
  if (partition !== undefined && other !== undefined) {
    return error('destinationInOtherPartition', {
      saw:
        `destination ${name} in region ${shown(destination.region)} (partition ${other}), ` +
        `source in ${shown(source.region)} (partition ${partition})`,
      because: 'S3 does not replicate across partitions',
      instead: 'choose a destination of the same partition',
    });
  }
  if (accounts === 'unclear') {
    return error('destinationAccountUnclear', {
      saw: `account of destination ${name} ${shown(destination.account)}, of the source ${shown(source.account)}`,
      because: 'whether they are one account decides about permissions and cannot be told at synthesis',
      instead: destination.cfn
        ? 'set env.account on both stacks'
        : Token.isUnresolved(source.account)
          ? 'set env.account on the stack of the source; for a source of any account use LogSource, ' +
            'whose role the destination lets in by its name'
          : 'write its account in fromBucketAttributes(), or use CrossAccountReplication when it is another one',
    });
  }
  if (accounts === 'different' && namesRole && !hasKnownPlace(source.stack)) {
    return error('roleNameUnknown', {
      saw:
        `destination ${name} in account ${shown(destination.account)}, ` +
        `source in a region ${shown(source.region)}, account ${shown(source.account)}`,
      because:
        'the other account names the replication role and its account, and the name of the role is made of its region',
      instead: 'set env.account and env.region on the stack of the source',
    });
  }
  return destination.cfn ? undeployable(source, writer, { ...destination, cfn: destination.cfn }) : undefined;
}

/** Of text that is no account or region, for example `222222222222` as a number or `eu-west1`. */
function placeFinding(bucket: string, { account, region }: BucketEnd): Finding | undefined {
  if (!Token.isUnresolved(account) && !(typeof account === 'string' && hasForm(/^\d{12}$/, account))) {
    return error('accountNotAnId', {
      saw: `${bucket} in account ${JSON.stringify(account)}`,
      because: 'an account is named by a text of 12 digits',
      instead: "write it like '111111111111'",
    });
  }
  return Token.isUnresolved(region) || hasForm(REGION, region)
    ? undefined
    : error('regionNotACode', {
        saw: `${bucket} in region ${shown(region)}`,
        because: 'no region has such a code',
        instead: "write it like 'eu-west-1'",
      });
}

function undeployable(
  source: BucketEnd,
  writer: CfnResource,
  destination: BucketEnd & { cfn: s3.CfnBucket },
): Finding | undefined {
  const name = nameOf(destination);
  if (waitsFor(destination.cfn, writer)?.every((node) => CfnResource.isCfnResource(node))) {
    return error('circleOfReplication', {
      saw: `destination ${name} replicates, directly or through other buckets, to the source ${nameOf(source)}`,
      because: 'each bucket would have to exist before the other, so CloudFormation can create neither',
      instead:
        'use BidirectionalReplication for the two, before any other rule of the second one (a custom resource then writes ' +
        'the rules of that bucket); MultiRegionReplication for more than two',
    });
  }
  if (!sameStage(source.stack, destination.stack)) {
    return literalName(destination.cfn) !== undefined
      ? regionFinding(source, destination)
      : error('destinationInOtherStage', {
          saw: `destination ${name} is in another Stage and has no literal name`,
          because: 'CDK refuses references from one Stage to another',
          instead: 'put the stacks of both buckets into one Stage, or give the destination a bucketName',
        });
  }
  if (deployedStack(source.stack) === deployedStack(destination.stack)) {
    return undefined;
  }
  if (isNested(destination.stack)) {
    return error('destinationInNestedStack', {
      saw: `destination ${name} is in the nested stack '${destination.stack.node.path}' of another stack`,
      because: 'the reference from the source to it would need exports or, across regions, custom resources',
      instead: 'define the destination bucket in a stack of its own that is not nested',
    });
  }
  return regionFinding(source, destination);
}

function regionFinding(source: BucketEnd, destination: BucketEnd): Finding | undefined {
  return compare(source.region, destination.region) !== 'unclear'
    ? undefined
    : error('destinationRegionUnclear', {
        saw: `region of destination ${nameOf(destination)} ${shown(destination.region)}, of the source ${shown(source.region)}`,
        because: 'whether they are one region decides about references and keys and cannot be told at synthesis',
        instead: 'set env.region on both stacks',
      });
}
