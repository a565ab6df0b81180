/**
 * The nat table as iptables commands change it.
 *
 * Guarantees: a command that is refused changes nothing, as in the kernel; a table can be copied at once for a
 * transaction (iptables-restore), because rules and lists of rules are never changed in place.
 * Limits: 500 chains.
 */
import { ChainCensus } from './chain-census.ts';
import { mayBeExtension } from './chain-name.ts';
import type { IptablesCommand } from './iptables-command.ts';
import { kernelRefusal } from './kernel-refusal.ts';
import { BUILT_IN_CHAINS, calledChain, isBuiltIn, type Rule, type RuleSet } from './model.ts';
import { printRule } from './print.ts';
import { notUnderstood, refused, value, type Reading } from './reading.ts';

const MOST_CHAINS = 500;
/** More than a call can take at once would overflow the stack. */
const MOST_ARGUMENTS = 1000;
const DONE = value(undefined);
const NO_SUCH_RULE = refused('Bad rule (does a matching rule exist in that chain?).', 1);
const NO_CHAIN = refused('No chain/target/match by that name.', 1);

export class NatTable {
  readonly #chains: Map<string, Rule[]>;
  /** Chains whose list a copy still shares: it is copied before it changes. */
  readonly #shared: Set<string>;
  readonly #census: Map<string, ChainCensus>;
  /** Within a transaction the kernel looks at what there is in the end. */
  readonly #deferred: boolean;

