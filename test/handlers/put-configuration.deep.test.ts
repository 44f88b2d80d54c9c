import { FOREIGN, pace } from './lives';
import { CODE, load, properties, rule, rules, Sent, Sender } from './requests';
import { document, FakeBucket, FakeS3, idOf, NS, ROLE, rulesOf } from './s3';

let second: number;
const s3 = new FakeS3();
const sender = new Sender(s3);
const logged = jest.spyOn(console, 'log').mockReturnValue();
const PREFIX = 'own-1a2b-';
const OTHER_ROLE = 'arn:aws:iam::111111111111:role/theirs';
const FIRST_VERSION =
  '<Rule><ID>v1</ID><Prefix/><Status>Enabled</Status><Destination><Bucket>arn:aws:s3:::z</Bucket></Destination></Rule>';

jest.setTimeout(60_000); // of a busy machine
beforeAll(async () => {
  await s3.start();
  second = await pace(s3, 15, 3);
});
afterAll(() => s3.stop());
beforeEach(() => {
  process.env.MILLISECONDS_PER_SECOND = String(second);
  logged.mockClear();
});

let count = 0;
/** A bucket of its own for each test, and what is asked for it. */
function bucketWith(configuration?: string): [FakeBucket, string] {
  const name = `bucket-${count++}`;
  const bucket = s3.bucket(name);
  bucket.configuration = configuration;
  return [bucket, name];
}

function prioritiesIn(bucket: FakeBucket): Record<string, number> {
  return Object.fromEntries(
    rulesOf(bucket.configuration).map((text) => [idOf(text), Number(/<Priority>(\d+)</.exec(text)?.[1])]),
  );
}

const succeeded = { Status: 'SUCCESS', Reason: '' };

describe('a bucket without rules', () => {
  test('gets them, changes them, and is left without a configuration', async () => {
    const [there, bucket] = bucketWith();
    const [two, one] = [2, 1].map((length): Sent => ({ bucket, rules: rules(PREFIX, length) }));

    expect(await sender.send('Create', two)).toEqual({
      ...succeeded,
      PhysicalResourceId: `${bucket}/${PREFIX}`,
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'Rules',
    });
    expect(prioritiesIn(there)).toEqual({ [`${PREFIX}0`]: 1, [`${PREFIX}1`]: 2 });
    expect(there.configuration).toContain(`<Role>${ROLE}</Role>`);

    expect(await sender.send('Update', one, two)).toMatchObject(succeeded);
    expect(prioritiesIn(there)).toEqual({ [`${PREFIX}0`]: 1 });

    expect(await sender.send('Delete', one)).toMatchObject({ ...succeeded, PhysicalResourceId: `${bucket}/${PREFIX}` });
    expect(there.configuration).toBeUndefined();
  });

  test('is looked at once more after a write, and where nothing is to do', async () => {
    const [there, bucket] = bucketWith();
    const sent = { bucket, rules: rules(PREFIX, 1) };
    const [create, update] = [
      { asked: [''], took: 0 },
      { asked: [''], took: 0 },
    ];
    for (const [event, old] of [[create], [update, sent]] as const) {
      const begin = Date.now();
      await sender.send(old ? 'Update' : 'Create', sent, old);
      Object.assign(event, { asked: there.requests.splice(0), took: Date.now() - begin });
      expect(event.took).toBeGreaterThanOrEqual(8 * second);
      expect(event.asked.at(-1)).toBe('GET replication');
    }
    expect(create.asked).toContain('PUT replication');
    expect(new Set(update.asked)).toEqual(new Set(['GET replication']));
    expect(update.asked.length).toBeGreaterThanOrEqual(2);
  });

  test('gets all that a rule can say, and loses what a rule no longer says', async () => {
    const [there, bucket] = bucketWith();
    const on = { Status: 'Enabled' } as const;
    const full = rule(`${PREFIX}full`, {
      Filter: { And: { Prefix: 'a & <b>', Tags: [{ Key: 'k', Value: 'v"' }, { Key: 'l', Value: '' }] } }, // prettier-ignore
      SourceSelectionCriteria: { ReplicaModifications: on, SseKmsEncryptedObjects: on },
      Destination: {
        Bucket: 'arn:aws:s3:::replica',
        Account: '222222222222',
        AccessControlTranslation: { Owner: 'Destination' },
        StorageClass: 'STANDARD_IA',
        EncryptionConfiguration: { ReplicaKmsKeyID: 'arn:aws:kms:eu-west-1:222222222222:key/k' },
        ReplicationTime: { ...on, Time: { Minutes: 15 } },
        Metrics: { ...on, EventThreshold: { Minutes: 15 } },
      },
    });
    expect(await sender.send('Create', { bucket, rules: [full] })).toMatchObject(succeeded);
    expect(there.configuration).toContain('<Prefix>a &amp; &lt;b&gt;</Prefix>');
    expect(there.configuration).toContain('<Time><Minutes>15</Minutes></Time>');

    const less = { ...full, Destination: { Bucket: 'arn:aws:s3:::replica' } };
    expect(await sender.send('Update', { bucket, rules: [less] }, { bucket, rules: [full] })).toMatchObject(succeeded);
    expect(there.configuration).toContain('<Destination><Bucket>arn:aws:s3:::replica</Bucket></Destination>');
  });

  test('may write more than it was told, in another order', async () => {
    const [there, bucket] = bucketWith();
    there.onWrite = () => {
      const more = '<ExistingObjectReplication><Status>Disabled</Status></ExistingObjectReplication></Rule>';
      const text = there.configuration!.replace(/(<Status>Enabled<\/Status>)(.*)<\/Rule>/, `$2$1${more}`);
      there.configuration = text.replace('<Filter><Prefix></Prefix></Filter>', '<Filter/>');
    };
    const sent = { bucket, rules: [rule(`${PREFIX}0`, { Filter: { Prefix: '' } })] };
    expect(await sender.send('Create', sent)).toMatchObject(succeeded);
    expect(there.bodies.length).toBeGreaterThanOrEqual(3);
  });
});

