import { Cell, TWO_ACCOUNTS } from './cells';
import { testTwoAccounts } from './two-account-tests';

const plain: Omit<Cell, 'accounts'> = {
  ...{ scope: 'CRR', source: 'KMS', destination: 'KMS+bucket key', filter: 'prefix', deleteMarkers: true },
  ...{ objectLock: true, destinations: 1, name: 'literal', role: 'with a path', partition: 'aws', by: 'addRule' },
  ...{ keys: 'one each', ownership: 'ACLs', tls: true, buckets: 'L2' },
};

testTwoAccounts(
  TWO_ACCOUNTS.accounts.map((accounts): Cell => ({ ...plain, accounts })),
  'sample',
  false,
);
