/**
 * A bad line between one elector and the API server, real or fake: each call meets its fate on the way. A call that was
 * given up still arrives, whatever signal it carries; a real network may do that too.
 */
import type { Clock } from '../../kube/clock.ts';
import type { LeaseApi, LeaseObject } from '../../kube/lease.ts';

/** What becomes of one call. */
export interface Fate {
  /** Milliseconds until the request arrives; `never` when it is refused at once. */
  readonly arrives: number | 'never';
  /** Milliseconds until the answer is back: `cut` when it is an error instead, `never` when nothing comes at all. */
  readonly answers: number | 'cut' | 'never';
}

export const GOOD: Fate = { arrives: 0, answers: 0 };
export const REFUSED: Fate = { arrives: 'never', answers: 0 };
export const HANGS: Fate = { arrives: 'never', answers: 'never' };

export class FaultyLeases implements LeaseApi {
  /** Asked once for each call. */
  fate: () => Fate = () => GOOD;
  readonly #inner: LeaseApi;
  readonly #clock: Clock;

  constructor(inner: LeaseApi, clock: Clock) {
    this.#inner = inner;
    this.#clock = clock;
  }

  readNamespacedLease(
    request: { namespace: string; name: string },
    signal?: AbortSignal,
  ): Promise<LeaseObject> {
    return this.#carry(() => this.#inner.readNamespacedLease(request, signal));
  }

  createNamespacedLease(
    request: { namespace: string; body: LeaseObject },
    signal?: AbortSignal,
  ): Promise<unknown> {
    return this.#carry(() => this.#inner.createNamespacedLease(request, signal));
  }

  replaceNamespacedLease(
    request: { namespace: string; name: string; body: LeaseObject },
    signal?: AbortSignal,
  ): Promise<unknown> {
    return this.#carry(() => this.#inner.replaceNamespacedLease(request, signal));
  }

  async #carry<T>(call: () => Promise<T>): Promise<T> {
    const { arrives, answers } = this.fate();
    if (arrives === 'never') {
      if (answers === 'never') return nothing();
      throw connectionError();
    }
    if (arrives > 0) await this.#clock.sleep(arrives);
    const answer = call();
    if (answers === 'never') {
      await answer.catch(() => undefined);
      return nothing();
    }
    if (answers === 'cut') {
      await answer.catch(() => undefined);
      throw connectionError();
    }
    await answer.catch(() => undefined);
    if (answers > 0) await this.#clock.sleep(answers);
    return answer;
  }
}

function nothing(): Promise<never> {
  return new Promise(() => undefined);
}

function connectionError(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
}
