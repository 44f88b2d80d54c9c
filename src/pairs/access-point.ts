// SPDX-License-Identifier: Apache-2.0
import { Aws, aws_iam as iam, aws_s3 as s3, CfnResource, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { bucketEnd } from '../app/bucket';
import { deployAfter } from '../app/deploy-order';
import { keyFor } from '../app/encryption';
import { compare, shown } from '../app/environment';
import { attributeFor, bucketAttribute, waitFor } from '../app/references';
import { mistake } from '../messages/mistake';
import { ACCESS_POINT, HANDLER } from '../permissions/actions';
import { HandlerFunction, SUBMITS_ROUTES } from '../replication/handler-function';

/** The Multi-Region Access Point of buckets in several regions. */
export class AccessPoint extends Construct {
  private readonly point: s3.CfnMultiRegionAccessPoint;

  constructor(
    scope: Construct,
    private readonly buckets: readonly s3.IBucket[],
    passiveRegions?: readonly string[],
  ) {
    super(scope, 'AccessPoint');
    const stack = Stack.of(this);
    // in one order: CloudFormation would make another one, with another alias, for another list
    const ends = buckets.map(bucketEnd).sort((a, b) => (a.region < b.region ? -1 : 1));
    this.point = new s3.CfnMultiRegionAccessPoint(this, 'Resource', {
      regions: ends.map((end) => ({ bucket: bucketAttribute(stack, end, 'name') })),
      publicAccessBlockConfiguration: {
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
    });
    for (const { cfn, stack: needed } of ends) {
      deployAfter(this, 'bucket', stack, {
        what: `bucket '${cfn!.node.path}'`,
        stack: needed,
        reason: `'${this.node.path}' has the bucket '${cfn!.node.path}'`,
        remedy: 'put this construct into a stack that does not feed the buckets',
      });
    }
    if (passiveRegions) {
      this.route(
        stack,
        ends.map(({ region }) => region),
        passiveRegions,
      );
    }
  }

  /**
   * CloudFormation does not know of routes. The custom resource changes them when the template says something else than
   * before, so that no deployment undoes what an operator did.
   */
  private route(stack: Stack, regions: readonly string[], passive: readonly string[]): void {
    const scope = new Construct(this, 'Routes');
    const handler = HandlerFunction.of(stack, SUBMITS_ROUTES);
    const routes = regions.map((Region) => ({ Region, TrafficDialPercentage: passive.includes(Region) ? 0 : 100 }));
    const arn = this.arnFor(stack);
    const resource = new CfnResource(scope, 'Resource', {
      type: 'Custom::S3AccessPointRoutes',
      properties: {
        ServiceToken: handler.functionArn,
        AccountId: stack.account,
        Mrap: arn,
        Routes: JSON.stringify(routes),
      },
    });
    const allowed = { Effect: 'Allow', Action: HANDLER.routes, Resource: arn };
    waitFor(resource, handler.allow(scope, [allowed]));
  }

  public aliasFor(consumer: Stack): string {
    return attributeFor(consumer, this.point, this.point.attrAlias);
  }

  /** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiRegionAccessPointPermissions.html */
  public arnFor(consumer: Stack): string {
    return `arn:${Aws.PARTITION}:s3::${Stack.of(this).account}:accesspoint/${this.aliasFor(consumer)}`;
  }

  /**
   * Within the account a policy of the caller that allows both, the access point and the bucket that is behind it, is
   * enough.
   */
  public grant(grantee: iam.IGrantable, write: boolean): iam.Grant {
    const { grantPrincipal } = grantee;
    const { principalAccount } = grantPrincipal;
    const { account } = Stack.of(this);
    if (principalAccount !== undefined && compare(principalAccount, account) === 'different') {
      throw mistake(this, {
        saw: `a grantee of account ${shown(principalAccount)}`,
        because: `the buckets are in account ${shown(account)}, and their policies would have to let it in, too`,
        instead: 'grant to a role of that account which the other account may assume',
      });
    }
    // its policy is where the grantee is
    const consumer = Construct.isConstruct(grantPrincipal) ? Stack.of(grantPrincipal) : Stack.of(this);
    const ends = this.buckets.map(bucketEnd);
    const keys = ends.flatMap((end) => keyFor(end) ?? []);
    const needed = [
      this.point,
      ...ends.map(({ cfn }) => cfn!),
      ...keys.flatMap((key) => ('cfn' in key ? key.cfn : [])),
    ];
    for (const resource of needed) {
      deployAfter(this, 'grantee', consumer, {
        what: `'${resource.node.path}'`,
        stack: resource.stack,
        reason: `the grantee of '${this.node.path}' uses it`,
        remedy: 'put the grantee into a stack that these do not depend on',
      });
    }
    const bucketArns = ends.map((end) => bucketAttribute(consumer, end, 'arn'));
    const keyArns = keys.map((key) => ('cfn' in key ? attributeFor(consumer, key.cfn, key.cfn.attrArn) : key.arn));
    const arn = this.arnFor(consumer);
    const { read, list, write: change, decrypt, encrypt } = ACCESS_POINT;
    const allow = (actions: readonly string[], resourceArns: string[]) =>
      iam.Grant.addToPrincipal({ grantee, actions: [...actions], resourceArns });
    const objects = [`${arn}/object/*`, ...bucketArns.map((bucketArn) => `${bucketArn}/*`)];
    const grants = [
      allow(list, [arn, ...bucketArns]),
      allow([...read, ...(write ? change : [])], objects),
      ...(keyArns.length > 0 ? [allow([...decrypt, ...(write ? encrypt : [])], keyArns)] : []),
    ];
    return grants.reduce((all, one) => all.combine(one));
  }
}
