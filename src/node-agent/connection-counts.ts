/**
 * How many connections the rules of the pods have redirected, excluded and let pass, as the kernel counts them.
 *
 * Guarantees: a pod's own numbers are the kernel's. The sum for an exclusion grows only, by what was counted between two
 * readings of a pod; what a pod had counted before it was seen first is not in it, as it may have been counted by the
 * process before this one. Beyond MOST_EXCLUSIONS different ones the rest is one sum.
 */
import type { Connections } from '../core/audit/live-connections.ts';

export interface PodConnections {
  readonly key: string;
  readonly connections: readonly Connections[];
}

interface Counted {
  readonly network: number;
  readonly connections: readonly Connections[];
  readonly byExclusion: ReadonlyMap<string, number>;
}

/** Foreign annotations can hold any number of them. */
const MOST_EXCLUSIONS = 200;
const OTHER = 'other';

export class ConnectionCounts {
  readonly #pods = new Map<string, Counted>();
  readonly #exclusions = new Map<string, number>();

  /** @param network where it was counted; another one has begun at 0 */
  saw(key: string, network: number, connections: readonly Connections[]): void {
    const before = this.#pods.get(key);
    const byExclusion = new Map<string, number>();
    for (const { exclusion, connections: number } of connections) {
      if (exclusion !== undefined) byExclusion.set(exclusion, (byExclusion.get(exclusion) ?? 0) + number);
    }
    for (const [exclusion, number] of byExclusion) {
      const start = before?.network === network ? (before.byExclusion.get(exclusion) ?? 0) : 0;
      // Fewer than before: the rules were made anew, and count from 0.
      const grown = before === undefined ? 0 : number - (number < start ? 0 : start);
      const name = this.#nameOf(exclusion);
      this.#exclusions.set(name, (this.#exclusions.get(name) ?? 0) + grown);
    }
    this.#pods.set(key, { network, connections, byExclusion });
  }

  forget(key: string): void {
    this.#pods.delete(key);
  }

  get pods(): readonly PodConnections[] {
    return [...this.#pods].map(([key, { connections }]) => ({ key, connections }));
  }

  /** Every exclusion that was seen, unused ones too. */
  get exclusions(): ReadonlyMap<string, number> {
    return this.#exclusions;
  }

  #nameOf(exclusion: string): string {
    const room = this.#exclusions.size < MOST_EXCLUSIONS;
    return room || this.#exclusions.has(exclusion) ? exclusion : OTHER;
  }
}
