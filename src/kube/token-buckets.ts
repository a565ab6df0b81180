/**
 * A budget for each key: `burst` at once, then one more each `refillMs`. Keeps one noisy object from using up what the
 * API server and its readers can bear, without a word about the others.
 *
 * Limits: at most 4096 budgets are kept; beyond that the one unused for longest is forgotten, and with it its debt.
 */
import type { Clock } from './clock.ts';

const MAX_KEYS = 4096;

export class TokenBuckets {
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #refillMs: number;
  // In order of use, the longest unused first.
  readonly #buckets = new Map<string, { readonly tokens: number; readonly at: number }>();

  /** @param refillMs milliseconds until a token used comes back */
  constructor(clock: Clock, burst: number, refillMs: number) {
    this.#clock = clock;
    this.#burst = burst;
    this.#refillMs = refillMs;
  }

  /** Whether `take` would leave no debt. */
  has(key: string): boolean {
    return this.#level(key) >= 1;
  }

  take(key: string): void {
    const tokens = this.#level(key) - 1;
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens, at: this.#clock.now() });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > MAX_KEYS && oldest !== undefined) this.#buckets.delete(oldest);
  }

  #level(key: string): number {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return this.#burst;
    return Math.min(this.#burst, bucket.tokens + (this.#clock.now() - bucket.at) / this.#refillMs);
  }
}
