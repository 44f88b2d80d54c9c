import { cells, TWO_ACCOUNTS } from './cells';
import { testTwoAccounts } from './two-account-tests';

testTwoAccounts(cells(3, TWO_ACCOUNTS), 'all', true);
