/**
 * The chains of a table and their rules, with a census of each kept beside it.
 *
 * Guarantees: copies are cheap and do not see each other's changes: a list of rules is shared until one of them changes
 * it.
 */
import { ChainCensus } from './chain-census.ts';
import { BUILT_IN_CHAINS, type Rule } from './model.ts';

/** More than a call can take at once would overflow the stack. */
const MOST_ARGUMENTS = 1000;

export class Chains {
  readonly #lists: Map<string, Rule[]>;
  readonly #census = new Map<string, ChainCensus>();
  /** Chains whose list somebody else holds too: it is copied before it changes. */
  readonly #shared = new Set<string>();

  private constructor(from?: Chains) {
    this.#lists = new Map(from === undefined ? [] : from.#lists);
    if (from === undefined) return;
    for (const name of this.#lists.keys()) {
      this.#census.set(name, new ChainCensus(from.#census.get(name)));
      this.#shared.add(name);
      from.#shared.add(name);
    }
  }

  static builtIn(): Chains {
    const chains = new Chains();
    chains.reset();
    return chains;
  }

  copy(): Chains {
    return new Chains(this);
  }

  /** Leaves the built-in chains alone, and those empty. */
  reset(): void {
    this.#lists.clear();
    this.#census.clear();
    this.#shared.clear();
    for (const name of BUILT_IN_CHAINS) this.set(name, []);
  }

  get size(): number {
    return this.#lists.size;
  }

  has(name: string): boolean {
    return this.#lists.has(name);
  }

  /** undefined when there is no such chain. */
  rulesOf(name: string): readonly Rule[] | undefined {
    return this.#lists.get(name);
  }

  names(): readonly string[] {
    return [...this.#lists.keys()];
  }

  census(): ReadonlyMap<string, ChainCensus> {
    return this.#census;
  }

  lists(): ReadonlyMap<string, readonly Rule[]> {
    return this.#lists;
  }

  /** The same, for somebody to keep: it does not change any more. */
  snapshot(): ReadonlyMap<string, readonly Rule[]> {
    for (const name of this.#lists.keys()) this.#shared.add(name);
    return new Map(this.#lists);
  }

  /** Makes a chain, or gives it other rules. */
  set(name: string, rules: readonly Rule[]): void {
    const census = new ChainCensus();
    for (const rule of rules) census.add(rule);
    this.#census.set(name, census);
    this.#lists.set(name, [...rules]);
    this.#shared.delete(name);
  }

  delete(name: string): void {
    this.#lists.delete(name);
    this.#census.delete(name);
    this.#shared.delete(name);
  }

  /** Takes `count` rules away from a place of a chain and puts others there. Places count from 0. */
  exchange(name: string, at: number, count: number, rules: readonly Rule[]): void {
    const list = this.#own(name);
    const census = this.#census.get(name);
    for (const rule of list.slice(at, at + count)) census?.remove(rule);
    for (const rule of rules) census?.add(rule);
    if (rules.length <= MOST_ARGUMENTS) list.splice(at, count, ...rules);
    else this.#lists.set(name, [...list.slice(0, at), ...rules, ...list.slice(at + count)]);
  }

  #own(name: string): Rule[] {
    const list = this.#lists.get(name) ?? [];
    if (!this.#shared.has(name)) return list;
    const copy = [...list];
    this.#lists.set(name, copy);
    this.#shared.delete(name);
    return copy;
  }
}
