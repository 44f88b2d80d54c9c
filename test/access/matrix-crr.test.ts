import { testCells } from './matrix';

testCells(({ scope }) => scope === 'CRR', 'sample');
