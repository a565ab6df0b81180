/**
 * The nat table as iptables commands change it.
 *
 * Guarantees: a command that is refused changes nothing, as in the kernel; a table can be copied at once for a
 * transaction (iptables-restore), because rules and lists of rules are never changed in place.
 * Limits: 500 chains; whether the kernel takes a set of chains is looked at anew with every jump.
 */
import { mayBeExtension, type IptablesCommand } from './command.ts';
import { kernelRefusal } from './kernel-refusal.ts';
import { BUILT_IN_CHAINS, calledChain, isBuiltIn, type Rule, type RuleSet } from './model.ts';
import { printRule } from './print.ts';
import { notUnderstood, refused, value, type Reading } from './reading.ts';

const MOST_CHAINS = 500;
const DONE = value(undefined);
const NO_SUCH_RULE = refused('Bad rule (does a matching rule exist in that chain?).', 1);
const NO_CHAIN = refused('No chain/target/match by that name.', 1);

export class NatTable {
  readonly #chains: Map<string, Rule[]>;
  /** Chains whose list a copy still shares: it is copied before it changes. */
  readonly #shared: Set<string>;

  constructor(from?: NatTable) {
    this.#chains =
      from === undefined ? new Map(BUILT_IN_CHAINS.map((name) => [name, []])) : new Map(from.#chains);
    this.#shared = new Set(from === undefined ? [] : this.#chains.keys());
    if (from !== undefined) for (const name of from.#chains.keys()) from.#shared.add(name);
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

  /** What iptables-restore does first without --noflush. */
  clear(): void {
    this.#chains.clear();
    this.#shared.clear();
    for (const name of BUILT_IN_CHAINS) this.#chains.set(name, []);
  }

  #newChain(chain: string): Reading<undefined> {
    if (this.#chains.has(chain)) return refused('Chain already exists.', 1);
    if (this.#chains.size >= MOST_CHAINS) return notUnderstood(`more than ${MOST_CHAINS} chains`);
    this.#chains.set(chain, []);
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
    const list = this.#own(chain);
    // iptables inserts them one by one at the same place, so they end up in reverse.
    const added = position === undefined ? rules : rules.toReversed();
    if (at === length) list.push(...added);
    else list.splice(at, 0, ...added);
    const verdict = this.#kernelTakes(added);
    if (verdict.kind !== 'value') list.splice(at, added.length);
    return verdict;
  }

  #replace(chain: string, position: number, rule: Rule): Reading<undefined> {
    const known = this.#targetsExist([rule]);
    if (known.kind !== 'value') return known;
    const before = this.#chains.get(chain)?.[position - 1];
    if (!this.#chains.has(chain)) return NO_CHAIN;
    if (before === undefined) return refused('Index of replacement too big.', 1);
    this.#own(chain).splice(position - 1, 1, rule);
    const verdict = this.#kernelTakes([rule]);
    if (verdict.kind !== 'value') this.#own(chain).splice(position - 1, 1, before);
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
      const text = printRule(rule);
      const at = left.findIndex((candidate) => printRule(candidate) === text);
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
    this.#own(chain).splice(position - 1, 1);
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
    return added.some(mayBeRefused) ? (kernelRefusal(this.#chains) ?? DONE) : DONE;
  }

  #own(chain: string): Rule[] {
    const list = this.#chains.get(chain) ?? [];
    if (!this.#shared.has(chain)) return list;
    const copy = [...list];
    this.#set(chain, copy);
    return copy;
  }

  #set(chain: string, rules: Rule[]): void {
    this.#chains.set(chain, rules);
    this.#shared.delete(chain);
  }
}

/** Most rules cannot change what the kernel thinks of the whole. */
function mayBeRefused({ matches, target }: Rule): boolean {
  const natural = target.kind === 'accept' || target.kind === 'return' || target.kind === 'none';
  return !natural || matches.some(({ kind }) => kind === 'owner' || kind === 'opaque');
}
