import { expectDeployable, forms } from './log-archive';

test.each(forms)(
  'with trust in %s all sources have what they need and nothing else, and deploy from empty in one pass',
  (form) => expectDeployable(form, 'all'),
  300_000,
);
