/** Prints Events as they appear, and the conditions as a table, until closed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestCluster } from '../scenarios/cluster.ts';

interface Event {
  readonly metadata: { readonly name: string };
  readonly eventTime: string;
  readonly type: string;
  readonly reason: string;
  readonly note: string;
  readonly regarding: { readonly kind: string; readonly name: string };
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
}

const COLUMNS = [
  'POD:.metadata.name',
  'VERIFIED:.status.conditions[?(@.type=="openservicemesh.io/RedirectionVerified")].status',
  'REASON:.status.conditions[?(@.type=="openservicemesh.io/RedirectionVerified")].reason',
];

export class LiveView {
  readonly #cluster: TestCluster;
  readonly #namespace: string;
  readonly #print: (text: string) => void;
  readonly #seen = new Set<string>();
  readonly #closing = new AbortController();
  readonly #polling: Promise<void>;

  constructor(cluster: TestCluster, namespace: string, print: (text: string) => void) {
    this.#cluster = cluster;
    this.#namespace = namespace;
    this.#print = print;
    this.#polling = this.#poll();
  }

  /** The conditions now, as kubectl prints them. */
  async conditions(): Promise<string> {
    return this.#cluster.kubectl([
      'get',
      'pods',
      '-n',
      this.#namespace,
      '-o',
      `custom-columns=${COLUMNS.join(',')}`,
    ]);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#polling;
  }

  async #poll(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await this.#printNews().catch((error: unknown) => {
        // A Ctrl-C ends kubectl too; that is not worth a word.
        if (!signal.aborted) this.#print(`  Events cannot be read: ${String(error)}\n`);
      });
      await sleep(300, undefined, { signal }).catch(() => undefined);
    }
  }

  async #printNews(): Promise<void> {
    const path = '/apis/events.k8s.io/v1/events';
    const { items } = JSON.parse(await this.#cluster.kubectl(['get', '--raw', path])) as { items: Event[] };
    const news = items
      .map((event) => ({ event, id: `${event.metadata.name} ${event.series?.count ?? 1}` }))
      .filter(({ id }) => !this.#seen.has(id))
      .sort((a, b) => timeOf(a.event).localeCompare(timeOf(b.event)));
    for (const { event, id } of news) {
      this.#seen.add(id);
      const { type, reason, regarding, note } = event;
      const about = `${regarding.kind.toLowerCase()}/${regarding.name}`;
      this.#print(
        `  ${timeOf(event).slice(11, 19)}  ${type.padEnd(7)}  ${about.padEnd(24)} ${reason}\n      ${note}\n`,
      );
    }
  }
}

function timeOf({ eventTime, series }: Event): string {
  return series?.lastObservedTime ?? eventTime;
}
