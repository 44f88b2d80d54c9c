import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { app } from '../examples/monitored-backup/app';

/** Draws the dashboard of the example monitored-backup, from the widgets in its template, into docs/dashboard.svg. */
export const DRAWING = join(__dirname, '../docs/dashboard.svg');

const [UNIT, GAP, TOP] = [40, 4, 34];
const FONT = 'font-family="sans-serif"';

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: any;
}

const text = (x: number, y: number, size: number, color: string, words: string) =>
  `<text x="${x}" y="${y}" font-size="${size}" fill="${color}" ${FONT}>${words.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</text>`;

/** The widgets of the only dashboard of the apps; what is known in the deployment only is written as `…`. */
function widgetsOf(apps: App[]): Widget[] {
  const templates = apps.flatMap((it) => it.synth().stacksRecursively).map(({ template }) => template);
  const [dashboard] = templates
    .flatMap(({ Resources }) => Object.values<any>(Resources))
    .filter(({ Type }) => Type === 'AWS::CloudWatch::Dashboard');
  const body = dashboard.Properties.DashboardBody;
  const parts: unknown[] = typeof body === 'string' ? [body] : body['Fn::Join'][1];
  return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : '…')).join('')).widgets;
}

function alarms({ properties }: Widget, left: number, top: number): string[] {
  return properties.alarms.map((_: unknown, i: number) => {
    const x = left + 12 + i * 150;
    return `<rect x="${x}" y="${top + 34}" width="140" height="34" rx="3" fill="#1d8102"/>${text(x + 10, top + 55, 12, '#fff', 'OK')}`;
  });
}

/** The lines are invented; titles, labels, colours and thresholds are those of the widget. */
function graph({ properties, width, height }: Widget, left: number, top: number): string[] {
  const right = left + width * UNIT - GAP - 14;
  const bottom = top + height * UNIT - 56;
  const labelled = properties.metrics.map((metric: any[]) => metric.at(-1) as { label: string; color: string });
  const points = (i: number) =>
    [0, 1, 2, 3, 4, 5, 6, 7, 8].map((n) => {
      const up = /failed/i.test(properties.title) || i > 0 ? 0 : ((n * 37) % 23) + 8;
      return `${left + 14 + (n * (right - left - 14)) / 8},${bottom - up - i * 3}`;
    });
  const limits = (properties.annotations?.horizontal ?? []).map(
    ({ color, label, value }: any) =>
      `<line x1="${left + 14}" x2="${right}" y1="${top + 54}" y2="${top + 54}" stroke="${color}" stroke-dasharray="4"/>` +
      text(left + 16, top + 50, 10, color, `${label} (${value})`),
  );
  return [
    `<line x1="${left + 14}" x2="${right}" y1="${bottom}" y2="${bottom}" stroke="#aab7b8"/>`,
    ...limits,
    ...labelled.map(
      ({ color }: { color: string }, i: number) =>
        `<polyline fill="none" stroke="${color}" stroke-width="2" points="${points(i).join(' ')}"/>`,
    ),
    ...labelled.map(
      ({ label, color }: { label: string; color: string }, i: number) =>
        `<rect x="${left + 14 + i * 100}" y="${bottom + 18}" width="10" height="10" fill="${color}"/>` +
        text(left + 28 + i * 100, bottom + 27, 11, '#545b64', label),
    ),
  ];
}

export function drawDashboard(): string {
  const widgets = widgetsOf([app]);
  const width = Math.max(...widgets.map((it) => it.x + it.width)) * UNIT;
  const height = Math.max(...widgets.map((it) => it.y + it.height)) * UNIT + TOP;
  const drawn = widgets.flatMap((widget) => {
    const [left, top] = [widget.x * UNIT, widget.y * UNIT + TOP];
    const box = `<rect x="${left + 1}" y="${top}" width="${widget.width * UNIT - GAP}" height="${widget.height * UNIT - GAP}" fill="#fff" stroke="#d5dbdb"/>`;
    const inside = widget.type === 'alarm' ? alarms(widget, left, top) : graph(widget, left, top);
    return [box, text(left + 12, top + 20, 12, '#16191f', widget.properties.title), ...inside];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<rect width="${width}" height="${height}" fill="#f2f3f3"/>`,
    text(
      8,
      22,
      13,
      '#545b64',
      'A drawing, made of the widgets in the template of examples/monitored-backup. The lines are invented.',
    ),
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

if (require.main === module) {
  writeFileSync(DRAWING, drawDashboard());
}
