/**
 * Where the chains of a rule set stand in a picture: one below the other in the order in which they are called, each a box
 * with its rules, and an arrow for each call.
 *
 * Guarantees: pure; only chains that packets can reach are there. Limits: so many rules and no more, see MOST_RULES.
 */
import { calledChain, HOOKS, type RuleSet } from '../../core/iptables/model.ts';
import { printRule } from '../../core/iptables/print.ts';
import type { Way } from './walk-words.ts';
import { wrapRule } from './wrap-rule.ts';

export interface Row {
  readonly lines: readonly string[];
  readonly y: number;
  readonly height: number;
  /** Whether the other rule set has no such rule in this chain. */
  readonly unshared: boolean;
  /** When the packet meets it, from 1; undefined when it does not. */
  readonly step: number | undefined;
  readonly applies: boolean;
}

export interface Box {
  readonly chain: string;
  readonly y: number;
  readonly height: number;
  readonly rows: readonly Row[];
}

export interface Arrow {
  readonly fromY: number;
  readonly toY: number;
  /** Calls that would run over each other stand side by side. */
  readonly lane: number;
  readonly walked: boolean;
}

export interface Chart {
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

export const COLUMNS = 50;
const LINE = 16;
const ROW_PADDING = 8;
const HEAD = 26;
const GAP = 18;
const MOST_LINES = 6;
/** Beyond this a picture shows less than a list does. */
const MOST_RULES = 60;

/**
 * @param other the rule set to tell it apart from
 * @param way of a packet through these rules: then only the chains of its hook are shown
 * @returns undefined for more rules than a picture can show
 */
export function layOut(rules: RuleSet, other: RuleSet | undefined, way: Way | undefined): Chart | undefined {
  const chains = reachable(rules, way === undefined ? HOOKS : [way.hook]);
  const count = chains.reduce((sum, chain) => sum + (rules.chains.get(chain) ?? []).length, 0);
  if (count > MOST_RULES) return undefined;
  let y = 0;
  const boxes = chains.map((chain): Box => {
    const top = y;
    const shared = (other?.chains.get(chain) ?? []).map(printRule);
    y += HEAD;
    const rows = (rules.chains.get(chain) ?? []).map((rule, index): Row => {
      const text = printRule(rule);
      const lines = wrapRule(text, COLUMNS, MOST_LINES);
      const met = way?.steps.findIndex(({ look }) => look.chain === chain && look.index === index) ?? -1;
      const row: Row = {
        lines,
        y,
        height: lines.length * LINE + ROW_PADDING,
        unshared: other !== undefined && !takeFrom(shared, text),
        step: met < 0 ? undefined : met + 1,
        applies: way?.steps[met]?.look.missed === undefined,
      };
      y += row.height;
      return row;
    });
    const height = y - top;
    y += GAP;
    return { chain, y: top, height, rows };
  });
  return { height: Math.max(y - GAP, 0), boxes, arrows: arrowsOf(rules, boxes) };
}

/** In the order of a walk that takes every call. */
function reachable(rules: RuleSet, hooks: readonly string[]): readonly string[] {
  const found = new Set<string>();
  const waiting = [...hooks].reverse();
  for (let chain = waiting.pop(); chain !== undefined; chain = waiting.pop()) {
    if (found.has(chain)) continue;
    found.add(chain);
    const called = (rules.chains.get(chain) ?? []).map(calledChain).filter((name) => name !== undefined);
    waiting.push(...called.reverse());
  }
  return [...found];
}

/** A rule that stands twice must stand twice on the other side too. */
function takeFrom(texts: string[], text: string): boolean {
  const at = texts.indexOf(text);
  if (at >= 0) texts.splice(at, 1);
  return at >= 0;
}

function arrowsOf(rules: RuleSet, boxes: readonly Box[]): readonly Arrow[] {
  const arrows: Arrow[] = [];
  for (const { chain, rows } of boxes) {
    for (const [index, row] of rows.entries()) {
      const rule = rules.chains.get(chain)?.[index];
      const target = rule && boxes.find((box) => box.chain === calledChain(rule));
      if (target === undefined) continue;
      arrows.push({
        fromY: row.y + row.height / 2,
        toY: target.y + HEAD / 2,
        lane: arrows.length,
        walked: row.step !== undefined && row.applies,
      });
    }
  }
  return arrows;
}
