/**
 * An API server that answers what a test tells it to, one step for each request, over real HTTP: the place to show
 * what a well-behaved server never does. When the script is over, requests are left without an answer.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SeenRequest {
  /** For example `PATCH application/merge-patch+json`; a GET has no body and no type. */
  readonly call: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

export type Step = (response: ServerResponse, request: SeenRequest) => void;

export class ScriptedServer {
  readonly requests: SeenRequest[] = [];
  readonly url: string;
  /** TCP connections accepted so far. */
  connections = 0;
  readonly #script: Step[] = [];
  readonly #server;
  readonly #folder: string;

  private constructor(server: ReturnType<typeof createServer>, folder: string) {
    this.#server = server;
    this.#folder = folder;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', () => (this.connections += 1));
    server.on('request', (message, response) => {
      const url = new URL(message.url ?? '/', this.url);
      const call = [message.method, message.headers['content-type']].join(' ').trim();
      const request = { call, path: url.pathname, query: Object.fromEntries(url.searchParams) };
      this.requests.push(request);
      this.#script.shift()?.(response, request);
    });
  }

  static async start(): Promise<ScriptedServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ScriptedServer(server, await mkdtemp(join(tmpdir(), 'scripted-server-')));
  }

  /** Appends steps to the script. */
  play(...steps: readonly Step[]): void {
    this.#script.push(...steps);
  }

  /** Writes a kubeconfig that leads here and returns its path. */
  async kubeconfig(): Promise<string> {
    const path = join(this.#folder, 'kubeconfig');
    // A plain http server is accepted by the client library only together with this flag.
    const cluster = { server: this.url, 'insecure-skip-tls-verify': true };
    const config = {
      'current-context': 'scripted',
      contexts: [{ name: 'scripted', context: { cluster: 'scripted', user: 'me', namespace: 'home' } }],
      clusters: [{ name: 'scripted', cluster }],
      users: [{ name: 'me', user: { token: 'secret' } }],
    };
    await writeFile(path, JSON.stringify(config));
    return path;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#folder, { recursive: true });
  }
}

/** An object of the scripted collection, `value` being the fact that projections keep. */
export function object(name: string, value: number, uid = `uid-${name}`, resourceVersion = '1'): unknown {
  return { metadata: { namespace: 'ns', name, uid, resourceVersion }, value };
}

export function page(items: readonly unknown[], resourceVersion: string, next?: string): Step {
  const metadata = { resourceVersion, ...(next === undefined ? {} : { continue: next }) };
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ metadata, items }));
  };
}

export function event(type: string, payload: unknown): string {
  return `${JSON.stringify({ type, object: payload })}\n`;
}

export function bookmark(resourceVersion: string): string {
  return event('BOOKMARK', { metadata: { resourceVersion } });
}

export function status(code: number, reason: string, message: string, headers = {}): Step {
  return (response) => {
    response.writeHead(code, headers).end(JSON.stringify({ kind: 'Status', code, reason, message }));
  };
}

/** Accepts a watch, sends the text and leaves the watch open. */
export function watch(...text: readonly string[]): Step {
  return (response) => {
    response.writeHead(200);
    response.flushHeaders();
    for (const part of text) response.write(part);
  };
}

/** As watch, but the server then ends the watch properly, even in the middle of a line. */
export function endingWatch(...text: readonly string[]): Step {
  return (response) => response.writeHead(200).end(text.join(''));
}

/** As watch, but the connection is then cut. */
export function cutWatch(...text: readonly string[]): Step {
  return (response, request) => {
    watch(...text)(response, request);
    setTimeout(() => response.socket?.resetAndDestroy(), 20);
  };
}

/** Sends the status and half of the reason, and leaves it at that. */
export function stalledStatus(code: number): Step {
  return (response) => {
    response.writeHead(code, { 'content-length': '1000' });
    response.write('{"kind":"Status","reason":"Forb');
  };
}

/** As stalledStatus, but the connection is then cut. */
export function cutStatus(code: number): Step {
  return (response, request) => {
    stalledStatus(code)(response, request);
    setTimeout(() => response.socket?.resetAndDestroy(), 20);
  };
}

/** Cuts the connection without an answer. */
export const cut: Step = (response) => response.socket?.resetAndDestroy();
