import { App, aws_s3 as s3, CfnParameter, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import { quietApp } from '../app';
import { ENV } from '../builders';
import { messageOf, messagesIn } from '../messages';
import {
  BucketReplication,
  CrossAccountReplication,
  ReplicatedBucketPair,
  ReplicationFilter,
} from 'cdk-s3-replication';

const home = (env: { account?: string; region?: string } = ENV) => new Stack(quietApp(), 'Stack', { env });
const refusalOf = (destination: object, env = ENV) => {
  const stack = home(env);
  const there = s3.Bucket.fromBucketAttributes(stack, 'There', { bucketName: 'there', ...destination });
  return messageOf(() => BucketReplication.of(new s3.Bucket(stack, 'Source')).addRule({ destination: there }));
};

describe('what is no account or region', () => {
  test.each<[string, object, string]>([
    ['with hyphens', { account: '2222-2222-2222' }, `in account "2222-2222-2222": an account is named by a text of 12`],
    ['of 11 digits', { account: '22222222222' }, 'in account "22222222222": '],
    ['a number', { account: 222222222222 }, 'in account 222222222222: '],
    ['a region', { region: 'eu-west1' }, "in region 'eu-west1': no region has such a code; write it like 'eu-west-1'"],
  ])('is an error: %s', (_, destination, says) => {
    expect(refusalOf(destination)).toContain(`destination imported bucket 'there' ${says}`);
  });

  test('is an error at the source', () => {
    expect(refusalOf({}, { account: '11111111111', region: 'us-east-1' })).toContain(
      'the source in account "11111111111"',
    );
    expect(refusalOf({}, { account: '111111111111', region: 'us-east1' })).toContain("the source in region 'us-east1'");
  });

  test('is not: a token, and what a look-up gives before the CLI has looked', () => {
    const stack = home();
    const account = new CfnParameter(stack, 'Account').valueAsString;
    for (const attributes of [
      { account },
      { account: 'dummy-value-for-/account' },
      { region: 'dummy-value-for-/region' },
    ]) {
      const id = JSON.stringify(attributes);
      const there = s3.Bucket.fromBucketAttributes(stack, id, { bucketName: 'there', ...attributes });
      const source = new s3.Bucket(stack, `Source${id.length}`);
      const run = () => BucketReplication.of(source).addRule({ destination: there });
      try {
        run();
      } catch (error) {
        expect((error as Error).message).not.toMatch(/accountNotAnId|regionNotACode/);
      }
    }
  });
});

describe('what is named in a message', () => {
  test('a destinationRegion that is none, without a word about tokens', () => {
    const message = messageOf(() => new ReplicatedBucketPair(home(), 'Pair', { destinationRegion: 'eu-west1' }));
    expect(message).toContain("destinationRegion 'eu-west1': no region has such a code; ");
  });

  test('the first of two rules with the same filter', () => {
    const pair = new ReplicatedBucketPair(home(), 'Pair');
    const run = () => pair.replication.addRule({ destination: pair.destination });
    expect(messageOf(run)).toContain("with the same filter as the one of 'Stack/Pair': ");
  });

  test('two accounts that are unknown', () => {
    const stack = home({});
    const props = { source: new s3.Bucket(stack, 'Source'), destination: new s3.Bucket(stack, 'Destination') };
    const message = messageOf(() => new CrossAccountReplication(stack, 'Across', props));
    expect(message).toContain('two accounts that are unknown count as one');
  });

  test('options of a synthesizer that has some', () => {
    class Mine extends DefaultStackSynthesizer {}
    const refused = (synthesizer: DefaultStackSynthesizer) => {
      const stack = new Stack(new App(), 'Stack', { env: ENV, synthesizer });
      return messageOf(() => new ReplicatedBucketPair(stack, 'Pair', { destinationRegion: 'eu-west-1' }));
    };
    expect(refused(new Mine())).toContain('(Mine)');
    expect(refused(new DefaultStackSynthesizer({ fileAssetsBucketName: 'x' }))).toContain(
      '(DefaultStackSynthesizer with options)',
    );
  });

  test("a name that S3 keeps for accounts' namespaces", () => {
    const named = (bucketName: string) => () =>
      new ReplicatedBucketPair(home(), 'Pair', { sourceOptions: { bucketName } });
    expect(messageOf(named('data-111111111111-us-east-1-an'))).toContain(
      "bucketName 'data-111111111111-us-east-1-an': ",
    );
    expect(named('data-an-other')).not.toThrow();
  });
});

const said = (build: (stack: Stack) => void) => {
  const stack = home();
  build(stack);
  return messagesIn(stack.node.root as App).join('\n');
};

describe('what is said', () => {
  test('about a destinationRegion that was given as undefined', () => {
    const pair = (props: object) => said((stack) => new ReplicatedBucketPair(stack, 'Pair', props));
    expect(pair({ destinationRegion: process.env.NO_SUCH_REGION })).toContain('destinationRegion is undefined');
    expect(pair({})).not.toContain('destinationRegion');
  });

  test.each(['s3://data/logs', 'arn:aws:s3:::data/logs', '*.jpg', '/logs'])('about the prefix %s', (prefix) => {
    const filter = ReplicationFilter.prefix(prefix);
    expect(said((stack) => new ReplicatedBucketPair(stack, 'Pair', { filter }))).toContain(`The prefix '${prefix}' is`);
  });

  test('nothing about a prefix like others', () => {
    const filter = ReplicationFilter.prefix('s3/arn/logs');
    expect(said((stack) => new ReplicatedBucketPair(stack, 'Pair', { filter }))).toBe('');
  });
});
