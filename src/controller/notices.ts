/**
 * When the change that woke a key was noticed, for the detection latency: from the earliest change that has not been
 * answered to the end of the writes that answer it, failed tries included.
 */
export class Notices {
  readonly #since = new Map<string, number>();

  /** @param at by the monotonic clock, in milliseconds */
  note(key: string, at: number): void {
    if (!this.#since.has(key)) this.#since.set(key, at);
  }

  /** Takes what was noted, so that a change during the answer counts anew; undefined if nothing was. */
  take(key: string): number | undefined {
    const at = this.#since.get(key);
    this.#since.delete(key);
    return at;
  }

  /** Puts back what was taken when the answer failed. */
  restore(key: string, at: number | undefined): void {
    if (at !== undefined) this.#since.set(key, at);
  }
}