describe('rules of somebody else', () => {
  const theirs = document(FOREIGN).replace('</Role>', '</Role><New x="<"/>');

  test('stay byte for byte, whatever is done, and the document is in the end what it was', async () => {
    const [there, bucket] = bucketWith(theirs);
    const [two, three] = [2, 3].map((length): Sent => ({ bucket, rules: rules(PREFIX, length) }));
    const stay = () => [...FOREIGN, '<New x="<"/>'].filter((text) => !there.configuration!.includes(text));

    expect(await sender.send('Create', two)).toMatchObject(succeeded);
    expect(prioritiesIn(there)).toEqual({ 'f&amp;1': 2, f2: 900, [`${PREFIX}0`]: 901, [`${PREFIX}1`]: 902 });
    expect(stay()).toEqual([]);
    expect(await sender.send('Update', three, two)).toMatchObject(succeeded);
    expect(rulesOf(there.configuration)).toHaveLength(5);
    expect(stay()).toEqual([]);
    expect(await sender.send('Update', two, three)).toMatchObject(succeeded); // rollback
    expect(rulesOf(there.configuration)).toHaveLength(4);
    expect(stay()).toEqual([]);
    expect(await sender.send('Delete', two, undefined, 2)).toMatchObject(succeeded);
    expect(there.configuration).toBe(theirs);
  });

  test('keep ids that resemble ours', async () => {
    const resembling = [FOREIGN[1].replace('f2', 'own-1a2b'), FOREIGN[0].replace('f&amp;1', 'own-1a2bc-0')];
    const [there, bucket] = bucketWith(document(resembling));
    await sender.send('Create', { bucket, rules: rules(PREFIX, 1) });
    expect(await sender.send('Delete', { bucket, rules: rules(PREFIX, 1) })).toMatchObject(succeeded);
    expect(there.configuration).toBe(document(resembling));
  });

  test('leave our priorities alone when they come later, and each is free that we choose', async () => {
    const [there, bucket] = bucketWith(document([FOREIGN[0]]));
    const sent = { bucket, rules: [rule(`${PREFIX}x`, { Priority: 4 }), ...rules(PREFIX, 2)] };
    await sender.send('Create', sent);
    const chosen = { [`${PREFIX}0`]: 3, [`${PREFIX}1`]: 5, [`${PREFIX}x`]: 4 };
    expect(prioritiesIn(there)).toEqual({ 'f&amp;1': 2, ...chosen });

    there.configuration = there.configuration!.replace('</Role>', `</Role>${FOREIGN[1]}`);
    const before = there.configuration;
    expect(await sender.send('Update', sent, sent)).toMatchObject(succeeded);
    expect(there.configuration).toBe(before);

    const turned = { bucket, rules: [...rules(PREFIX, 2)].reverse() };
    expect(await sender.send('Update', turned, sent)).toMatchObject(succeeded);
    expect(prioritiesIn(there)).toEqual({ 'f&amp;1': 2, f2: 900, [`${PREFIX}1`]: 901, [`${PREFIX}0`]: 902 });
  });

  const refusals: [what: string, there: string, sent: Partial<Sent>, reason: (bucket: string) => string][] = [
    [
      'another role',
      document(FOREIGN, OTHER_ROLE),
      {},
      (bucket) =>
        `give role ${OTHER_ROLE} to this replication, which adds its permissions, or remove the rules 'f&1', 'f2' of ` +
        `somebody else, which use it: S3 allows one role for bucket '${bucket}'`,
    ],
    [
      'the first version of the schema',
      document([FIRST_VERSION]),
      {},
      (bucket) =>
        `give the rules 'v1' of bucket '${bucket}' a Filter instead of Prefix, a Priority and DeleteMarkerReplication ` +
        '(Enabled is what they do now): S3 does not mix two versions of its schema',
    ],
    [
      'a priority that is taken',
      document(FOREIGN),
      { rules: [rule(`${PREFIX}0`, { Priority: 900 })] },
      (bucket) =>
        `give rule '${PREFIX}0' another priority than 900: rule 'f2' of somebody else in bucket '${bucket}' has it`,
    ],
  ];
  test.each(refusals)(
    'refused: %s; neither that nor the Delete after it changes anything',
    async (_, theirs_, more, reason) => {
      const [there, bucket] = bucketWith(theirs_);
      const sent = { bucket, rules: rules(PREFIX, 2), enableVersioning: true, ...more };
      expect(await sender.send('Create', sent)).toMatchObject({
        Status: 'FAILED',
        Reason: `${reason(bucket)}. Log: stream`,
      });
      expect(await sender.send('Delete', sent)).toMatchObject(succeeded);
      expect(there).toMatchObject({ configuration: theirs_, versioning: '', bodies: [] });
    },
  );

  test('keep their role; without them ours is replaced', async () => {
    const [there, bucket] = bucketWith();
    const sent = { bucket, rules: rules(PREFIX, 1) };
    await sender.send('Create', sent);
    expect(await sender.send('Update', { ...sent, role: OTHER_ROLE }, sent)).toMatchObject(succeeded);
    expect(there.configuration).toContain(OTHER_ROLE);
  });

  test('stay where the elements are not those that the SDK reads: nothing is written', async () => {
    const strange = document(['<!-- <Rule> -->', ...FOREIGN]);
    const [there, bucket] = bucketWith(strange);
    const answer = await new Sender(s3, load(CODE), 40 * second).send('Create', { bucket, rules: rules(PREFIX, 1) });
    expect(answer.Reason).toContain('the SDK read 2 of 0 rules');
    expect(there.configuration).toBe(strange);
  });
});

