import { expectBadDays } from './faulty';

test('on bad days there is one job at most, and what is said is true', () => expectBadDays(0, 100));
