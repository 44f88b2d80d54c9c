import { testCells } from './matrix';

testCells(() => true, 'all');
