/**
 * The two reads an informer needs. Small on purpose: a cluster, a recorded one and a scripted one all satisfy it.
 */

import type { Prune } from './managed-fields.ts';

export type Query = Readonly<Record<string, string>>;

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** What nobody asks for may be left out of what is parsed. */
  readonly prune?: Prune;
}

export interface ListWatch {
  /**
   * Reads one page of a list.
   *
   * @param path path of the collection, for example `/api/v1/pods`
   * @returns the parsed answer
   * @throws errors of errors.ts, or the signal's reason once it aborts
   */
  list(path: string, query: Query, options: ReadOptions): Promise<unknown>;

  /**
   * Opens a watch. Resolves when the server has accepted it; the iteration then gives one parsed event after the
   * other and ends when the server ends the watch. The caller must iterate or abort, else the connection stays open.
   *
   * @throws as `list`; the iteration throws likewise
   */
  watch(path: string, query: Query, options: ReadOptions): Promise<AsyncIterable<unknown>>;
}
