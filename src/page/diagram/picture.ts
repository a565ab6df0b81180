/** A chart as SVG. Colours are the page's: the picture says what things are, by class. */
import { html, type Html } from '../html.ts';
import { MARKS, type Side } from '../side.ts';
import { COLUMNS, layOut, type Arrow, type Box, type Row } from './layout.ts';
import type { Way } from './walk-words.ts';

/** Of a character of the page's fixed-width fonts at 12 pixels. */
const CHARACTER = 7.3;
const LEFT = 30;
const BOX = Math.ceil(COLUMNS * CHARACTER) + 14;
const LANE = 9;
const LANES = 5;
const RIGHT = LANES * LANE + 14;
const WIDTH = LEFT + BOX + RIGHT;
const LINE = 16;

/**
 * @param label what it is, for those who do not see it
 * @returns undefined for rules that are not known, or more than a picture can show
 */
export function picture(label: string, { kind, rules, other }: Side, way?: Way): Html | undefined {
  const chart = rules && layOut(rules, other, way);
  if (chart === undefined) return undefined;
  const { boxes, arrows } = chart;
  const height = chart.height + 4;
  return html`<svg
    viewBox="0 0 ${WIDTH} ${height}"
    width="${WIDTH}"
    height="${height}"
    role="img"
    aria-label="${label}"
  >
    ${boxes.map((box) => boxOf(box, MARKS[kind]))}${arrows.map(arrowOf)}
  </svg>`;
}

function boxOf({ chain, y, height, rows, policyStep }: Box, mark: string): Html {
  return html`<g
    ><rect class="box" x="${LEFT}" y="${y + 1}" width="${BOX}" height="${height}" rx="5" />
    <text class="chain" x="${LEFT + 8}" y="${y + 18}">${chain}</text>${
      rows.length === 0 &&
      html`<text class="empty" x="${LEFT + BOX - 8}" y="${y + 18}" text-anchor="end">no rules</text>`
    }
    ${policyStep !== undefined && html`<g class="row applies" data-step="${policyStep}">${numberOf([policyStep], y + 14)}</g>`}
    ${rows.map((row) => rowOf(row, mark))}</g
  >`;
}

function rowOf({ lines, y, height, unshared, steps, met }: Row, mark: string): Html {
  const classes = ['row', unshared && 'unshared', met];
  return html`<g
    class="${classes.filter(Boolean).join(' ')}"
    ${steps.length > 0 && html` data-step="${steps.join(' ')}"`}
  >
    <rect x="${LEFT + 1}" y="${y + 1}" width="${BOX - 2}" height="${height - 1}" />${lines.map(
      (line, index) =>
        html`<text x="${LEFT + 22}" y="${y + 17 + index * LINE}" xml:space="preserve">${line}</text>`,
    )}${unshared && html`<text class="mark" x="${LEFT + 9}" y="${y + 17}">${mark}</text>`}${
      steps.length > 0 && numberOf(steps, y + height / 2 + 1)
    }</g
  > `;
}

/** What is met more than once has the first number: `2+`. */
function numberOf(steps: readonly number[], middle: number): Html {
  const text = `${steps[0] ?? ''}${steps.length > 1 ? '+' : ''}`;
  return html`<circle cx="${LEFT - 14}" cy="${middle}" r="11" /><text
      class="step"
      x="${LEFT - 14}"
      y="${middle + 4}"
      text-anchor="middle"
      >${text}</text
    >`;
}

function arrowOf({ fromY, toY, lane, walked }: Arrow): Html {
  const from = LEFT + BOX;
  const turn = from + 10 + (lane % LANES) * LANE;
  const path = `M${from} ${fromY}H${turn}V${toY}H${from + 1}`;
  const head = `M${from + 8} ${toY - 4}L${from + 1} ${toY}L${from + 8} ${toY + 4}`;
  return html`<path class="${walked ? 'call walked' : 'call'}" d="${path}${head}" />`;
}
