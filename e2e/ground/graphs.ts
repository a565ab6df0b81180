/**
 * Draws a dashboard's panels from what Prometheus answers to their queries, as one SVG: a look at what Grafana would show,
 * where no Grafana is.
 */
export interface Panel {
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat?: string }[];
}

export interface Series {
  readonly name: string;
  /** Seconds since the epoch, and the value. */
  readonly points: readonly (readonly [number, number])[];
}

export interface Drawn {
  readonly panel: Panel;
  readonly series: readonly Series[];
}

const UNIT_X = 50;
const UNIT_Y = 26;
const GAP = 4;
const LEGEND = 13;
const COLOURS = ['#3274d9', '#e0b400', '#37872d', '#c4162a', '#8f3bb8', '#fa6400', '#5794f2', '#96d98d'];

export function draw(drawn: readonly Drawn[]): string {
  const height = Math.max(...drawn.map(({ panel: { gridPos } }) => gridPos.y + gridPos.h)) * UNIT_Y;
  const width = 24 * UNIT_X;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="#f4f5f5"/>`,
    ...drawn.map(one),
    '</svg>\n',
  ].join('\n');
}

function one({ panel, series }: Drawn): string {
  const { x, y, w, h } = panel.gridPos;
  const [width, height] = [w * UNIT_X - GAP, h * UNIT_Y - GAP];
  const title = `<text x="8" y="16" font-weight="bold">${escaped(panel.title)}</text>`;
  const inside =
    panel.type === 'row'
      ? [title]
      : [
          `<rect width="${width}" height="${height}" fill="white" stroke="#dce0e4"/>`,
          title,
          ...(panel.type === 'timeseries'
            ? lines(series, width, height)
            : numbers(panel, series, width, height)),
        ];
  return `<g transform="translate(${x * UNIT_X + GAP / 2} ${y * UNIT_Y + GAP / 2})">${inside.join('')}</g>`;
}

function numbers(panel: Panel, series: readonly Series[], width: number, height: number): readonly string[] {
  if (panel.type === 'table') {
    return series.map(({ name, points }, at) => {
      return `<text x="8" y="${36 + at * 15}">${escaped(name)} — ${shown(points.at(-1)?.[1])}</text>`;
    });
  }
  const value = shown(series[0]?.points.at(-1)?.[1] ?? 0);
  return [
    `<text x="${width / 2}" y="${height / 2 + 18}" font-size="28" text-anchor="middle">${value}</text>`,
  ];
}

function lines(series: readonly Series[], width: number, height: number): readonly string[] {
  const points = series.flatMap((each) => each.points);
  if (points.length === 0)
    return [`<text x="${width / 2}" y="${height / 2}" text-anchor="middle">nothing</text>`];
  const times = points.map(([time]) => time);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const most = Math.max(...points.map(([, value]) => value), 1e-9);
  const [left, top, right, bottom] = [44, 26, width - 10, height - 8 - LEGEND * series.length];
  const place = ([time, value]: readonly [number, number]): string => {
    const x = left + ((time - from) / Math.max(1, to - from)) * (right - left);
    return `${x.toFixed(1)},${(bottom - (value / most) * (bottom - top)).toFixed(1)}`;
  };
  return [
    `<path d="M${left} ${top}V${bottom}H${right}" fill="none" stroke="#9fa7b3"/>`,
    `<text x="${left - 4}" y="${top + 8}" text-anchor="end">${shown(most)}</text>`,
    `<text x="${left - 4}" y="${bottom}" text-anchor="end">0</text>`,
    ...series.flatMap(({ name, points: own }, at) => {
      const colour = COLOURS[at % COLOURS.length] ?? 'black';
      const y = height - 4 - LEGEND * (series.length - 1 - at);
      const text = `${escaped(name)}: ${shown(own.at(-1)?.[1])}`;
      const [first] = own;
      const [cx = '', cy = ''] = first === undefined ? [] : place(first).split(',');
      return [
        ...(own.length === 1 ? [`<circle cx="${cx}" cy="${cy}" r="2.5" fill="${colour}"/>`] : []),
        `<polyline points="${own.map(place).join(' ')}" fill="none" stroke="${colour}" stroke-width="1.5"/>`,
        `<text x="${left}" y="${y}" fill="${colour}">${text}</text>`,
      ];
    }),
  ];
}

function shown(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '-';
  if (value >= 1e6) return `${(value / 1e6).toFixed(0)} M`;
  return Number.isInteger(value) ? String(value) : value.toPrecision(2);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
