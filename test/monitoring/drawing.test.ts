import { readFileSync } from 'node:fs';
import { DRAWING, drawDashboard } from '../../scripts/dashboard';

test('the drawing in docs/ is that of the widgets: `npx projen dashboard` makes it', () =>
  expect(drawDashboard()).toBe(readFileSync(DRAWING, 'utf8')));
