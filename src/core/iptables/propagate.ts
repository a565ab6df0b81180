/**
 * Executes a rule set on traffic classes instead of packets: every class ends with the verdict that each of its packets
 * would get.
 *
 * A class that meets a rule is split into what matches and what does not; what matches follows the target, the rest goes
 * on. Chains are walked as the kernel walks them, so a class that returns goes on behind the jump, or, after a goto, behind
 * the jump before it.
 *
 * Guarantees: the outcomes are disjoint and together hold exactly the packets that went in. Too many classes or steps end
 * in undefined, never in a hang. Limits: chains must not lead back to themselves, which the kernel does not take either.
 */
import type { Hook, Rule, RuleSet, Target } from './model.ts';
import { BYPASS, printVerdict, UNKNOWN, type Verdict } from './packet.ts';
import { isOpaque, restrictionOf } from './restriction.ts';
import {
  intersectClass,
  mergeClasses,
  subtractClass,
  type Restriction,
  type TrafficClass,
} from './traffic-class.ts';
import type { Interfaces } from './universe.ts';

export interface Outcome {
  readonly packets: TrafficClass;
  readonly verdict: Verdict;
}

export interface Propagation {
  readonly outcomes: readonly Outcome[];
  /** Rules that a packet can match. Every other rule is dead: it decides nothing and may as well be missing. */
  readonly live: ReadonlySet<Rule>;
}

/** Far beyond what any mesh installs. */
export const MOST_CLASSES = 20_000;
/** In intervals looked at: half a second. Two hundred ranges and sixty ports need a hundredth of it. */
const MOST_WORK = 4_000_000;
const DEEPEST_JUMP = 500;
/** Below so many classes, joining them costs more than it saves. */
const WORTH_MERGING = 12;

/** undefined when it is too complex. */
export function propagate(
  rules: RuleSet,
  hook: Hook,
  packets: readonly TrafficClass[],
  interfaces: Interfaces,
): Propagation | undefined {
  return new Walk(rules, hook, interfaces).run(packets);
}

class TooComplex extends Error {}

class Walk {
  readonly #rules: RuleSet;
  readonly #hook: Hook;
  readonly #interfaces: Interfaces;
  readonly #ended = new Map<string, { readonly verdict: Verdict; readonly classes: TrafficClass[] }>();
  readonly #live = new Set<Rule>();
  readonly #restrictions = new Map<Rule, Restriction>();
  #endedCount = 0;
  #work = 0;
  #depth = 0;

  constructor(rules: RuleSet, hook: Hook, interfaces: Interfaces) {
    this.#rules = rules;
    this.#hook = hook;
    this.#interfaces = interfaces;
  }

  run(packets: readonly TrafficClass[]): Propagation | undefined {
    try {
      // The policy of every chain of nat is ACCEPT.
      this.#end(this.#chain(this.#hook, packets), BYPASS);
    } catch (error) {
      if (error instanceof TooComplex) return undefined;
      throw error;
    }
    const outcomes = [...this.#ended.values()].flatMap(({ verdict, classes }) =>
      mergeClasses(classes).map((merged): Outcome => ({ packets: merged, verdict })),
    );
    return { outcomes, live: this.#live };
  }

  /** Answers what comes back from the chain undecided. */
  #chain(name: string, entering: readonly TrafficClass[]): readonly TrafficClass[] {
    this.#depth += 1;
    if (this.#depth > DEEPEST_JUMP) throw new TooComplex();
    const returned: TrafficClass[] = [];
    let staying = entering;
    for (const rule of this.#rules.chains.get(name) ?? []) {
      if (staying.length === 0) break;
      const { matching, rest } = this.#split(staying, rule);
      if (matching.length > 0) this.#follow(rule, matching, rest, returned);
      staying = rest.length < WORTH_MERGING ? rest : mergeClasses(rest);
    }
    this.#depth -= 1;
    for (const box of staying) returned.push(box);
    return returned.length < WORTH_MERGING ? returned : mergeClasses(returned);
  }

  #split(
    classes: readonly TrafficClass[],
    rule: Rule,
  ): { readonly matching: TrafficClass[]; readonly rest: TrafficClass[] } {
    let restriction = this.#restrictions.get(rule);
    if (restriction === undefined) {
      restriction = restrictionOf(rule, this.#hook, this.#interfaces);
      this.#restrictions.set(rule, restriction);
    }
    const matching: TrafficClass[] = [];
    const rest: TrafficClass[] = [];
    for (const box of classes) {
      this.#count(weight(box));
      const match = intersectClass(box, restriction);
      if (match === undefined) rest.push(box);
      else {
        matching.push(match);
        for (const left of subtractClass(box, restriction)) rest.push(left);
      }
    }
    return { matching, rest };
  }

  /** Sends what matches where the target says: to an end, back to the caller, or on with the rest. */
  #follow(
    rule: Rule,
    matching: readonly TrafficClass[],
    rest: TrafficClass[],
    returned: TrafficClass[],
  ): void {
    this.#live.add(rule);
    if (isOpaque(rule)) {
      this.#end(matching, UNKNOWN);
      return;
    }
    const { target } = rule;
    switch (target.kind) {
      case 'return':
        for (const box of matching) returned.push(box);
        return;
      case 'none':
        for (const box of matching) rest.push(box);
        return;
      case 'jump':
        for (const box of this.#chain(target.chain, matching)) rest.push(box);
        return;
      case 'goto':
        for (const box of this.#chain(target.chain, matching)) returned.push(box);
        return;
      case 'accept':
      case 'redirect':
      case 'dnat':
      case 'opaque':
        this.#end(matching, verdictOf(target));
    }
  }

  #end(classes: readonly TrafficClass[], verdict: Verdict): void {
    const key = printVerdict(verdict);
    const ended = this.#ended.get(key) ?? { verdict, classes: [] };
    this.#ended.set(key, ended);
    for (const box of classes) ended.classes.push(box);
    this.#endedCount += classes.length;
    if (this.#endedCount > MOST_CLASSES) throw new TooComplex();
  }

  #count(work: number): void {
    this.#work += work;
    if (this.#work > MOST_WORK) throw new TooComplex();
  }
}

/** What splitting the class costs. */
function weight(box: TrafficClass): number {
  return 8 + box.uid.length + box.destination.length + box.port.length;
}

type EndingTarget = Extract<Target, { kind: 'accept' | 'redirect' | 'dnat' | 'opaque' }>;

/** What a target that ends the walk makes of a packet. */
export function verdictOf(target: EndingTarget): Verdict {
  switch (target.kind) {
    case 'accept':
      return BYPASS;
    case 'opaque':
      return UNKNOWN;
    case 'redirect':
    case 'dnat':
      return target;
  }
}
