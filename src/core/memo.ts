/**
 * Remembers what a pure function answered, by the text that decides the answer: thousands of pods share a handful of
 * scripts, and each distinct one is judged once.
 *
 * Guarantees: bounded by the characters of its keys, the least recently used going first. Limits: a text longer than a
 * tenth of the bound is not remembered at all, so that hostile scripts cannot push out everybody else's.
 */
export class Memo<T> {
  readonly #answers = new Map<string, T>();
  readonly #mostCharacters: number;
  #characters = 0;

  constructor(mostCharacters = 8_000_000) {
    this.#mostCharacters = mostCharacters;
  }

  get(key: string, compute: () => T): T {
    const known = this.#answers.get(key);
    if (known !== undefined) {
      // Young again: a Map keeps the order of insertion.
      this.#answers.delete(key);
      this.#answers.set(key, known);
      return known;
    }
    const answer = compute();
    if (key.length * 10 <= this.#mostCharacters) this.#keep(key, answer);
    return answer;
  }

  #keep(key: string, answer: T): void {
    this.#answers.set(key, answer);
    this.#characters += key.length;
    for (const oldest of this.#answers.keys()) {
      if (this.#characters <= this.#mostCharacters) return;
      this.#answers.delete(oldest);
      this.#characters -= oldest.length;
    }
  }
}
