import { testTwoAccounts } from './two-accounts';

testTwoAccounts(1);
