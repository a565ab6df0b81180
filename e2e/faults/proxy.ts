/**
 * A proxy between a controller and the API server that does harm on demand: to connections (`tcp`), to requests that a
 * rule picks (`impose`), and to the watches that are running.
 *
 * Guarantees: without a fault every request and answer passes unchanged, and each line of a watch as soon as it is
 * whole. An API server that cannot be reached is a connection reset. Requests are counted, also those that get no answer.
 *
 * It speaks HTTP to its client, so that it sees what it passes on; the client library accepts that from a kubeconfig that
 * also says insecure-skip-tls-verify.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { isWrite, kubeRequest, type KubeRequest } from './kube-request.ts';
import { TcpRelay } from './tcp-relay.ts';
import { WatchStream } from './watch-stream.ts';

/** What happens to a request that a rule picks. */
export type Harm =
  /** The server never hears of it; this is the answer. The body is a Status unless it is given. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly reason: string;
      readonly retryAfterSeconds?: number;
      readonly body?: string;
    }
  /** The server never hears of it, and no answer comes. */
  | { readonly kind: 'hang' }
  /** The server obeys; the connection is reset in place of its answer, so that the client cannot know. */
  | { readonly kind: 'lose the answer' }
  /** The connection is reset after so many bytes of the answer's body. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** The answer's body comes in pieces of so many bytes. */
  | { readonly kind: 'drip'; readonly bytes: number; readonly everyMs: number }
  /** The server hears of it only after a while. */
  | { readonly kind: 'delay'; readonly ms: number };

export interface Rule {
  readonly when: (request: KubeRequest) => boolean;
  readonly harm: Harm;
}

export interface Upstream {
  /** `https://HOST:PORT` */
  readonly server: string;
  /** PEM */
  readonly ca: string;
}

export class FaultProxy {
  readonly tcp: TcpRelay;
  /** How many writes, such as `patch pods/status`, have come in so far. */
  readonly writes = new Map<string, number>();
  /** The server gives no more than so many objects a page, as it is free to do. */
  pageSize: number | undefined;
  readonly #upstream: Upstream;
  readonly #agent: Agent;
  readonly #http: Server;
  readonly #rules: Rule[] = [];
  readonly #watches = new Set<WatchStream>();

  private constructor(upstream: Upstream, http: Server, tcp: TcpRelay) {
    this.#upstream = upstream;
    this.#agent = new Agent({ keepAlive: true, ca: upstream.ca });
    this.#http = http;
    this.tcp = tcp;
    http.on('request', (message, response) => {
      void this.#serve(message, response).catch(() => reset(response));
    });
  }

  static async start(upstream: Upstream): Promise<FaultProxy> {
    // The API server does not close connections because they are idle.
    const http = createServer({ keepAliveTimeout: 0, requestTimeout: 0 });
    await once(http.listen(0, '127.0.0.1'), 'listening');
    return new FaultProxy(upstream, http, await TcpRelay.start((http.address() as AddressInfo).port));
  }

  get url(): string {
    return `http://127.0.0.1:${this.tcp.port}`;
  }

  /** From now on the rule holds; of several that pick a request the oldest. Returns how to lift it. */
  impose(rule: Rule): () => void {
    this.#rules.push(rule);
    return () => {
      const index = this.#rules.indexOf(rule);
      if (index !== -1) this.#rules.splice(index, 1);
    };
  }

  /** The watches of the resource that are running. */
  watches(resource: string): readonly WatchStream[] {
    return [...this.#watches].filter((watch) => watch.resource === resource);
  }

  async stop(): Promise<void> {
    await this.tcp.stop();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
    this.#agent.destroy();
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = kubeRequest(message.method ?? 'GET', message.url ?? '/');
    if (isWrite(request)) {
      const name = `${request.verb} ${request.resource}`;
      this.writes.set(name, (this.writes.get(name) ?? 0) + 1);
    }
    const body = await buffer(message);
    const harm = this.#rules.find(({ when }) => when(request))?.harm;
    switch (harm?.kind) {
      case 'answer':
        refuse(response, harm);
        return;
      case 'hang':
        return;
      case 'delay':
        await sleep(harm.ms);
        break;
      case 'lose the answer':
      case 'cut':
      case 'drip':
      case undefined:
    }
    const answer = await this.#forward(message, request, body, response);
    if (harm?.kind === 'lose the answer') {
      await buffer(answer);
      reset(response);
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    // At once: the client learns that a watch is open before its first event.
    response.flushHeaders();
    if (harm?.kind === 'drip') await drip(answer, response, harm);
    else if (request.verb === 'watch') this.#passWatch(request, answer, response);
    else if (harm?.kind === 'cut') {
      response.write((await buffer(answer)).subarray(0, harm.afterBytes), () => reset(response));
    } else {
      answer.on('error', () => reset(response));
      answer.pipe(response);
    }
  }

  #passWatch(request: KubeRequest, answer: IncomingMessage, response: ServerResponse): void {
    const watch = new WatchStream(request.resource, answer, response);
    this.#watches.add(watch);
    response.on('close', () => this.#watches.delete(watch));
  }

  #forward(
    message: IncomingMessage,
    { verb, url }: KubeRequest,
    body: Buffer,
    response: ServerResponse,
  ): Promise<IncomingMessage> {
    const target = new URL(`${url.pathname}${url.search}`, this.#upstream.server);
    if (verb === 'list' && this.pageSize !== undefined && target.searchParams.has('limit')) {
      target.searchParams.set('limit', String(this.pageSize));
    }
    // Uncompressed, so that a cut or a drip of so many bytes means the same always.
    const headers = { ...message.headers, host: target.host, 'accept-encoding': 'identity' };
    return new Promise((resolve, reject) => {
      const outgoing = httpsRequest(target, { method: message.method, headers, agent: this.#agent });
      outgoing.on('response', resolve);
      outgoing.on('error', reject);
      response.on('close', () => outgoing.destroy());
      outgoing.end(body);
    });
  }
}

function refuse(response: ServerResponse, harm: Harm & { readonly kind: 'answer' }): void {
  const { status, reason, retryAfterSeconds } = harm;
  const message = `the proxy says ${reason}`;
  const body = JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code: status,
    reason,
    message,
  });
  response.writeHead(status, {
    'Content-Type': harm.body === undefined ? 'application/json' : 'text/html',
    ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
  });
  response.end(harm.body ?? body);
}

async function drip(
  answer: IncomingMessage,
  response: ServerResponse,
  { bytes, everyMs }: { readonly bytes: number; readonly everyMs: number },
): Promise<void> {
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    for (let start = 0; start < chunk.length && !response.destroyed; start += bytes) {
      response.write(chunk.subarray(start, start + bytes));
      await sleep(everyMs);
    }
  }
  response.end();
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}
