/**
 * Counts what matters to the kernel about the rules of one chain: which chains they call, whether they ask for an owner,
 * whether they send packets elsewhere.
 *
 * It is kept up to date rule by rule, so that asking whether the kernel takes a table costs as much as it has chains, not
 * as it has rules.
 */
import { calledChain, type Rule } from './model.ts';

export class ChainCensus {
  /** Rules that match an owner. */
  owners = 0;
  /** Rules that redirect or translate. */
  translations = 0;
  readonly #calls: Map<string, number>;

  constructor(from?: ChainCensus) {
    this.owners = from?.owners ?? 0;
    this.translations = from?.translations ?? 0;
    this.#calls = new Map(from === undefined ? [] : from.#calls);
  }

  /** The chains that the rules jump or go to. */
  calls(): Iterable<string> {
    return this.#calls.keys();
  }

  /** Whether a rule jumps or goes to the chain. */
  callsTo(chain: string): boolean {
    return this.#calls.has(chain);
  }

  add(rule: Rule): void {
    this.#count(rule, 1);
  }

  remove(rule: Rule): void {
    this.#count(rule, -1);
  }

  #count(rule: Rule, by: 1 | -1): void {
    if (asksForOwner(rule)) this.owners += by;
    if (translates(rule)) this.translations += by;
    const called = calledChain(rule);
    if (called === undefined) return;
    const count = (this.#calls.get(called) ?? 0) + by;
    if (count > 0) this.#calls.set(called, count);
    else this.#calls.delete(called);
  }
}

export function asksForOwner({ matches }: Rule): boolean {
  return matches.some(({ kind }) => kind === 'owner');
}

export function translates({ target }: Rule): boolean {
  return target.kind === 'redirect' || target.kind === 'dnat';
}
