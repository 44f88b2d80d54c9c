import { judgeRules } from './rules';
import { DeployedApp } from '../assembly/deployed';
import { changed, synthesized } from '../rehearsal/apps';
import { BidirectionalReplication } from 'cdk-s3-replication';

const CUSTOM = 'Custom::S3ReplicationRules';
const stacks = synthesized((stack) => new BidirectionalReplication(stack, 'Active'));

/** What the rules are found to be when the custom resource, or its bucket, is another one. */
const judged = (change: (custom: any, second: any, first: any) => void) =>
  judgeRules(
    new DeployedApp(
      changed(stacks, (resources) => {
        const found = (type: string, id = '') =>
          Object.entries<any>(resources).find(([logicalId, { Type }]) => Type === type && logicalId.includes(id))![1];
        change(found(CUSTOM).Properties, found('AWS::S3::Bucket', 'Second'), found('AWS::S3::Bucket', 'First'));
      }),
    ),
  );
const inRules = (from: string, to: string) => (custom: any) =>
  (custom.Rules = JSON.parse(JSON.stringify(custom.Rules).split(from).join(to)));

test('as it is made, nothing', () => expect(judged(() => undefined)).toEqual([]));

test.each<[string, (custom: any, second: any, first: any) => void, RegExp]>([
  ['an id that does not begin with the prefix', (custom) => (custom.RuleIdPrefix = '00000000-'), /without the prefix/],
  ['a prefix that may begin another', (custom) => (custom.RuleIdPrefix = ''), /the prefix ''/],
  ['another owner', (custom) => (custom.Owner = '222222222222'), /the owner 222222222222/],
  ['rules in the template, too', (_, second, first) => (second.Properties.ReplicationConfiguration = first.Properties.ReplicationConfiguration), /CloudFormation replaces these rules/], // prettier-ignore
  ['no versioning', (_, second) => delete second.Properties.VersioningConfiguration, /not versioned/],
  [
    'a status that S3 does not know',
    inRules('\\"Status\\":\\"Enabled\\",\\"Filter', '\\"Status\\":\\"On\\",\\"Filter'),
    /status/i,
  ],
  ['a role of nobody', (custom) => (custom.Role = 'arn:aws:iam::111111111111:role/nobody'), /role/],
])('%s is noticed', (_, change, said) => expect(judged(change)).toContainEqual(expect.stringMatching(said)));
