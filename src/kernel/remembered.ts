/**
 * The last reading of each pod in full, for as long as a glance at its network tells that it still holds.
 *
 * Guarantees: a reading is remembered only where glances before and after it agree, and answers only where a glance agrees with
 * both, in the same network; its counters are those of the glance. It answers a number of times: then it has to be read anew, as
 * nothing tells of a legacy table that was another one only while it was read. The number is drawn, so that of many pods that were
 * read together a few at a time are read anew.
 * Limits: rules of which a pod has uncommonly many are not kept, so that no pod can fill the memory.
 */
import { withCounts } from './counters-in-text.ts';
import type { Glance } from './glance.ts';
import type { NatTables } from './nat-reader.ts';
import type { ProcessScan } from './processes.ts';

/** Twenty times what OSM's have. */
const MOST_CHARACTERS = 64_000;

/** Two hours of an agent's sweeps, if they are as far apart as by default; it may be half as many. */
export const MOST_RECALLS = 120;

interface Remembered {
  readonly fingerprint: string;
  readonly tables: NatTables;
  recallsLeft: number;
}

export class RememberedTables {
  readonly #pods = new Map<string, Remembered>();
  readonly #random: () => number;

  /** @param random a number in [0, 1) */
  constructor(random = Math.random) {
    this.#random = random;
  }

  /** What the programs would print now; undefined where it takes them to tell. */
  recall(id: string, network: number, { fingerprint, counts }: Glance): NatTables | undefined {
    const last = this.#pods.get(id);
    if (last?.fingerprint !== fingerprint || last.tables.network !== network) return undefined;
    if (last.recallsLeft === 0) return undefined;
    const legacy = withCounts(last.tables.saved.legacy, counts.legacy);
    const nft = withCounts(last.tables.saved.nft, counts.nft);
    if (legacy === undefined || nft === undefined) return undefined;
    last.recallsLeft -= 1;
    return { ...last.tables, saved: { legacy, nft } };
  }

  remember(id: string, tables: NatTables, before: Glance | undefined, after: Glance | undefined): void {
    const texts = [tables.saved.legacy, tables.saved.nft, ...tables.nativeChains];
    const size = texts.reduce((sum, { length }) => sum + length, 0);
    const holds = before !== undefined && before.fingerprint === after?.fingerprint;
    if (!holds || size > MOST_CHARACTERS) {
      this.#pods.delete(id);
      return;
    }
    const recallsLeft = MOST_RECALLS - Math.floor((this.#random() * MOST_RECALLS) / 2);
    this.#pods.set(id, { fingerprint: before.fingerprint, tables, recallsLeft });
  }

  /** Forgets the pods that are gone. */
  keepOnly({ pods }: ProcessScan): void {
    for (const id of this.#pods.keys()) if (!pods.has(id)) this.#pods.delete(id);
  }
}
