import { Aws, Lazy } from 'aws-cdk-lib';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { partitionOf, urlSuffixOf } from '../../src/app/environment';

test.each(RegionInfo.regions.map(({ name, partition, domainSuffix }) => [name, partition, domainSuffix]))(
  'the partition and the domain of %s are those that aws-cdk-lib knows',
  (name, partition, domain) => {
    expect([partitionOf(name!), urlSuffixOf(name!)]).toEqual([partition, domain]);
  },
);

// tokens have numbers, which a name of a test must not have
test.each([
  ['mars', 'mars'],
  ['', ''],
  ['us-east', 'us-east'],
  ['AWS::Region', Aws.REGION],
  ['a lazy value', Lazy.string({ produce: () => 'us-east-1' })],
])("the partition of '%s' is not known", (_, region) => {
  expect([partitionOf(region), urlSuffixOf(region)]).toEqual([undefined, 'amazonaws.com']);
});
