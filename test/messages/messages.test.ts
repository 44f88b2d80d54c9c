import { App, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { aboutRule, error, warning } from '../../src/messages/finding';
import { describe as text, mistake, together } from '../../src/messages/mistake';

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

test('a finding is an error, or a warning with an id of ours; one about a rule is shown at its construct', () => {
  const at = new Stack(new App(), 'Stack');
  expect(error(WRONG)).toEqual({ text: TEXT });
  expect(warning('noColour', 'it has none')).toEqual({ warning: 'cdk-s3-replication:noColour', text: 'it has none' });
  const findings = [error(WRONG), warning('noColour', 'it has none')];
  expect(aboutRule({ at }, findings)).toEqual(findings.map((it) => ({ ...it, at })));
});
