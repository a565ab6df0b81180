/**
 * What a list shows that the watch beside it never told: events that were lost on the way.
 *
 * Guarantees
 * - Only what the watch can have told counts: the comparison is settled when the watch has passed the list's resource
 *   version, and whatever the watch tells of an object meanwhile acquits it. So a watch that is late has missed nothing.
 * - Settling puts right what was missed. Nothing changes before.
 * Limits: a quiet kind of object sends nothing that says how far its watch is. Then a watch that began after the list
 * and ended in peace has had its time: a server tells what lies behind at the beginning of a watch.
 */

/** What a copy has of one object of a list. */
export interface Compared {
  readonly key: string;
  /** Makes the copy agree with the object; undefined when it does, or is newer. */
  readonly correct: (() => void) | undefined;
}

/** The copy that is compared with a list. */
export interface Copy {
  /** Undefined for an object that the copy takes nothing of. Changes nothing. */
  compare(object: unknown): Compared | undefined;
  keys(): Iterable<string>;
  remove(key: string): void;
}

export class MissedEvents {
  readonly #copy: Copy;
  readonly #corrections = new Map<string, () => void>();
  readonly #listed = new Set<string>();
  /** What the watch has told of while the list was read. */
  readonly #told = new Set<string>();
  #resourceVersion: string | undefined;

  constructor(copy: Copy) {
    this.#copy = copy;
  }

  /** Takes an object of the list. */
  listed(object: unknown): void {
    const compared = this.#copy.compare(object);
    if (compared === undefined) return;
    const { key, correct } = compared;
    this.#listed.add(key);
    if (correct !== undefined && !this.#told.has(key)) this.#corrections.set(key, correct);
  }

  /** The list is complete, and shows what was at this version. */
  complete(resourceVersion: string): void {
    for (const key of this.#copy.keys()) {
      if (this.#listed.has(key) || this.#told.has(key)) continue;
      this.#corrections.set(key, () => this.#copy.remove(key));
    }
    this.#listed.clear();
    this.#told.clear();
    this.#resourceVersion = resourceVersion;
  }

  /** The version of the list, once it is complete. */
  get resourceVersion(): string | undefined {
    return this.#resourceVersion;
  }

  /** The watch has told of the object: the copy is as the watch says. */
  told(key: string): void {
    if (this.#resourceVersion === undefined) this.#told.add(key);
    this.#corrections.delete(key);
  }

  /** Puts right what was missed and returns the keys. */
  settle(): readonly string[] {
    const keys = [...this.#corrections.keys()];
    for (const correct of this.#corrections.values()) correct();
    this.#corrections.clear();
    return keys;
  }
}
