/**
 * A packet trace for people: the two ways through the rules side by side, row by row from the top, and a mark where they
 * part.
 *
 * Guarantees: lines of at most 120 columns apart from the first; foreign text can neither end its line nor drive a
 * terminal. Rules longer than 400 characters are cut, and indentation ends at a depth of eight: -o json has all of it.
 */
import { visible } from '../../core/audit/quote.ts';
import { printAddress } from '../../core/iptables/cidr.ts';
import { printVerdict, type Packet } from '../../core/iptables/packet.ts';
import { printAppend } from '../../core/iptables/print.ts';
import type { Walk } from '../../core/iptables/simulate.ts';
import { agreementOf, type Agreement, type PacketTrace } from '../packet-trace.ts';
import { shorten } from './table.ts';
import { wrap } from './wrap.ts';

const WIDTH = 120;
const MARGIN = '  ';
/** Between the columns: blanks, or the mark. */
const GAP = '    ';
const MARK = '  ! ';
const LONGEST_RULE = 400;
const DEEPEST_INDENT = 8;

export function traceText(trace: PacketTrace): string {
  const { expected, installed, notes } = trace;
  const left = cellsOf(expected);
  const right = cellsOf(installed);
  const apart = partingRow(expected, installed);
  const widths = columnWidths([...left, verdictOf(expected)], [...right, verdictOf(installed)]);
  const rows = Array.from({ length: Math.max(left.length, right.length) }, (_, i) =>
    row(left[i] ?? '', right[i] ?? '', widths, i === apart ? MARK : GAP),
  );
  const lines = [
    visible(title(trace)),
    '',
    ...row(LEFT_HEADER, RIGHT_HEADER, widths, GAP),
    ...rows.flat(),
    ...row(verdictOf(expected), verdictOf(installed), widths, GAP),
    '',
    conclusion(agreementOf(trace), apart),
    ...notes.flatMap((note) => wrap(`Note: ${visible(note)}`, WIDTH, MARGIN)),
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

const LEFT_HEADER = 'EXPECTED';
const RIGHT_HEADER = 'INSTALLED';

/** `pod/web in test (R1): tcp from uid 1000 to 10.0.0.5:6379 by eth0` */
function title({ pod, dialect, packet }: PacketTrace): string {
  const release = dialect === undefined ? '' : ` (${dialect})`;
  return `pod/${pod.name} in ${pod.namespace}${release}: ${describePacket(packet)}`;
}

function describePacket({ hook, protocol, uid, destination, port, interface: by }: Packet): string {
  const origin = hook === 'PREROUTING' ? `inbound ${protocol}` : `${protocol} from uid ${uid ?? 'none'}`;
  return `${origin} to ${printAddress(destination)}:${port} by ${by}`;
}

/** A rule a cell, indented by the depth of its chain. */
function cellsOf(walk: Walk | undefined): readonly string[] {
  if (walk === undefined) return ['(not known)'];
  if (!isWalked(walk)) return ['(not understood)'];
  const rules = walk.steps.map(({ chain, rule, depth }) => {
    const indent = MARGIN.repeat(Math.min(depth, DEEPEST_INDENT));
    return indent + shorten(visible(printAppend(chain, rule)), LONGEST_RULE);
  });
  // Where no rule decides, the trace ends in the policy.
  return [...rules, ...walk.trace.slice(walk.steps.length)];
}

/** A way through rules that are known has at least one step: a rule or the policy. */
function isWalked(walk: Walk | undefined): walk is Walk {
  return walk !== undefined && walk.trace.length > 0;
}

function verdictOf(walk: Walk | undefined): string {
  return walk === undefined ? 'unknown' : printVerdict(walk.verdict);
}

/** The first row in which the sides differ; undefined where they do not, or where one has no rows to compare. */
function partingRow(expected: Walk | undefined, installed: Walk | undefined): number | undefined {
  if (!isWalked(expected) || !isWalked(installed)) return undefined;
  const rows = Array.from({ length: Math.max(expected.trace.length, installed.trace.length) }, (_, i) => i);
  return rows.find((i) => expected.trace[i] !== installed.trace[i]);
}

type Widths = readonly [left: number, right: number];

/** Each column as wide as it needs to be, while both fit; otherwise a narrow one leaves its room to the other. */
function columnWidths(left: readonly string[], right: readonly string[]): Widths {
  const wanted = (header: string, cells: readonly string[]): number =>
    Math.max(header.length, ...cells.map(({ length }) => length));
  const [a, b] = [wanted(LEFT_HEADER, left), wanted(RIGHT_HEADER, right)];
  const room = WIDTH - MARGIN.length - GAP.length;
  if (a + b <= room) return [a, b];
  const half = Math.floor(room / 2);
  if (a <= half) return [a, room - a];
  return b <= half ? [room - b, b] : [half, half];
}

/** The lines of one row: a cell that is longer than its column goes on below, further in. */
function row(left: string, right: string, [leftWidth, rightWidth]: Widths, gap: string): readonly string[] {
  const a = wrapCell(left, leftWidth);
  const b = wrapCell(right, rightWidth);
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => {
    const between = i === 0 ? gap : GAP;
    return `${MARGIN}${(a[i] ?? '').padEnd(leftWidth)}${between}${b[i] ?? ''}`;
  });
}

function wrapCell(cell: string, width: number): readonly string[] {
  const text = cell.trimStart();
  const indent = cell.slice(0, cell.length - text.length);
  return wrap(text, width - indent.length, GAP).map((line) => indent + line);
}

function conclusion(agreement: Agreement, apart: number | undefined): string {
  switch (agreement) {
    case 'same':
      return apart === undefined
        ? 'The verdicts are the same.'
        : 'The verdicts are the same, by different rules.';
    case 'different':
      return 'The verdicts differ.';
    case 'unknown':
      return 'Whether the verdicts are the same is not known.';
  }
}
