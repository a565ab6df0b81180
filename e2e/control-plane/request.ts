/**
 * One request to an API server, and nothing more: the harness must not depend on the client library that the product
 * under test uses, or both would be wrong together.
 */
import { request as httpsRequest } from 'node:https';

export interface Endpoint {
  /** `https://HOST:PORT`. */
  readonly server: string;
  /** PEM; what it signs is trusted and nothing else. */
  readonly ca: string;
  readonly token: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

const TIMEOUT_MS = 10_000;

/**
 * Sends a request with a JSON body, if there is one, and returns the whole answer, whatever its status: a refusal is
 * an answer. A PATCH is a strategic merge patch. Throws if no answer comes, or 10 s pass without a byte.
 */
export function request(endpoint: Endpoint, method: string, path: string, body?: unknown): Promise<Answer> {
  const patch = method === 'PATCH';
  const headers = {
    authorization: `Bearer ${endpoint.token}`,
    accept: 'application/json',
    'content-type': patch ? 'application/strategic-merge-patch+json' : 'application/json',
  };
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest(
      new URL(path, endpoint.server),
      { method, headers, ca: endpoint.ca, agent: false, timeout: TIMEOUT_MS },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        );
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer to ${method} ${path} in 10 s`)));
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
