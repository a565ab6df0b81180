/**
 * A packet trace for people: the ways through the rules side by side, row by row from the top, and a mark where one parts
 * from that on its left.
 *
 * Guarantees: lines of at most 120 columns apart from the first; foreign text can neither end its line nor drive a
 * terminal. Rules longer than 400 characters are cut, and indentation ends at a depth of eight: -o json has all of it.
 */
import { visible } from '../../core/audit/quote.ts';
import { printAddress } from '../../core/iptables/cidr.ts';
import { printVerdict, type Packet } from '../../core/iptables/packet.ts';
import { printAppend } from '../../core/iptables/print.ts';
import type { Walk } from '../../core/iptables/simulate.ts';
import { sidesOf, type PacketTrace, type Side } from '../packet-trace.ts';
import { columnLines, columnWidths } from './columns.ts';
import { shorten } from './table.ts';
import { conclusionOf } from './trace-conclusion.ts';
import { wrap } from './wrap.ts';

const WIDTH = 120;
const MARGIN = '  ';
/** Between the columns, where no mark stands. */
const GAP = '    ';
const MARK = '  ! ';
const LAYOUT = { width: WIDTH, margin: MARGIN, gap: GAP };
const LONGEST_RULE = 400;
const DEEPEST_INDENT = 8;

export function traceText(trace: PacketTrace): string {
  const sides = sidesOf(trace);
  const cells = sides.map(({ walk }) => cellsOf(walk));
  const headers = sides.map(({ name }) => name.toUpperCase());
  const verdicts = sides.map(({ walk }) => verdictText(walk));
  const widths = columnWidths(
    cells.map((column, i) => [headers[i] ?? '', ...column, verdicts[i] ?? '']),
    LAYOUT,
  );
  const apart = partingRows(sides);
  const rows = Array.from({ length: Math.max(...cells.map(({ length }) => length)) }, (_, row) => {
    const marks = new Map([...apart].filter(([, at]) => at === row).map(([column]) => [column, MARK]));
    const line = cells.map((column) => column[row] ?? '');
    return columnLines(line, widths, LAYOUT, marks);
  });
  const lines = [
    visible(title(trace)),
    '',
    ...columnLines(headers, widths, LAYOUT),
    ...rows.flat(),
    ...columnLines(verdicts, widths, LAYOUT),
    '',
    conclusionOf(trace, apart.size > 0),
    ...trace.notes.flatMap((note) => wrap(`Note: ${visible(note)}`, WIDTH, MARGIN)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

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

function verdictText(walk: Walk | undefined): string {
  return walk === undefined ? 'unknown' : printVerdict(walk.verdict);
}

/**
 * By its number each column whose way parts from that of the next one on its left that has a way, with the row: the first
 * in which the two differ.
 */
function partingRows(sides: readonly Side[]): ReadonlyMap<number, number> {
  const rows = new Map<number, number>();
  let left: Walk | undefined;
  for (const [column, { walk }] of sides.entries()) {
    if (!isWalked(walk)) continue;
    const row = left === undefined ? undefined : partingRow(left, walk);
    if (row !== undefined) rows.set(column, row);
    left = walk;
  }
  return rows;
}

function partingRow({ trace: left }: Walk, { trace: right }: Walk): number | undefined {
  const rows = Array.from({ length: Math.max(left.length, right.length) }, (_, i) => i);
  return rows.find((i) => left[i] !== right[i]);
}
