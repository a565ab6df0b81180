/**
 * Work in slices: whoever has a lot to do asks before each piece of it, and waits for a turn of the event loop once
 * the slice is used up. So timers and sockets get their turn however much there is to do, and many small pieces share
 * the cost of one turn.
 *
 * Guarantees: between two turns of the loop no piece is begun after the slice has been used up, also when many ask at
 * once; who asks first goes first.
 * Limits: a piece that has begun cannot be interrupted, so a slice lasts as long as its last piece does.
 */
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';

/** Long enough that turning the loop costs next to nothing, short enough that nobody who waits for it notices. */
const SLICE_MS = 5;

/** The loop as a dependency, for tests. */
export interface EventLoop {
  /** Milliseconds from any beginning; never runs backwards, whatever happens to the clock on the wall. */
  now(): number;
  /** Resolves when timers and sockets have had their turn. */
  turn(): Promise<unknown>;
}

const eventLoop: EventLoop = { now: () => performance.now(), turn: () => setImmediate() };

export class TimeSlice {
  readonly #loop: EventLoop;
  #end = -Infinity;
  /** Resolves when the last of those who asked may begin. */
  #last: Promise<void> = Promise.resolve();

  constructor(loop: EventLoop = eventLoop) {
    this.#loop = loop;
  }

  /**
   * Resolves when the next piece of work may begin, never within the call. The caller awaits the promise itself: then
   * its piece has been at work, up to where it waits for something, before the next in line looks at the time.
   */
  begin(): Promise<void> {
    this.#last = this.#last.then(() => (this.#loop.now() < this.#end ? undefined : this.#next()));
    return this.#last;
  }

  async #next(): Promise<void> {
    await this.#loop.turn();
    this.#end = this.#loop.now() + SLICE_MS;
  }
}
