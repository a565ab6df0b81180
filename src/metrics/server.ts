/**
 * The HTTP server for /metrics, /healthz and /readyz.
 *
 * Guarantees: read-only; answers GET and HEAD on these three paths and 404 or 405 to everything else. /healthz answers
 * as long as the process turns its wheel; /readyz tells why not, in one line that drives no terminal.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { visible } from '../core/audit/quote.ts';
import type { Metrics } from './metrics.ts';

export interface Readiness {
  readonly ready: boolean;
  readonly reason?: string;
}

export interface ServerOptions {
  /** undefined listens on all addresses. */
  readonly host: string | undefined;
  /** 0 takes a free one. */
  readonly port: number;
  readonly metrics: Metrics;
  readonly readiness: () => Readiness;
}

export class MetricsServer {
  readonly #server: Server;

  /** The port that it listens on. */
  readonly port: number;

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  /** @throws the system's error, for example when the port is taken */
  static async listen(options: ServerOptions): Promise<MetricsServer> {
    const server = createServer((request, response) => void answer(options, request, response));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(
        { port: options.port, ...(options.host === undefined ? {} : { host: options.host }) },
        resolve,
      );
    });
    return new MetricsServer(server);
  }

  /** Stops listening and ends all connections. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}

async function answer(
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, body, type } = await route(options, request).catch((error: unknown) => {
    return {
      status: 500,
      body: `${visible(error instanceof Error ? error.message : 'failed')}\n`,
      type: TEXT,
    };
  });
  const allow = status === 405 ? { Allow: 'GET, HEAD' } : {};
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', ...allow });
  response.end(request.method === 'HEAD' ? undefined : body);
}

const TEXT = 'text/plain; charset=utf-8';

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type: string;
}

async function route({ metrics, readiness }: ServerOptions, request: IncomingMessage): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return { status: 405, body: 'only GET\n', type: TEXT };
  const [path = '/'] = (request.url ?? '/').split('?');
  switch (path) {
    case '/metrics':
      return { status: 200, body: await metrics.render(), type: metrics.contentType };
    case '/healthz':
      return { status: 200, body: 'ok\n', type: TEXT };
    case '/readyz': {
      const { ready, reason } = readiness();
      return ready
        ? { status: 200, body: 'ok\n', type: TEXT }
        : { status: 503, body: `${visible(reason ?? 'not ready')}\n`, type: TEXT };
    }
    default:
      return { status: 404, body: 'try /metrics, /healthz or /readyz\n', type: TEXT };
  }
}
