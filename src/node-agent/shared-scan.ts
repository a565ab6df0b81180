/**
 * Scans of all processes, shared by those who ask at the same time.
 *
 * Guarantees: a scan that is answered has begun after the question, so it shows every process that was there then; one
 * runs at a time.
 */
export class SharedScan<T> {
  readonly #scan: () => Promise<T>;
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<T> | undefined;

  constructor(scan: () => Promise<T>) {
    this.#scan = scan;
  }

  /** @throws what the scan throws */
  fresh(): Promise<T> {
    this.#next ??= this.#begin(this.#running);
    return this.#next;
  }

  async #begin(before: Promise<unknown>): Promise<T> {
    await before.catch(() => undefined);
    this.#next = undefined;
    const running = this.#scan();
    this.#running = running;
    return running;
  }
}
