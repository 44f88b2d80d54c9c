import { Aws } from 'aws-cdk-lib';
import { MANAGEMENT, ORGANIZATION, OTHER, OWN, trail } from './builders';
import { anyKeys, keySpacesOf, keySpacesOverlap, LogKeySpace } from '../../src/producers/key-space';
import { LogProducer } from '../../src/producers/log-producer';

describe('collisions', () => {
  const at = (account: string, region = 'us-east-1') => ({ account, region });
  const space = (producer: LogProducer, where = at(OWN), filter?: string): LogKeySpace =>
    keySpacesOf(producer._spec, where, filter)[0];
  const accessLogs = (prefix?: string, partitioned = false) => LogProducer.serverAccessLogs({ prefix, partitioned });

  test.each<[string, LogProducer, Partial<LogKeySpace>]>([
    ['simple access logs', accessLogs('logs/'), { start: 'logs/', saysRegion: false, unique: 'in its bucket' }],
    [
      'partitioned access logs',
      accessLogs('logs/', true),
      { start: `logs/${OWN}/us-east-1/`, account: OWN, saysRegion: true, unique: 'everywhere' },
    ],
    [
      'ALB',
      LogProducer.alb({ prefix: 'alb' }),
      {
        start: `alb/AWSLogs/${OWN}/elasticloadbalancing/us-east-1/`,
        account: OWN,
        saysRegion: true,
        unique: 'everywhere',
      },
    ],
    [
      'CloudTrail of another account',
      LogProducer.cloudTrail({ ...trail, accounts: [OTHER] }),
      { start: `AWSLogs/${OTHER}/CloudTrail`, account: OTHER, saysRegion: true, unique: 'everywhere' },
    ],
    [
      'VPC flow logs for Hive',
      LogProducer.vpcFlowLogs({ hiveCompatible: true }),
      {
        start: `AWSLogs/aws-account-id=${OWN}/aws-service=vpcflowlogs/aws-region=us-east-1/`,
        account: OWN,
        unique: 'everywhere',
      },
    ],
    [
      'Config',
      LogProducer.config(),
      { start: `AWSLogs/${OWN}/Config/`, account: OWN, saysRegion: false, unique: 'never' },
    ],
    ['WAF', LogProducer.waf(), { start: `AWSLogs/${OWN}/WAFLogs/`, account: OWN, unique: 'everywhere' }],
    ['CloudFront', LogProducer.cloudFront(), { start: `AWSLogs/${OWN}/CloudFront/`, account: OWN, saysRegion: false }],
    ['CloudFront with a prefix', LogProducer.cloudFront({ prefix: 'cdn' }), { start: 'cdn/', account: undefined }],
  ])('keys of %s', (_, producer, expected) => {
    const [only, ...more] = keySpacesOf(producer._spec, at(OWN));
    expect(more).toEqual([]);
    expect({ account: undefined, ...only }).toMatchObject(expected);
  });

  test('an organization trail has the keys of its account and of the organization', () => {
    const spaces = keySpacesOf(LogProducer.organizationTrail(ORGANIZATION)._spec, at(OWN));
    expect(spaces.map(({ start }) => start)).toEqual([`AWSLogs/${MANAGEMENT}/CloudTrail`, 'AWSLogs/o-a1b2c3d4e5/']);
  });

  test('each account and region has keys of its own', () => {
    const spaces = keySpacesOf(
      LogProducer.vpcFlowLogs({ accounts: [OWN, OTHER], regions: ['eu-west-1', 'us-east-1'] })._spec,
      at(MANAGEMENT),
    );
    expect(spaces.map(({ account, start }) => [account, start.split('/')[3]])).toEqual([
      [OWN, 'eu-west-1'],
      [OWN, 'us-east-1'],
      [OTHER, 'eu-west-1'],
      [OTHER, 'us-east-1'],
    ]);
  });

  const config = (prefix?: string) => LogProducer.config({ prefix });
  const unknown = at(Aws.ACCOUNT_ID, Aws.REGION);
  test.each<[string, LogKeySpace, LogKeySpace, ReturnType<typeof keySpacesOverlap>]>([
    ['ALB of one account twice', space(LogProducer.alb()), space(LogProducer.alb()), 'none'],
    ['Config of one account twice', space(config()), space(config()), 'certain'],
    ['Config of two regions', space(config()), space(config(), at(OWN, 'eu-west-1')), 'certain'],
    ['Config of two accounts', space(config()), space(config(), at(OTHER)), 'none'],
    ['Config with a prefix each', space(config('a')), space(config('b')), 'none'],
    ['Config with a prefix within the other', space(config()), space(config('AWSLogs')), 'none'],
    ['Config of an unknown account', space(config()), space(config(), unknown), 'possible'],
    ['Config of the same unknown account', space(config(), unknown), space(config(), unknown), 'certain'],
    ['Config of an unknown account, with a prefix', space(config('a')), space(config('b'), unknown), 'none'],
    ['simple access logs twice', space(accessLogs()), space(accessLogs()), 'possible'],
    ['simple access logs of two accounts', space(accessLogs()), space(accessLogs(), at(OTHER)), 'possible'],
    ['simple access logs with and without a prefix', space(accessLogs()), space(accessLogs('a/')), 'none'],
    ['simple access logs with a prefix each', space(accessLogs('a/')), space(accessLogs('b/')), 'none'],
    [
      'partitioned access logs of two accounts',
      space(accessLogs('', true)),
      space(accessLogs('', true), at(OTHER)),
      'none',
    ],
    ['both kinds of access logs', space(accessLogs('', true)), space(accessLogs()), 'none'],
    ['Config and access logs', space(config()), space(accessLogs()), 'none'],
    ['Config and access logs among its keys', space(config()), space(accessLogs(`AWSLogs/${OWN}/Config/`)), 'none'],
    ['Config and anything', space(config()), anyKeys(), 'possible'],
    ['ALB and anything', space(LogProducer.alb()), anyKeys(), 'none'],
    ['Config and anything elsewhere', space(config()), anyKeys('app/'), 'none'],
    ['Config and anything within', space(config()), anyKeys(`AWSLogs/${OWN}/Config/us-east-1/`), 'possible'],
    ['anything twice', anyKeys(), anyKeys('a/'), 'possible'],
    ['anything with a prefix each', anyKeys('a/'), anyKeys('b/'), 'none'],
    ['Config, of which one is not replicated', space(config()), space(config(), at(OWN), 'other/'), 'none'],
    ['Config, filtered by what it writes', space(config()), space(config(), at(OWN), 'AWSLogs/'), 'certain'],
    [
      'Config, filtered by a part of what it writes',
      space(config()),
      space(config(), at(OWN), `AWSLogs/${OWN}/Config/us-east-1/`),
      'possible',
    ],
    [
      'keys that were declared as not unique',
      { ...anyKeys('app/'), form: 'declared' },
      { ...anyKeys('app/'), form: 'declared' },
      'certain',
    ],
  ])('of %s', (_, a, b, expected) => {
    expect([keySpacesOverlap(a, b), keySpacesOverlap(b, a)]).toEqual([expected, expected]);
  });
});
