/**
 * Many requests to an API server over few connections: to fill a cluster and to change it quickly.
 *
 * Guarantees: a refusal is an error with the server's own words; connections are kept alive until `close`.
 */
import { readFileSync } from 'node:fs';
import { Pool, type Dispatcher } from 'undici';
import { parse } from 'yaml';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** As whom managedFields shall name the writer. */
  readonly fieldManager?: string;
}

const CONNECTIONS = 32;

export class Connections {
  readonly #pool: Pool;
  readonly #token: string;

  /** @param kubeconfig path of a file such as the control plane writes: one cluster, and one user with a token */
  constructor(kubeconfig: string) {
    const { clusters, users } = parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
    const [{ cluster }] = clusters;
    const ca = Buffer.from(cluster['certificate-authority-data'], 'base64').toString('utf8');
    this.#pool = new Pool(cluster.server, { connections: CONNECTIONS, connect: { ca } });
    this.#token = users[0].user.token;
  }

  /** The text of the answer. A PATCH is a strategic merge. */
  async send(call: Call): Promise<string> {
    const response = await this.#request(call, new AbortController().signal);
    return response.body.text();
  }

  /** The bytes of the answer as they come, for reading lists without keeping them and for watches. */
  async read(path: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const { body } = await this.#request({ method: 'GET', path }, signal);
    return body as AsyncIterable<Uint8Array>;
  }

  /** Does `action` for each item, as many at a time as there are connections. */
  async each<T>(items: readonly T[], action: (item: T) => Promise<unknown>): Promise<void> {
    const rest = items.values();
    const worker = async (): Promise<void> => {
      for (const item of rest) await action(item);
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  async #request(call: Call, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { method, path, body, fieldManager } = call;
    const response = await this.#pool.request({
      method,
      path: fieldManager === undefined ? path : `${path}?fieldManager=${fieldManager}`,
      headers: {
        authorization: `Bearer ${this.#token}`,
        accept: 'application/json',
        'content-type': method === 'PATCH' ? 'application/strategic-merge-patch+json' : 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      bodyTimeout: 0,
      signal,
    });
    if (response.statusCode < 300) return response;
    throw new Error(`${method} ${path}: ${response.statusCode} ${await response.body.text()}`);
  }
}

interface Kubeconfig {
  readonly clusters: readonly [
    { readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string } },
  ];
  readonly users: readonly [{ readonly user: { readonly token: string } }];
}