  private constructor(from: NatTable | undefined, deferred: boolean) {
    this.#deferred = deferred;
    this.#chains = new Map(from === undefined ? BUILT_IN_CHAINS.map((name) => [name, []]) : from.#chains);
    const census = from === undefined ? undefined : from.#census;
    this.#census = new Map(
      [...this.#chains.keys()].map((name) => [name, new ChainCensus(census?.get(name))]),
    );
    this.#shared = new Set(from === undefined ? [] : this.#chains.keys());
    if (from !== undefined) for (const name of from.#chains.keys()) from.#shared.add(name);
  }

  static empty(): NatTable {
    return new NatTable(undefined, false);
  }

  /** A copy to change, which `committed` makes a table again. */
  transaction(): NatTable {
    return new NatTable(this, true);
  }

  /** What a transaction has made, unless the kernel refuses it. */
  committed(): Reading<NatTable> {
    const table = new NatTable(this, false);
    return kernelRefusal(table.#chains, table.#census) ?? value(table);
  }

  /** What the table holds; it does not change any more when the table does. */
  rules(): RuleSet {
    for (const name of this.#chains.keys()) this.#shared.add(name);
    return { chains: new Map(this.#chains) };
  }

  apply(command: IptablesCommand): Reading<undefined> {
    switch (command.kind) {
      case 'new-chain':
        return this.#newChain(command.chain);
      case 'delete-chain':
        return this.#deleteChain(command.chain);
      case 'flush':
        return this.#flush(command.chain);
      case 'policy':
        return isBuiltIn(command.chain) ? DONE : refused('Bad built-in chain name.', 1);
      case 'append':
        return this.#insert(command.chain, undefined, command.rules);
      case 'insert':
        return this.#insert(command.chain, command.position, command.rules);
      case 'replace':
        return this.#replace(command.chain, command.position, command.rule);
      case 'delete':
        return this.#delete(command.chain, command.rules);
      case 'delete-at':
        return this.#deleteAt(command.chain, command.position);
    }
  }

  /** `:CHAIN` of iptables-restore: makes a chain of one's own, or empties it. A built-in chain stays as it is. */
  declare(chain: string): Reading<undefined> {
    if (isBuiltIn(chain)) return DONE;
    return this.#chains.has(chain) ? this.#flush(chain) : this.#newChain(chain);
  }

  has(chain: string): boolean {
    return this.#chains.has(chain);
  }

  /** What iptables-restore does first without --noflush. */
  clear(): void {
    this.#chains.clear();
    this.#census.clear();
    this.#shared.clear();
    for (const name of BUILT_IN_CHAINS) this.#set(name, []);
  }

  #newChain(chain: string): Reading<undefined> {
    if (this.#chains.has(chain)) return refused('Chain already exists.', 1);
    if (this.#chains.size >= MOST_CHAINS) return notUnderstood(`more than ${MOST_CHAINS} chains`);
    this.#set(chain, []);
    return DONE;
  }

  #deleteChain(chain: string): Reading<undefined> {
    const rules = this.#chains.get(chain);
    if (rules === undefined) return NO_CHAIN;
    if (isBuiltIn(chain)) return notUnderstood(`-X of the built-in chain ${chain}`);
    if (rules.length > 0) return refused('CHAIN_DEL failed (Device or resource busy)', 4);
    if ([...this.#chains.values()].some((list) => list.some((rule) => calledChain(rule) === chain))) {
      return refused('CHAIN_DEL failed (Device or resource busy)', 4);
    }
    this.#chains.delete(chain);
    this.#census.delete(chain);
    return DONE;
  }

  #flush(chain: string | undefined): Reading<undefined> {
    if (chain !== undefined && !this.#chains.has(chain)) return NO_CHAIN;
    for (const name of chain === undefined ? [...this.#chains.keys()] : [chain]) this.#set(name, []);
    return DONE;
  }

  #insert(chain: string, position: number | undefined, rules: readonly Rule[]): Reading<undefined> {
    const known = this.#targetsExist(rules);
    if (known.kind !== 'value') return known;
    const length = this.#chains.get(chain)?.length;
    if (length === undefined) return NO_CHAIN;
    const at = position === undefined ? length : position - 1;
    if (at > length) return refused('Index of insertion too big.', 1);
    // iptables inserts them one by one at the same place, so they end up in reverse.
    const added = position === undefined ? rules : rules.toReversed();
    this.#exchange(chain, at, 0, added);
    const verdict = this.#kernelTakes(added);
    if (verdict.kind !== 'value') this.#exchange(chain, at, added.length, []);
    return verdict;
  }

  #replace(chain: string, position: number, rule: Rule): Reading<undefined> {
    const known = this.#targetsExist([rule]);
    if (known.kind !== 'value') return known;
    const before = this.#chains.get(chain)?.[position - 1];
    if (!this.#chains.has(chain)) return NO_CHAIN;
    if (before === undefined) return refused('Index of replacement too big.', 1);
    this.#exchange(chain, position - 1, 1, [rule]);
    const verdict = this.#kernelTakes([rule]);
    if (verdict.kind !== 'value') this.#exchange(chain, position - 1, 1, [before]);
    return verdict;
  }

  /** Each rule takes the first equal one along. */
  #delete(chain: string, rules: readonly Rule[]): Reading<undefined> {
    const known = this.#targetsExist(rules);
    if (known.kind !== 'value') return known;
    if (!this.#chains.has(chain)) return NO_SUCH_RULE;
    if (rules.some(({ matches }) => matches.some(({ kind }) => kind === 'opaque')))
      return notUnderstood('-D of a rule that is not understood');
    const left = [...(this.#chains.get(chain) ?? [])];
    for (const rule of rules) {
      const text = textOf(rule);
      const at = left.findIndex((candidate) => textOf(candidate) === text);
      if (at < 0) return NO_SUCH_RULE;
      left.splice(at, 1);
    }
    this.#set(chain, left);
    return DONE;
  }

  #deleteAt(chain: string, position: number): Reading<undefined> {
    const length = this.#chains.get(chain)?.length;
    if (length === undefined) return NO_CHAIN;
    if (position > length) return refused('Index of deletion too big.', 1);
    this.#exchange(chain, position - 1, 1, []);
    return DONE;
  }

  #targetsExist(rules: readonly Rule[]): Reading<undefined> {
    for (const rule of rules) {
      const chain = calledChain(rule);
      if (chain === undefined) continue;
      if (isBuiltIn(chain)) return refused('Invalid argument', 4);
      if (this.#chains.has(chain)) continue;
      return mayBeExtension(chain)
        ? notUnderstood(`the target ${chain}`)
        : refused(`Chain '${chain}' does not exist`);
    }
    return DONE;
  }

  #kernelTakes(added: readonly Rule[]): Reading<undefined> {
    return !this.#deferred && added.some(mayBeRefused)
      ? (kernelRefusal(this.#chains, this.#census) ?? DONE)
      : DONE;
  }

  /** Takes `count` rules away from a place and puts others there. */
  #exchange(chain: string, at: number, count: number, rules: readonly Rule[]): void {
    const list = this.#own(chain);
    const census = this.#census.get(chain);
    for (const rule of list.slice(at, at + count)) census?.remove(rule);
    for (const rule of rules) census?.add(rule);
    if (rules.length <= MOST_ARGUMENTS) list.splice(at, count, ...rules);
    else this.#chains.set(chain, [...list.slice(0, at), ...rules, ...list.slice(at + count)]);
  }

  #own(chain: string): Rule[] {
    const list = this.#chains.get(chain) ?? [];
    if (!this.#shared.has(chain)) return list;
    const copy = [...list];
    this.#chains.set(chain, copy);
    this.#shared.delete(chain);
    return copy;
  }

  #set(chain: string, rules: Rule[]): void {
    const census = new ChainCensus();
    for (const rule of rules) census.add(rule);
    this.#census.set(chain, census);
    this.#chains.set(chain, rules);
    this.#shared.delete(chain);
  }
}

/** -D compares by what is printed, rule by rule: each is printed once. */
const texts = new WeakMap<Rule, string>();

function textOf(rule: Rule): string {
  const text = texts.get(rule) ?? printRule(rule);
  texts.set(rule, text);
  return text;
}

/** Most rules cannot change what the kernel thinks of the whole. */
function mayBeRefused({ matches, target }: Rule): boolean {
  const natural = target.kind === 'accept' || target.kind === 'return' || target.kind === 'none';
  return !natural || matches.some(({ kind }) => kind === 'owner' || kind === 'opaque');
}
