import { cells } from './cells';
import { testCells } from './matrix';

testCells(cells(9), 'all');
