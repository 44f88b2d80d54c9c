import { Account } from './imitation';
import { execute } from './interpreter';
import { LABEL, machine } from './machine';

test('a history has room for the longest execution, with the most jobs and rules', async () => {
  const account = new Account();
  account.before(LABEL, { Status: 'Complete' });
  const wait = 20 * 86_400;
  let polled = 0;
  const { events, seconds } = await execute(machine(undefined, 1000), { run: 'Repair' }, (action, given) => {
    if (action === 's3control:listJobs' && !given.NextToken?.startsWith('499')) {
      return {
        ...account.aws('s3control:listJobs', {}),
        NextToken: given.NextToken ? `${Number(given.NextToken) + 1}` : '1',
      };
    }
    if (action === 's3control:describeJob' && ++polled < 1000) return { Job: { Status: 'Active' } };
    return account.aws(action, given);
  });
  expect(seconds).toBeGreaterThan(wait);
  expect(events).toBeLessThan(25_000);
}, 60_000);