test('an answer that is no configuration is not taken for an empty one', async () => {
  const [there, bucket] = bucketWith(document(FOREIGN));
  there.script = (method) => (method === 'GET' ? [200, 'InternalError'] : undefined);
  const answer = await new Sender(s3, load(CODE), 40 * second).send('Create', { bucket, rules: rules(PREFIX, 1) });
  expect(answer.Reason).toMatch(/^deploy again, S3 did not answer as it should/);
  expect(there).toMatchObject({ configuration: document(FOREIGN), bodies: [] });
});

describe('another bucket', () => {
  test('is another resource; the Delete for the old one cleans it', async () => {
    const [[first, from], [other, to]] = [bucketWith(), bucketWith(document([FOREIGN[0]]))];
    const [old, sent] = [from, to].map((bucket): Sent => ({ bucket, rules: rules(PREFIX, 1) }));
    await sender.send('Create', old);
    const { PhysicalResourceId } = await sender.send('Update', sent, old);
    expect(PhysicalResourceId).toBe(`${to}/${PREFIX}`);
    expect(rulesOf(first.configuration)).toHaveLength(1);
    await sender.send('Delete', old);
    expect(first.configuration).toBeUndefined();
    expect(rulesOf(other.configuration)).toHaveLength(2);
  });

  test('another prefix in the same bucket: an update owns both', async () => {
    const [there, bucket] = bucketWith();
    const old = { bucket, rules: rules(PREFIX, 2) };
    const sent = { bucket, prefix: 'new-1-', rules: rules('new-1-', 1) };
    await sender.send('Create', old);
    expect(await sender.send('Update', sent, old)).toMatchObject(succeeded);
    expect(prioritiesIn(there)).toEqual({ 'new-1-0': 1 });
  });

  test('in another region is found, and signed for', async () => {
    const [there, bucket] = bucketWith();
    there.region = 'eu-central-1';
    expect(await sender.send('Create', { bucket, rules: rules(PREFIX, 1) })).toMatchObject(succeeded);
    expect(rulesOf(there.configuration)).toHaveLength(1);
    expect(await sender.send('Delete', { bucket, rules: [], region: 'eu-central-1' })).toMatchObject(succeeded);
    expect(there.configuration).toBeUndefined();
  });

  test('that is gone needs no Delete', async () => {
    const [there, bucket] = bucketWith();
    there.exists = false;
    expect(await sender.send('Delete', { bucket, rules: rules(PREFIX, 1) })).toMatchObject(succeeded);
  });
});

