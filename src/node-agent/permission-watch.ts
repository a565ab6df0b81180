/**
 * Whether the kernels of all pods are closed to this process: then it lacks a capability, and each pod would be told alone
 * what is wrong with the agent.
 *
 * Guarantees: the log says so once, and once that it is over.
 */
import type { Logger } from '../kube/logger.ts';
import type { PodReading } from './pod-readings.ts';

export class PermissionWatch {
  readonly #logger: Logger;
  #closed: string | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Why none may be read; undefined where one may, or there is none. */
  get closed(): string | undefined {
    return this.#closed;
  }

  look(readings: readonly PodReading[]): void {
    const refusals = readings.flatMap(({ nat }) =>
      nat.kind === 'unreadable' && nat.why === 'not-permitted' ? [nat.reason] : [],
    );
    const closed = refusals.length === readings.length ? refusals[0] : undefined;
    if (closed !== undefined && this.#closed === undefined)
      this.#logger.error('no kernel of a pod may be read: a capability is missing', { reason: closed });
    if (closed === undefined && this.#closed !== undefined)
      this.#logger.info('the kernels of pods may be read again');
    this.#closed = closed;
  }
}
