/**
 * A budget for each key: `burst` at once, then one more each `refillMs`. Keeps one noisy object from using up what the
 * API server and its readers can bear, without a word about the others.
 *
 * Limits: at most 4096 budgets are kept; beyond that the one unused for longest is forgotten, and with it its debt.
 */
import type { Clock } from './clock.ts';
import { LruMap } from './lru-map.ts';

const MAX_KEYS = 4096;

export class TokenBuckets {
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #refillMs: number;
  readonly #buckets = new LruMap<string, { readonly tokens: number; readonly at: number }>(MAX_KEYS);

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
    this.#buckets.set(key, { tokens: this.#level(key) - 1, at: this.#clock.monotonic() });
  }

  #level(key: string): number {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return this.#burst;
    return Math.min(this.#burst, bucket.tokens + (this.#clock.monotonic() - bucket.at) / this.#refillMs);
  }
}
