/**
 * A server that lists any number of pods and on which nothing ever happens: for sizes that a real API server does not reach
 * on one machine. The pods are those of the corpus, judged already, so there is nothing to write; a write is refused.
 *
 * Prints the path of a kubeconfig for itself, and runs until SIGTERM.
 */
import { writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CONFIG, corpusPod, NAMESPACES } from '../corpus.ts';
import { servedPod } from '../served-pod.ts';
import { argumentsOf, print } from './measure.ts';

const [pods, kubeconfig] = argumentsOf('PODS', 'KUBECONFIG');
const VERSION = '1000';
const meta = { resourceVersion: VERSION, creationTimestamp: '2026-01-01T00:00:00Z' };

const LISTS: Readonly<Record<string, readonly object[]>> = {
  '/api/v1/namespaces': NAMESPACES.map((name) => ({
    metadata: {
      ...meta,
      name,
      uid: `namespace-${name}`,
      labels: { 'openservicemesh.io/monitored-by': 'osm' },
    },
  })),
  '/api/v1/configmaps': [
    { metadata: { ...meta, name: 'osm-config', namespace: 'osm-system', uid: 'osm-config' }, data: CONFIG },
  ],
  '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations': [],
};

function listPods(query: URLSearchParams): object {
  const from = Number(query.get('continue') ?? 0);
  const to = Math.min(Number(pods), from + Number(query.get('limit') ?? pods));
  const items = Array.from({ length: to - from }, (_, i) => servedPod(corpusPod(from + i)));
  return {
    metadata: { resourceVersion: VERSION, ...(to < Number(pods) && { continue: String(to) }) },
    items,
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
  const list = pathname === '/api/v1/pods' ? listPods : LISTS[pathname];
  if (request.method !== 'GET') {
    answer(response, 405, { kind: 'Status', code: 405, message: 'nothing can be written here' });
  } else if (list === undefined) {
    answer(response, 404, { kind: 'Status', code: 404, reason: 'NotFound', message: `no ${pathname}` });
  } else if (searchParams.get('watch') === 'true') {
    // Accepted, and silent for ever.
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
  } else if (typeof list === 'function') {
    answer(response, 200, list(searchParams));
  } else {
    answer(response, 200, { metadata: { resourceVersion: VERSION }, items: list });
  }
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  const file = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      // Without it a server that has no TLS is not talked to.
      { name: 'list', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
    ],
    users: [{ name: 'list', user: { token: 'none' } }],
    contexts: [{ name: 'list', context: { cluster: 'list', user: 'list' } }],
    'current-context': 'list',
  };
  writeFileSync(kubeconfig, JSON.stringify(file));
  print({ port });
});
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
