/**
 * The one door to the API server: generated clients for the few writes, raw list and watch for the informers.
 *
 * Guarantees: all calls share one connection pool; every failure is an error of errors.ts or the reason of the
 * caller's own abort; a watch has no time limit on silence (a quiet one is healthy), everything else waits at most
 * 15 s for an answer, or as long as the caller says. `connect` reads files and touches no network.
 */
import { HttpMethod, RequestContext, type ApiConstructor, type ApiType } from '@kubernetes/client-node';
import { request, type Dispatcher } from 'undici';
import { apiErrorFromAnswer, MalformedAnswerError, UnreachableError } from './errors.ts';
import type { ListWatch, Query } from './list-watch.ts';
import { loadKubeConfig, type KubeConfigSource, type PooledKubeConfig } from './kubeconfig.ts';
import { parseJsonLines } from './watch-lines.ts';

/**
 * Prepares to talk to a cluster.
 *
 * @throws Error with one clear line when no usable cluster is configured
 */
export function connect(source: KubeConfigSource = {}): Cluster {
  return new Cluster(loadKubeConfig(source));
}

export class Cluster implements ListWatch {
  /** Base URL of the API server, without a trailing slash. */
  readonly server: string;
  /** Name of the context. */
  readonly context: string;
  /** The context's namespace. */
  readonly namespace: string;
  readonly #config: PooledKubeConfig;

  constructor(config: PooledKubeConfig) {
    this.#config = config;
    this.context = config.getCurrentContext();
    this.namespace = config.getContextObject(this.context)?.namespace ?? 'default';
    this.server = (config.getCurrentCluster()?.server ?? '').replace(/\/$/, '');
  }

  /** A generated client, for example `api(CoreV1Api)`. Its failures are ApiException or fetch errors: see classify. */
  api<T extends ApiType>(type: ApiConstructor<T>): T {
    return this.#config.makeApiClient(type);
  }

  async list(path: string, query: Query, { signal }: { readonly signal: AbortSignal }): Promise<unknown> {
    const body = await this.#get(path, query, { signal, bodyTimeout: this.#config.answerTimeoutMs });
    const text = await body.text().catch((cause: unknown) => {
      throw this.#failure(cause, signal);
    });
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new MalformedAnswerError(`the answer of ${this.server} is not JSON`, { cause });
    }
  }

  async watch(
    path: string,
    query: Query,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<AsyncIterable<unknown>> {
    const body = await this.#get(path, { ...query, watch: 'true' }, { signal, bodyTimeout: 0 });
    return parseJsonLines(this.#chunks(body, signal));
  }

  /** Ends all connections; calls under way fail. */
  async close(): Promise<void> {
    await this.#config.closePool();
  }

  async #get(
    path: string,
    query: Query,
    options: { readonly signal: AbortSignal; readonly bodyTimeout: number },
  ): Promise<Dispatcher.ResponseData['body']> {
    const url = `${this.server}${path}?${new URLSearchParams(query).toString()}`;
    const context = new RequestContext(url, HttpMethod.GET);
    await this.#config.applySecurityAuthentication(context);
    const dispatcher = context.getDispatcher();
    const response = await request(url, {
      headers: { ...context.getHeaders(), accept: 'application/json' },
      headersTimeout: this.#config.answerTimeoutMs,
      ...options,
      ...(dispatcher === undefined ? {} : { dispatcher }),
    }).catch((cause: unknown) => {
      throw this.#failure(cause, options.signal);
    });
    if (response.statusCode >= 200 && response.statusCode < 300) return response.body;
    if (response.statusCode === 401) this.#config.refuseToken();
    const text = await response.body.text().catch((cause: unknown) => {
      throw this.#failure(cause, options.signal);
    });
    throw apiErrorFromAnswer(response.statusCode, text, response.headers['retry-after']);
  }

  async *#chunks(
    body: Dispatcher.ResponseData['body'],
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array, void> {
    try {
      for await (const chunk of body) yield chunk as Uint8Array;
    } catch (cause) {
      throw this.#failure(cause, signal);
    }
  }

  /** The caller's abort is not a failure of the network: it comes back as the reason the caller gave. */
  #failure(cause: unknown, signal: AbortSignal): unknown {
    return signal.aborted ? signal.reason : new UnreachableError(this.server, cause);
  }
}
