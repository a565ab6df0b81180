/** What callers say of the cluster instead of the context. */
import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from './client.ts';
import { loadKubeConfig, type KubeConfigSource } from './kubeconfig.ts';

const PAGE = JSON.stringify({ metadata: { resourceVersion: '1' }, items: [] });

describe('a kubeconfig with overrides', () => {
  let folder: string;
  let kubeconfig: string;
  let server: Server;
  let address: string;
  let asked: IncomingHttpHeaders | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
    kubeconfig = join(folder, 'config');
    server = createServer((message, response) => {
      asked = message.headers;
      response.end(PAGE);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const config = {
      'current-context': 'first',
      clusters: ['a', 'b'].map((name) => ({
        name,
        cluster: { server: `http://${name}.invalid`, 'insecure-skip-tls-verify': true },
      })),
      users: ['u', 'v'].map((name) => ({ name, user: { token: `token of ${name}` } })),
      contexts: [
        { name: 'first', context: { cluster: 'a', user: 'u', namespace: 'web' } },
        { name: 'nobody', context: { cluster: 'a', user: 'x' } },
      ],
    };
    await writeFile(kubeconfig, JSON.stringify(config));
  });
  after(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  const ask = async (source: KubeConfigSource): Promise<IncomingHttpHeaders | undefined> => {
    const cluster = connect({ kubeconfig, server: address, ...source });
    try {
      await cluster.list('/api/v1/pods', {}, { signal: new AbortController().signal });
      return asked;
    } finally {
      await cluster.close();
    }
  };

  it('has another cluster or user, and leaves the rest of the context', () => {
    const config = loadKubeConfig({ kubeconfig, cluster: 'b', user: 'v' });
    expect(config.getCurrentCluster()?.server).to.equal('http://b.invalid');
    expect(config.getCurrentUser()?.name).to.equal('v');
    expect(config.getContextObject('first')?.namespace).to.equal('web');
  });

  it('goes to another server as its user', async () => {
    expect(await ask({})).to.include({ authorization: 'Bearer token of u' });
    expect(await ask({ user: 'v' })).to.include({ authorization: 'Bearer token of v' });
    expect(asked).not.to.have.any.keys('impersonate-user', 'impersonate-group');
  });

  it('impersonates a user, and groups with it', async () => {
    expect(await ask({ as: 'jane' })).to.include({ 'impersonate-user': 'jane' });
    expect(asked).not.to.have.any.keys('impersonate-group');
    const headers = await ask({ as: 'jane', asGroups: ['readers', 'writers'] });
    expect(headers).to.include({ 'impersonate-user': 'jane', 'impersonate-group': 'readers, writers' });
  });

  const WRONG: Readonly<Record<string, readonly [KubeConfigSource, RegExp]>> = {
    'a cluster that is not there': [{ cluster: 'c' }, /^cluster "c" is not in /],
    'a user that is not there': [{ user: 'w' }, /^user "w" is not in /],
    'a server that is no address': [{ server: 'there' }, /malformed server address: there$/],
    'groups without a user': [{ asGroups: ['readers'] }, /only together with a user$/],
    'a context without a user to act as another': [
      { context: 'nobody', as: 'jane' },
      /has no user "x" who could act as "jane"$/,
    ],
  };
  for (const [title, [source, message]] of Object.entries(WRONG)) {
    it(`is refused with ${title}`, () => {
      expect(() => loadKubeConfig({ kubeconfig, ...source })).to.throw(message);
    });
  }
});
