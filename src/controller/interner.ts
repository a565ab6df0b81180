/**
 * One object for equal content, as long as anybody holds it.
 *
 * Guarantees: while an object of the content `text` is held somewhere, `get` returns that very object; once nobody holds
 * it, it and its text are forgotten.
 */

export class Interner<T extends WeakKey> {
  readonly #known = new Map<string, WeakRef<T>>();
  readonly #gone = new FinalizationRegistry<string>((text) => {
    // Another object of the same content may have taken the place.
    if (this.#known.get(text)?.deref() === undefined) this.#known.delete(text);
  });

  /** @param make makes the object where there is none */
  get(text: string, make: () => T): T {
    const known = this.#known.get(text)?.deref();
    if (known !== undefined) return known;
    const made = make();
    this.#known.set(text, new WeakRef(made));
    this.#gone.register(made, text);
    return made;
  }

  /** How many are held, and a few more that have gone lately. */
  get size(): number {
    return this.#known.size;
  }
}
