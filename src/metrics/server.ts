/**
 * The HTTP server for /metrics, /healthz and /readyz, and for a page at / where there is one.
 *
 * Guarantees: read-only; answers GET and HEAD on these paths and 404 or 405 to everything else. /healthz answers
 * as long as the process turns its wheel; /readyz tells why not, in one line that drives no terminal.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { visible } from '../core/audit/quote.ts';
import type { WorkMetrics } from './work-metrics.ts';

export interface Readiness {
  readonly ready: boolean;
  readonly reason?: string;
}

export interface ServedPage {
  /** HTML that loads nothing. */
  readonly text: string;
  /** The same as long as the page is, in the quotes of an ETag. */
  readonly tag: string;
}

export interface ServerOptions {
  /** undefined listens on all addresses. */
  readonly host: string | undefined;
  /** 0 takes a free one. */
  readonly port: number;
  readonly metrics: Pick<WorkMetrics, 'render' | 'contentType'>;
  readonly readiness: () => Readiness;
  /** undefined for a server without a page. */
  readonly page?: (() => Promise<ServedPage>) | undefined;
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
  const {
    status,
    body,
    type,
    headers = {},
  } = await route(options, request).catch((error: unknown): Answer => {
    return {
      status: 500,
      body: `${visible(error instanceof Error ? error.message : 'failed')}\n`,
      type: TEXT,
    };
  });
  const allow = status === 405 ? { Allow: 'GET, HEAD' } : {};
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', ...allow, ...headers });
  response.end(request.method === 'HEAD' ? undefined : body);
}

const TEXT = 'text/plain; charset=utf-8';

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function route(options: ServerOptions, request: IncomingMessage): Promise<Answer> {
  const { metrics, readiness, page } = options;
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return { status: 405, body: 'only GET\n', type: TEXT };
  const [path = '/'] = (request.url ?? '/').split('?');
  switch (path) {
    case '/metrics':
      return { status: 200, body: await metrics.render(), type: metrics.contentType };
    case '/healthz':
      return { status: 200, body: 'ok\n', type: TEXT };
    case '/readyz':
      return unready(readiness()) ?? { status: 200, body: 'ok\n', type: TEXT };
    case '/':
      if (page === undefined) return NOT_FOUND;
      // What is not known to be true is not shown as if it were.
      return unready(readiness()) ?? pageAnswer(await page(), request.headers['if-none-match']);
    default:
      return NOT_FOUND;
  }
}

function unready({ ready, reason }: Readiness): Answer | undefined {
  return ready ? undefined : { status: 503, body: `${visible(reason ?? 'not ready')}\n`, type: TEXT };
}

const NOT_FOUND: Answer = { status: 404, body: 'try /metrics, /healthz or /readyz\n', type: TEXT };

/** No other site may show the page inside its own, and no browser may guess what it is or tell where a link came from. */
const PAGE_HEADERS = {
  'Content-Security-Policy': "frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/** Whoever has the page is not sent it again. */
function pageAnswer({ text, tag }: ServedPage, known: string | undefined): Answer {
  const headers = { ...PAGE_HEADERS, 'Cache-Control': 'no-cache', ETag: tag };
  // Whoever compresses on the way marks a tag as weak; it names the same page.
  const same = (known ?? '').split(',').some((each) => ['*', tag, `W/${tag}`].includes(each.trim()));
  return { status: same ? 304 : 200, body: same ? '' : text, type: 'text/html; charset=utf-8', headers };
}