describe('versioning', () => {
  test.each([
    ['not asked for', false, '', []],
    ['on already', true, 'Enabled', ['GET']],
    ['on request, also after an error', true, '', ['GET', 'PUT']],
    ['again, if suspended', true, 'Suspended', ['GET', 'PUT']],
  ])('%s', async (_, enableVersioning, before, expected) => {
    const [there, bucket] = bucketWith();
    there.versioning = before;
    let isBusy = expected.length > 1;
    there.script = () => {
      const refused = isBusy && there.requests.at(-1) === 'GET versioning';
      isBusy &&= !refused;
      return refused ? [503, 'SlowDown'] : undefined;
    };
    expect(await sender.send('Create', { bucket, rules: rules(PREFIX, 1), enableVersioning })).toMatchObject(succeeded);
    const asked = ['GET', 'PUT'].filter((method) => there.requests.includes(`${method} versioning`));
    expect(asked).toEqual(expected);
    await sender.send('Delete', { bucket, enableVersioning });
    expect(there.versioning).toBe(enableVersioning ? 'Enabled' : before);
  });
});

describe('errors of S3', () => {
  const IDS = `'${PREFIX}0'`;
  const errors: [error: [number, string, string?], seconds: number, remedy: (about: string) => string][] = [
    [
      [409, 'OperationAborted'],
      Infinity,
      (about) => `deploy again in some minutes, S3 is busy with another change of ${about}`,
    ],
    [[503, 'SlowDown'], Infinity, (about) => `deploy again, S3 did not answer as it should for ${about}`],
    [
      [403, 'AccessDenied', 'Access Denied'],
      90,
      (about) => `look for a Deny, or another owner, that keeps the function from ${about} or from passing ${ROLE}`,
    ],
    [[404, 'NoSuchBucket'], 60, (about) => `make ${about} first, or correct its name`],
    [
      [400, 'InvalidRequest', 'Destination bucket must exist.'],
      60,
      (about) =>
        `make the destinations of all rules of ${about}, with versioning: arn:aws:s3:::replica, arn:aws:s3:::z, arn:aws:s3:::y`,
    ],
    [
      [400, 'InvalidRequest', "Versioning must be 'Enabled' on the bucket to apply a replication configuration"],
      60,
      (about) => `set enableVersioning, or switch versioning on for ${about}`,
    ],
    [[400, 'InvalidArgument', 'Invalid storage class'], 0, (about) => `change what S3 refuses for ${about}`],
  ];

  test.each(errors)(
    '%j goes away, or is told with its remedy',
    async ([status, code, message = code], seconds, remedy) => {
      const refuse = (bucket: FakeBucket, times: number) => {
        let left = times;
        bucket.script = (method) => (method === 'PUT' && left-- > 0 ? [status, code, message] : undefined);
      };
      const [lucky, first] = bucketWith();
      refuse(lucky, 2);
      const [unlucky, bucket] = bucketWith(document(FOREIGN));
      refuse(unlucky, Infinity);
      const limited = new Sender(s3, load(CODE), seconds === Infinity ? 60 * second : undefined);
      const begin = Date.now();
      const [answer, failed] = await Promise.all([
        sender.send('Create', { bucket: first, rules: rules(PREFIX, 1) }),
        limited.send('Create', { bucket, rules: rules(PREFIX, 1) }),
      ]);
      expect(Date.now() - begin).toBeGreaterThanOrEqual(second * Math.min(seconds, 44));
      expect(answer.Status).toBe(seconds === 0 ? 'FAILED' : 'SUCCESS');
      const reason = `${remedy(`bucket '${bucket}' (rules ${IDS})`)}: ${status} ${code}: ${message}. Log: stream`;
      expect(failed).toMatchObject({ Status: 'FAILED', Reason: reason });
      expect(unlucky.configuration).toBe(document(FOREIGN));
    },
  );

  test('a Delete has less patience', async () => {
    const [there, bucket] = bucketWith(document([FOREIGN[0], FOREIGN[1].replace('f2', `${PREFIX}0`)]));
    there.isAllowed = false;
    const begin = Date.now();
    const answer = await sender.send('Delete', { bucket });
    expect(answer.Reason).toContain('AccessDenied');
    expect(Date.now() - begin).toBeGreaterThanOrEqual(second * 20);
  });

  test('somebody else writes again and again', async () => {
    const [there, bucket] = bucketWith(document(FOREIGN));
    there.onWrite = () => (there.configuration = document(FOREIGN));
    const answer = await sender.send('Create', { bucket, rules: rules(PREFIX, 1) });
    expect(answer).toMatchObject({
      Status: 'FAILED',
      Reason:
        `stop what else writes the replication of bucket '${bucket}' (Terraform, CloudFormation, a script) ` +
        'and deploy again: 20 times it was another one some seconds after it was written. Log: stream',
    });
  });
});

