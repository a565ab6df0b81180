/**
 * Where the chains of a rule set stand in a picture: one below the other in the order in which they are called, each a box
 * with its rules, and an arrow for each call.
 *
 * Guarantees: pure; only chains that packets can reach are there. Limits: so many rules and no more, see MOST_RULES.
 */
import { calledChain, HOOKS, type RuleSet } from '../../core/iptables/model.ts';
import { printRule } from '../../core/iptables/print.ts';
import { isOpaque } from '../../core/iptables/restriction.ts';
import { unsharedRules } from './unshared.ts';
import type { Way } from './walk-words.ts';
import { wrapRule } from './wrap-rule.ts';

export interface Row {
  readonly lines: readonly string[];
  readonly y: number;
  readonly height: number;
  /** Whether the other rule set has no such rule in this chain. */
  readonly unshared: boolean;
  /** When the packet meets it, from 1: more than once in a chain that is called more than once. */
  readonly steps: readonly number[];
  /** What becomes of the packet there, the first time. */
  readonly met: 'applies' | 'passed' | 'doubtful' | undefined;
}

export interface Box {
  readonly chain: string;
  readonly y: number;
  readonly height: number;
  readonly rows: readonly Row[];
  /** When the packet comes back to the hook with nothing decided, and its policy does. */
  readonly policyStep: number | undefined;
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
  const unshared = other === undefined ? undefined : unsharedRules(rules, other);
  let y = 0;
  const boxes = chains.map((chain): Box => {
    const top = y;
    y += HEAD;
    const rows = (rules.chains.get(chain) ?? []).map((rule, index): Row => {
      const lines = wrapRule(printRule(rule), COLUMNS, MOST_LINES);
      const row: Row = {
        lines,
        y,
        height: lines.length * LINE + ROW_PADDING,
        unshared: unshared?.has(rule) === true,
        ...meetings(way, chain, index),
      };
      y += row.height;
      return row;
    });
    const height = y - top;
    y += GAP;
    const policyStep = way?.byPolicy === true && way.hook === chain ? way.steps.length + 1 : undefined;
    return { chain, y: top, height, rows, policyStep };
  });
  return { height: Math.max(y - GAP, 0), boxes, arrows: arrowsOf(rules, boxes) };
}

function meetings(way: Way | undefined, chain: string, index: number): Pick<Row, 'steps' | 'met'> {
  const steps = (way?.steps ?? []).flatMap(({ look }, at) =>
    look.chain === chain && look.index === index ? [at + 1] : [],
  );
  const look = way?.steps[(steps[0] ?? 0) - 1]?.look;
  if (look === undefined) return { steps, met: undefined };
  if (look.missed !== undefined) return { steps, met: 'passed' };
  return { steps, met: isOpaque(look.rule) ? 'doubtful' : 'applies' };
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
        walked: row.met === 'applies',
      });
    }
  }
  return arrows;
}
