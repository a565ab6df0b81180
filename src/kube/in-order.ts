/**
 * Does what is asked for one key in the order of asking, one after the other; different keys do not wait for each other.
 *
 * Limits: work that never ends holds up all later work of its key, so it needs a timeout of its own.
 */
export class InOrder {
  /** By key, what settles when the last work of the key has ended; keys without work are not remembered. */
  readonly #last = new Map<string, Promise<unknown>>();

  /** @returns what `work` returns, and throws what it throws; neither concerns the next in line */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const mine = before === undefined ? work() : before.then(work);
    const ended = mine.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(key, ended);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === ended) this.#last.delete(key);
    }
  }
}
