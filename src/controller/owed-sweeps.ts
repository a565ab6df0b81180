/**
 * Sweeps over all pods that were asked for and have not ended, and the keys that wait for their end.
 *
 * Guarantees: an end answers what had been asked for when the sweep began, not what came meanwhile; no key is lost, and one
 * that waits is handed out once. Who asks sees to it that the sweep is run, and run again when it fails.
 */
export class OwedSweeps {
  #asked = 0;
  #answered = 0;
  #waiting = new Set<string>();

  /** How many were asked for until now, for `end`. */
  get asked(): number {
    return this.#asked;
  }

  get any(): boolean {
    return this.#answered < this.#asked;
  }

  ask(): void {
    this.#asked += 1;
  }

  defer(key: string): void {
    this.#waiting.add(key);
  }

  /**
   * A sweep has ended.
   *
   * @param asked as it was when it began
   * @returns the keys that have waited long enough
   */
  end(asked: number): Iterable<string> {
    this.#answered = asked;
    if (this.any) return [];
    const due = this.#waiting;
    this.#waiting = new Set();
    return due;
  }
}
