/**
 * Remembers what a pure function answered, by the text that decides the answer: thousands of pods share a handful of
 * scripts, and each distinct one is judged once.
 *
 * A text that comes from the network is a new string each time, and hashing all of it would cost more than anything else
 * here; so entries are found by its length and a few of its characters, and told apart by comparing the texts.
 *
 * Guarantees: bounded by the characters of its keys. What was used lately survives: entries live in two generations, and
 * when the young one is full it becomes the old one, of which nothing stays but what is asked for again.
 * Limits: a text longer than a tenth of the bound is not remembered at all, so that hostile scripts cannot push out
 * everybody else's.
 */
export class Memo<T> {
  #young = new Map<number, Entry<T>[]>();
  #old = new Map<number, Entry<T>[]>();
  readonly #mostCharacters: number;
  #youngCharacters = 0;

  constructor(mostCharacters = 8_000_000) {
    this.#mostCharacters = mostCharacters;
  }

  get(key: string, compute: () => T): T {
    const mark = markOf(key);
    const young = find(this.#young.get(mark), key);
    if (young !== undefined) return young.answer;
    const old = find(this.#old.get(mark), key);
    const entry = old ?? { key, answer: compute() };
    if (key.length * 10 <= this.#mostCharacters) this.#keep(mark, entry);
    return entry.answer;
  }

  #keep(mark: number, entry: Entry<T>): void {
    if (2 * (this.#youngCharacters + entry.key.length) > this.#mostCharacters) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngCharacters = 0;
    }
    const bucket = this.#young.get(mark);
    if (bucket === undefined) this.#young.set(mark, [entry]);
    else bucket.push(entry);
    this.#youngCharacters += entry.key.length;
  }
}

interface Entry<T> {
  readonly key: string;
  readonly answer: T;
}

function find<T>(bucket: readonly Entry<T>[] | undefined, key: string): Entry<T> | undefined {
  return bucket?.find((entry) => entry.key === key);
}

const SAMPLES = 16;

/** Equal texts have equal marks; others seldom do. */
function markOf(text: string): number {
  let mark = text.length;
  const step = Math.max(1, Math.floor(text.length / SAMPLES));
  for (let i = text.length - 1; i >= 0; i -= step) mark = Math.imul(mark, 31) + text.charCodeAt(i);
  return mark;
}