describe('the answer', () => {
  test('comes before the time of the function is over, also when S3 never answers', async () => {
    const [there, bucket] = bucketWith();
    there.faults = { rate: 1, kinds: ['reset'] };
    const time = 40 * second;
    const end = Date.now() + time;
    const answer = await new Sender(s3, load(CODE), time).send('Create', { bucket, rules: rules(PREFIX, 1) });
    expect(answer.Reason).toContain('deploy again, S3 did not answer as it should');
    expect(Date.now()).toBeLessThan(end);
  });

  test('is repeated until CloudFormation takes it', async () => {
    const [, bucket] = bucketWith();
    s3.refusedAnswers = 2;
    expect(await sender.send('Delete', { bucket })).toMatchObject(succeeded);
  });

  test('that CloudFormation never takes makes the function fail, so that Lambda runs the event again', async () => {
    const [, bucket] = bucketWith();
    s3.refusedAnswers = Infinity;
    await expect(sender.send('Delete', { bucket })).rejects.toThrow('CloudFormation did not take the answer');
    s3.refusedAnswers = 0;
  });

  test.each<[string, Record<string, string | undefined>, string]>([
    ['without rules', { Rules: undefined }, 'JSON'],
    ['with rules that are no JSON', { Rules: '{' }, 'JSON'],
    ['with a prefix that is none', { RuleIdPrefix: '' }, "let RuleIdPrefix '' end with a hyphen"],
    ['with a prefix of everything', { RuleIdPrefix: '-' }, "let RuleIdPrefix '-' end with a hyphen"],
    ['with an id outside the prefix', { Rules: '[{"ID":"x"}]' }, 'begin the id of every rule'],
  ])('comes for an event %s', async (_, more, reason) => {
    const [there, bucket] = bucketWith();
    const sent = { ...properties({ bucket, rules: rules(PREFIX, 1) }), ...more };
    const answer = await sender.deliver('Create', sent);
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(reason), StackId: 'stack' });
    expect(there.requests).toEqual([]);
    there.configuration = document(FOREIGN);
    expect(await sender.deliver('Delete', sent)).toMatchObject(succeeded);
    expect(there.configuration).toBe(document(FOREIGN));
  });

  test('comes for an event without properties', async () => {
    const answer = await sender.deliver('Delete', undefined!);
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'undefined/undefined' });
  });

  test('is short, whatever S3 says, and the URL of the answer is never logged', async () => {
    const [there, bucket] = bucketWith();
    there.script = () => [400, 'InvalidRequest', 'é'.repeat(5_000)];
    s3.refusedAnswers = 1;
    const { Reason } = await sender.send('Create', { bucket, rules: rules(PREFIX, 1) });
    expect(Reason).toMatch(/^change what S3 refuses/);
    expect(Buffer.byteLength(Reason)).toBeLessThanOrEqual(1_500);
    const log = JSON.stringify(logged.mock.calls);
    expect(log).toContain('CloudFormation did not take the answer: 503');
    expect(log).not.toMatch(/secret|answers\//);
  });
});

test('the code fits into a template, is one file, and brings nothing but the SDK of the runtime', () => {
  expect(CODE.length).toBeLessThan(10_000); // CloudFormation takes 4 MB
  const modules = new Set([...CODE.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name));
  expect([...modules].sort()).toEqual(['@aws-sdk/client-s3', 'node:stream/consumers', 'node:timers/promises']);
});

test('control: the S3 of these tests refuses what is not signed', async () => {
  const [, bucket] = bucketWith(document(FOREIGN));
  const body = `<ReplicationConfiguration ${NS}/>`;
  const answer = await fetch(`${process.env.AWS_ENDPOINT_URL}/${bucket}?replication`, { method: 'PUT', body });
  expect(await answer.text()).toContain('SignatureDoesNotMatch');
});
