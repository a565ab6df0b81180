/** What becomes of calls when tokens and certificate authorities change, and of the connections underneath. */
import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Cluster } from './client.ts';
import { describeError } from './describe-error.ts';

const PAGE = JSON.stringify({ metadata: { resourceVersion: '1' }, items: [] });

describe('a cluster whose token is in a file', () => {
  let folder: string;
  let tokenFile: string;
  let server: Server;
  let cluster: Cluster;
  let seen: (string | undefined)[];
  let accepted: string;
  let connections: number;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'credentials-'));
    tokenFile = join(folder, 'token');
    seen = [];
    accepted = 'first';
    connections = 0;
    server = createServer((message, response) => {
      seen.push(message.headers.authorization);
      response.statusCode = message.headers.authorization === `Bearer ${accepted}` ? 200 : 401;
      response.end(PAGE);
    });
    server.on('connection', () => (connections += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const kubeconfig = join(folder, 'kubeconfig');
    const user = { 'auth-provider': { name: 'tokenFile', config: { tokenFile } } };
    const config = {
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'u', user }],
    };
    await writeFile(kubeconfig, JSON.stringify(config));
    await writeFile(tokenFile, 'first\n');
    cluster = connect({ kubeconfig });
  });
  afterEach(async () => {
    await cluster.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  const list = (): Promise<unknown> =>
    cluster.list('/pods', {}, new AbortController()).catch((error: unknown) => describeError(error));
  const called = (): Promise<unknown> =>
    cluster.calls
      .readNamespacedEvent({ namespace: 'a', name: 'b' })
      .catch((error: unknown) => describeError(error));

  it('sends the token without what stands around it', async () => {
    await list();
    await called();
    expect(seen).to.deep.equal(Array(2).fill('Bearer first'));
  });

  for (const [name, call] of Object.entries({ 'a read': list, 'another call': called })) {
    it(`reads the file anew after a 401, which ${name} has met`, async () => {
      await list();
      await writeFile(tokenFile, 'second');
      await list();
      accepted = 'second';
      await call();
      await call();
      expect(seen).to.deep.equal(['Bearer first', 'Bearer first', 'Bearer first', 'Bearer second']);
    });
  }

  it('takes a file that is missing, empty or odd for an error of the one call', async () => {
    const answers: unknown[] = [];
    await rm(tokenFile);
    answers.push(await list(), await called());
    await writeFile(tokenFile, ' \n');
    answers.push(await list());
    await writeFile(tokenFile, 'two\nlines');
    answers.push(await list());
    await writeFile(tokenFile, 'first');
    answers.push(await list());
    const [missing, missingToo, empty, odd, good] = answers;
    expect([missing, missingToo].join()).to.match(/ENOENT.*ENOENT/);
    expect(empty).to.match(/is empty$/);
    expect(odd).to.match(/holds no token$/);
    expect(good).to.deep.equal(JSON.parse(PAGE));
    expect(seen).to.deep.equal(['Bearer first']);
  });

  it('makes 800 calls, eight at a time, over a handful of connections', async () => {
    const work = async (): Promise<void> => {
      for (let call = 0; call < 100; call++) expect(await list()).to.be.an('object');
    };
    await Promise.all(Array.from({ length: 8 }, work));
    expect(seen).to.have.length(800);
    // One each would do; a call may start before the socket of the one before is known to be free.
    expect(connections).to.be.at.most(16);
  });

  it('goes on when the server has closed the idle connections', async () => {
    for (let round = 0; round < 5; round++) {
      expect(await list()).to.be.an('object');
      server.closeIdleConnections();
    }
    expect(seen).to.have.length(5);
  });
});
