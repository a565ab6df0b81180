/**
 * The nat table as iptables commands change it.
 *
 * Guarantees: a command that is refused changes nothing, as in the kernel; a table can be copied at once for a
 * transaction (iptables-restore), because rules and lists of rules are never changed in place.
 * Limits: 500 chains.
 */
import { mayBeExtension } from './chain-name.ts';
import { Chains } from './chains.ts';
import type { IptablesCommand } from './iptables-command.ts';
import { kernelRefusal } from './kernel-refusal.ts';
import { calledChain, isBuiltIn, type Rule, type RuleSet } from './model.ts';
import { printRule } from './print.ts';
import { notUnderstood, refused, value, type Reading } from './reading.ts';

const MOST_CHAINS = 500;
const DONE = value(undefined);
const NO_SUCH_RULE = refused('Bad rule (does a matching rule exist in that chain?).', 1);
const NO_CHAIN = refused('No chain/target/match by that name.', 1);
const BUSY = refused('CHAIN_DEL failed (Device or resource busy)', 4);

export class NatTable {
  readonly #chains: Chains;
  /** Within a transaction the kernel looks at what there is in the end. */
  readonly #deferred: boolean;

  private constructor(chains: Chains, deferred: boolean) {
    this.#chains = chains;
    this.#deferred = deferred;
  }

  static empty(): NatTable {
    return new NatTable(Chains.builtIn(), false);
  }

  /** A copy to change, which `committed` makes a table again. */
  transaction(): NatTable {
    return new NatTable(this.#chains.copy(), true);
  }

  /** What a transaction has made, unless the kernel refuses it. */
  committed(): Reading<NatTable> {
    return this.#kernelRefusal() ?? value(new NatTable(this.#chains.copy(), false));
  }

  /** What the table holds; it does not change any more when the table does. */
  rules(): RuleSet {
    return { chains: this.#chains.snapshot() };
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
    this.#chains.reset();
  }

  #newChain(chain: string): Reading<undefined> {
    if (this.#chains.has(chain)) return refused('Chain already exists.', 1);
    if (this.#chains.size >= MOST_CHAINS) return notUnderstood(`more than ${MOST_CHAINS} chains`);
    this.#chains.set(chain, []);
    return DONE;
  }

  #deleteChain(chain: string): Reading<undefined> {
    const rules = this.#chains.rulesOf(chain);
    if (rules === undefined) return NO_CHAIN;
    if (isBuiltIn(chain)) return notUnderstood(`-X of the built-in chain ${chain}`);
    const called = [...this.#chains.census().values()].some((census) => census.callsTo(chain));
    if (rules.length > 0 || called) return BUSY;
    this.#chains.delete(chain);
    return DONE;
  }

  #flush(chain: string | undefined): Reading<undefined> {
    if (chain !== undefined && !this.#chains.has(chain)) return NO_CHAIN;
    for (const name of chain === undefined ? this.#chains.names() : [chain]) this.#chains.set(name, []);
    return DONE;
  }

  #insert(chain: string, position: number | undefined, rules: readonly Rule[]): Reading<undefined> {
    const known = this.#targetsExist(rules);
    if (known.kind !== 'value') return known;
    const length = this.#chains.rulesOf(chain)?.length;
    if (length === undefined) return NO_CHAIN;
    const at = position === undefined ? length : position - 1;
    if (at > length) return refused('Index of insertion too big.', 1);
    // iptables inserts them one by one at the same place, so they end up in reverse.
    const added = position === undefined ? rules : rules.toReversed();
    this.#chains.exchange(chain, at, 0, added);
    const verdict = this.#kernelTakes(added);
    if (verdict.kind !== 'value') this.#chains.exchange(chain, at, added.length, []);
    return verdict;
  }

  #replace(chain: string, position: number, rule: Rule): Reading<undefined> {
    const known = this.#targetsExist([rule]);
    if (known.kind !== 'value') return known;
    const before = this.#chains.rulesOf(chain)?.[position - 1];
    if (!this.#chains.has(chain)) return NO_CHAIN;
    if (before === undefined) return refused('Index of replacement too big.', 1);
    this.#chains.exchange(chain, position - 1, 1, [rule]);
    const verdict = this.#kernelTakes([rule]);
    if (verdict.kind !== 'value') this.#chains.exchange(chain, position - 1, 1, [before]);
    return verdict;
  }

  /** Each rule takes the first equal one along. */
  #delete(chain: string, rules: readonly Rule[]): Reading<undefined> {
    const known = this.#targetsExist(rules);
    if (known.kind !== 'value') return known;
    if (!this.#chains.has(chain)) return NO_SUCH_RULE;
    if (rules.some(({ matches }) => matches.some(({ kind }) => kind === 'opaque')))
      return notUnderstood('-D of a rule that is not understood');
    const left = [...(this.#chains.rulesOf(chain) ?? [])];
    for (const rule of rules) {
      const text = textOf(rule);
      const at = left.findIndex((candidate) => textOf(candidate) === text);
      if (at < 0) return NO_SUCH_RULE;
      left.splice(at, 1);
    }
    this.#chains.set(chain, left);
    return DONE;
  }

  #deleteAt(chain: string, position: number): Reading<undefined> {
    const length = this.#chains.rulesOf(chain)?.length;
    if (length === undefined) return NO_CHAIN;
    if (position > length) return refused('Index of deletion too big.', 1);
    this.#chains.exchange(chain, position - 1, 1, []);
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
    return !this.#deferred && added.some(mayBeRefused) ? (this.#kernelRefusal() ?? DONE) : DONE;
  }

  #kernelRefusal(): ReturnType<typeof kernelRefusal> {
    return kernelRefusal(this.#chains.lists(), this.#chains.census());
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
