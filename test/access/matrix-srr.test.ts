import { testCells } from './matrix';

testCells(({ scope }) => scope === 'SRR', 'sample');
