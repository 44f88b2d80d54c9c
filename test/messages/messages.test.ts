import { Annotations, App, Stack, Stage } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { error, Findings, warning } from '../../src/messages/finding';
import { describe as text, mistake, together } from '../../src/messages/mistake';
import { refusal, report } from '../../src/messages/report';

const WRONG = { saw: 'a colour', because: 'there is none', instead: 'leave it out' };
const TEXT = 'a colour: there is none; leave it out';

test('a mistake says what was seen, why it is refused, and what to write instead', () => {
  expect(text(WRONG)).toBe(TEXT);
});

test('an error says where, by the path of the construct or by a name', () => {
  const stack = new Stack(new App(), 'Stack');
  expect(mistake(new Construct(stack, 'Thing'), WRONG).message).toBe(`[Stack/Thing] ${TEXT}`);
  expect(mistake('Thing.make()', WRONG).message).toBe(`[Thing.make()] ${TEXT}`);
  expect(mistake(stack, WRONG)).toBeInstanceOf(Error);
});

test('props that exclude each other are named on both sides', () => {
  expect(together('role', ['roleName', 'rolePath'], 'there is one')).toEqual({
    saw: 'role together with roleName, rolePath',
    because: 'there is one',
    instead: expect.stringMatching(/either role or roleName, rolePath$/),
  });
});

const [WRONG_ERROR, WARNING] = [error('colour', WRONG), warning('noColour', 'it has none')];

test('a finding is an error or a warning, with an id of ours', () => {
  expect(WRONG_ERROR).toEqual({ severity: 'error', id: 'cdk-s3-replication:colour', text: TEXT });
  expect(WARNING).toEqual({ severity: 'warning', id: 'cdk-s3-replication:noColour', text: 'it has none' });
});

test('a finding that stops at the line of the user says where, and ends with its id', () => {
  const at = new Construct(new Stack(new App(), 'Stack'), 'Thing');
  expect(refusal(at, WRONG_ERROR).message).toBe(`[Stack/Thing] ${TEXT} [cdk-s3-replication:colour]`);
});

describe('a report', () => {
  const places = () => {
    const app = new App();
    const [stack, other] = ['One', 'Two'].map((id) => new Stack(new Stage(app, id), 'Stack'));
    const [validated, place] = ['Validated', 'Place'].map((id) => new Construct(stack, id));
    return { validated, place, elsewhere: new Construct(other, 'Elsewhere') };
  };
  const warningsAt = (construct: Construct) => construct.node.metadata.map(({ data }) => String(data));
  const SHOWN = [expect.stringMatching(/^it has none .*cdk-s3-replication:noColour/)];

  test('returns each error once, and shows no warning for it', () => {
    const { validated } = places();
    const found: Findings = [WRONG_ERROR, [false, undefined, [WRONG_ERROR]], error('shape', WRONG)];
    expect(report(validated, found)).toEqual([
      `${TEXT} [cdk-s3-replication:colour]`,
      `${TEXT} [cdk-s3-replication:shape]`,
    ]);
    expect(warningsAt(validated)).toEqual([]);
  });

  test.each<[string, Findings]>([
    ['nothing', undefined],
    ['no', false],
    ['a list of none', []],
  ])('of %s says nothing', (_, found) => {
    const { validated } = places();
    expect(report(validated, found)).toEqual([]);
    expect(warningsAt(validated)).toEqual([]);
  });

  test('shows a warning at the construct that it is about', () => {
    const { validated, place } = places();
    expect(report(validated, [WARNING], place)).toEqual([]);
    expect([warningsAt(place), warningsAt(validated)]).toEqual([SHOWN, []]);
  });

  test('shows it where it validates, when that construct is in another Stage, or none is named', () => {
    const { validated, elsewhere } = places();
    report(validated, WARNING, elsewhere);
    expect([warningsAt(elsewhere), warningsAt(validated)]).toEqual([[], SHOWN]);
    const other = places().validated;
    report(other, WARNING);
    expect(warningsAt(other)).toEqual(SHOWN);
  });

  test.each(['validated', 'place'] as const)('leaves out what is acknowledged at the %s construct', (which) => {
    const made = places();
    Annotations.of(made[which]).acknowledgeWarning(WARNING.id);
    expect(report(made.validated, WARNING, made.place)).toEqual([]);
    expect([...warningsAt(made.place), ...warningsAt(made.validated)]).toEqual([]);
    expect(made.validated.node.children).toEqual([]);
  });
});
