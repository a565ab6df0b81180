/**
 * The one door to the API server: list and watch for the informers, and the few other calls.
 *
 * Guarantees: all calls share one connection pool; every failure of a call is an error of errors.ts or the reason of the
 * caller's own abort; a watch has no time limit on silence (a quiet one is healthy), everything else waits at most
 * 15 s for an answer and for each further part of it, or as long as the caller says. `connect` reads files and touches no
 * network.
 * Limits: credentials that cannot be had (a token file that is gone, a program that fails) are the errors of those who
 * look for them.
 */
import { HttpMethod, RequestContext } from '@kubernetes/client-node';
import { request, type Dispatcher } from 'undici';
import { ApiCalls, type Call } from './api-calls.ts';
import { apiErrorFromAnswer, MalformedAnswerError, UnreachableError } from './errors.ts';
import type { ListWatch, Query, ReadOptions } from './list-watch.ts';
import type { Prune } from './managed-fields.ts';
import { loadKubeConfig, type KubeConfigSource, type PooledKubeConfig } from './kubeconfig.ts';
import { readText } from './read-text.ts';
import { parseJsonLines } from './watch-lines.ts';

/**
 * Prepares to talk to a cluster.
 *
 * @throws Error with one clear line when no usable cluster is configured
 */
export function connect(source: KubeConfigSource = {}): Cluster {
  return new Cluster(loadKubeConfig(source));
}

/** How API servers' logs and metrics name us. */
const USER_AGENT = 'osm-auditor';
/** A Status object is some hundred bytes. */
const MOST_REFUSAL_BYTES = 64 * 1024;
/** More than the largest object that etcd stores by default. */
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;

interface RequestOptions {
  readonly method: Call['method'];
  readonly signal: AbortSignal;
  /** 0 for none. */
  readonly bodyTimeout: number;
  readonly body?: string;
  readonly contentType?: string;
}

export class Cluster implements ListWatch {
  /** Base URL of the API server, without a trailing slash. */
  readonly server: string;
  /** Name of the context. */
  readonly context: string;
  /** The context's namespace. */
  readonly namespace: string;
  /** Whatever is neither a list nor a watch. */
  readonly calls = new ApiCalls((call) => this.#send(call));
  readonly #config: PooledKubeConfig;

  constructor(config: PooledKubeConfig) {
    this.#config = config;
    this.context = config.getCurrentContext();
    this.namespace = config.getContextObject(this.context)?.namespace ?? 'default';
    this.server = (config.getCurrentCluster()?.server ?? '').replace(/\/$/, '');
  }

  async list(path: string, query: Query, { signal, prune }: ReadOptions): Promise<unknown> {
    const body = await this.#get(path, query, { signal, bodyTimeout: this.#config.answerTimeoutMs });
    return this.#json(body, signal, prune);
  }

  async watch(path: string, query: Query, { signal, prune }: ReadOptions): Promise<AsyncIterable<unknown>> {
    const body = await this.#get(path, { ...query, watch: 'true' }, { signal, bodyTimeout: 0 });
    return parseJsonLines(this.#chunks(body, signal), prune);
  }

  /** Ends all connections; calls under way fail. */
  async close(): Promise<void> {
    await this.#config.closePool();
  }

  async #send({
    method,
    path,
    body,
    contentType = 'application/json',
    signal,
    unread,
  }: Call): Promise<unknown> {
    const patience = signal ?? new AbortController().signal;
    const answer = await this.#request(`${this.server}${path}`, {
      method,
      signal: patience,
      bodyTimeout: this.#config.answerTimeoutMs,
      ...(body === undefined ? {} : { body: JSON.stringify(body), contentType }),
    });
    if (unread !== true) return this.#json(answer, patience);
    // Read to its end all the same, or the connection could not be used again. Whatever becomes of it, the answer was yes.
    await answer.dump({ limit: MOST_UNREAD_BYTES, signal: patience }).catch(() => patience.throwIfAborted());
    return undefined;
  }

  #get(
    path: string,
    query: Query,
    options: { readonly signal: AbortSignal; readonly bodyTimeout: number },
  ): Promise<Dispatcher.ResponseData['body']> {
    const url = `${this.server}${path}?${new URLSearchParams(query).toString()}`;
    return this.#request(url, { method: 'GET', ...options });
  }

  async #json(body: Dispatcher.ResponseData['body'], signal: AbortSignal, prune?: Prune): Promise<unknown> {
    const text = await body.text().catch((cause: unknown) => {
      throw this.#failure(cause, signal);
    });
    try {
      return JSON.parse(prune === undefined ? text : prune(text));
    } catch (cause) {
      throw new MalformedAnswerError(`the answer of ${this.server} is not JSON`, { cause });
    }
  }

  async #request(
    url: string,
    { contentType, ...options }: RequestOptions,
  ): Promise<Dispatcher.ResponseData['body']> {
    const context = new RequestContext(url, HttpMethod.GET);
    await this.#config.applySecurityAuthentication(context);
    const dispatcher = context.getDispatcher();
    const response = await request(url, {
      headers: {
        ...context.getHeaders(),
        ...(this.#config.asGroups.length === 0 ? {} : { 'impersonate-group': [...this.#config.asGroups] }),
        accept: 'application/json',
        'user-agent': USER_AGENT,
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
      },
      headersTimeout: this.#config.answerTimeoutMs,
      ...options,
      ...(dispatcher === undefined ? {} : { dispatcher }),
    }).catch((cause: unknown) => {
      throw this.#failure(cause, options.signal);
    });
    if (response.statusCode >= 200 && response.statusCode < 300) return response.body;
    if (response.statusCode === 401) this.#config.refuseToken();
    const bounds = { bytes: MOST_REFUSAL_BYTES, ms: this.#config.answerTimeoutMs };
    const text = await readText(response.body, bounds);
    options.signal.throwIfAborted();
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
