/** Looks at a controller again and again while a fault lasts: what do its metrics, its readiness and its log say? */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ControllerProcess, LogLine } from '../scenarios/controller-process.ts';
import { failingInformers } from './truth.ts';

export interface Testimony {
  /** The resources whose informer was failing at some time. */
  readonly failing: ReadonlySet<string>;
  /** What /readyz answered last; undefined if it never did. */
  readonly readiness: number | undefined;
  readonly log: readonly LogLine[];
}

const EVERY_MS = 100;

export class Witness {
  readonly #controller: ControllerProcess;
  readonly #from: number;
  readonly #failing = new Set<string>();
  readonly #watching: Promise<void>;
  #readiness: number | undefined;
  readonly #done = new AbortController();

  constructor(controller: ControllerProcess) {
    this.#controller = controller;
    this.#from = controller.log.length;
    this.#watching = this.#watch();
  }

  async testify(): Promise<Testimony> {
    this.#done.abort();
    await this.#watching;
    return {
      failing: this.#failing,
      readiness: this.#readiness,
      log: this.#controller.log.slice(this.#from),
    };
  }

  async #watch(): Promise<void> {
    const { signal } = this.#done;
    while (!signal.aborted) {
      try {
        const { text } = await this.#controller.get('/metrics', signal);
        for (const resource of failingInformers(text)) this.#failing.add(resource);
        this.#readiness = (await this.#controller.get('/readyz', signal)).status;
        await sleep(EVERY_MS, undefined, { signal });
      } catch {
        // A controller that is killed answers nothing, and testifies to nothing.
        await sleep(EVERY_MS);
      }
    }
  }
}
