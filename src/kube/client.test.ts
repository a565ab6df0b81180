import { RequestContext } from '@kubernetes/client-node';
import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from './client.ts';
import { describeError } from './describe-error.ts';
import { classify, MalformedAnswerError } from './errors.ts';
import { loadKubeConfig } from './kubeconfig.ts';
import {
  cut,
  cutStatus,
  page,
  ScriptedServer,
  stalledStatus,
  status,
  watch,
} from '../testing/kube/scripted-server.ts';
import { until } from '../testing/kube/until.ts';

const thrown = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'nothing was thrown';
};

describe('connect', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'))));
  after(() => rm(folder, { recursive: true }));

  const config = async (text: string): Promise<string> => {
    const path = join(folder, 'config');
    await writeFile(path, text);
    return path;
  };

  it('says which file cannot be read', () => {
    const path = join(folder, 'none');
    expect(thrown(() => connect({ kubeconfig: path }))).to.match(/^cannot read .*none: ENOENT/);
  });

  it('says what is wrong with a kubeconfig', async () => {
    const cluster = 'clusters: [{name: c, cluster: {server: "not a url"}}]\nusers: []\n';
    const context = 'contexts: [{name: x, context: {cluster: c, user: u}}]\n';
    const cases: readonly [text: string, message: RegExp][] = [
      ['{ not: [yaml', /^cannot read .*config: /],
      ['', /^cannot read .*config: /],
      ['clusters: []', /^no cluster configured: .*config has no current context$/],
      ['current-context: x', /^context "x" is not in .*config \(it has: none\)$/],
      [`${context}current-context: y`, /^context "y" is not in .*config \(it has: x\)$/],
      [`${context}current-context: x`, /^context "x" of .*config names the unknown cluster "c"$/],
      [`${cluster}${context}current-context: x`, /^cluster "c" of .* malformed server address: not a url$/],
    ];
    for (const [text, message] of cases) {
      const kubeconfig = await config(text);
      expect(thrown(() => connect({ kubeconfig }))).to.match(message);
    }
  });

  it('does not fall back to localhost when nothing is configured', () => {
    const { KUBECONFIG, HOME } = process.env;
    delete process.env['KUBECONFIG'];
    process.env['HOME'] = folder;
    try {
      expect(thrown(() => connect())).to.match(/^no cluster configured: /);
    } finally {
      process.env['HOME'] = HOME;
      if (KUBECONFIG !== undefined) process.env['KUBECONFIG'] = KUBECONFIG;
    }
  });
});

describe('cluster', () => {
  const { signal } = new AbortController();
  let server: ScriptedServer;
  beforeEach(async () => (server = await ScriptedServer.start()));
  afterEach(() => server.stop());

  it('knows its server, context and namespace', async () => {
    const cluster = connect({ kubeconfig: await server.kubeconfig() });
    expect(cluster).to.include({ server: server.url, context: 'scripted', namespace: 'home' });
  });

  it('shares connections between calls of both kinds', async () => {
    const cluster = connect({ kubeconfig: await server.kubeconfig() });
    for (let call = 0; call < 10; call++) {
      server.play(page([], '1'), page([], '1'));
      await cluster.list('/api/v1/pods', {}, { signal });
      await cluster.calls.readNamespacedEvent({ namespace: 'a', name: 'b' });
    }
    expect(server.requests).to.have.length(20);
    // One would do; a call may start before the socket of the one before is known to be free.
    expect(server.connections).to.be.at.most(2);
    await cluster.close();
  });

  it('changes to other connections when the credentials change, and not before', async () => {
    const config = loadKubeConfig({ kubeconfig: await server.kubeconfig() });
    const dispatcher = async (): Promise<unknown> => {
      const context = new RequestContext(server.url, 'GET');
      await config.applySecurityAuthentication(context);
      return context.getDispatcher();
    };
    const first = await dispatcher();
    expect(first).to.be.an('object');
    expect(await dispatcher()).to.equal(first);
    config.users = config.users.map((user) => ({ ...user, certData: 'AAAA' }));
    const second = await dispatcher();
    expect(second).to.not.equal(first);
    expect(await dispatcher()).to.equal(second);
  });

  it('turns answers into errors of one kind, whoever asked', async () => {
    const cluster = connect({ kubeconfig: await server.kubeconfig() });
    const no = status(403, 'Forbidden', 'not you');
    server.play(no, no, no);
    const errors = [
      await cluster.list('/pods', {}, { signal }).catch((error: unknown) => error),
      await cluster.watch('/pods', {}, { signal }).catch((error: unknown) => error),
      await cluster.calls.readNamespacedEvent({ namespace: 'a', name: 'b' }).catch((error: unknown) => error),
    ];
    expect(errors.map(describeError)).to.deep.equal(Array(3).fill('forbidden: not you'));
    expect(errors.map(classify)).to.deep.equal(Array(3).fill('forbidden'));
    await cluster.close();
  });

  it('knows a refusal by its status, whatever becomes of the reason', async () => {
    const cluster = connect({ kubeconfig: await server.kubeconfig(), answerTimeoutMs: 200 });
    for (const step of [stalledStatus(403), cutStatus(403)]) {
      server.play(step, step, step);
      const errors = [
        await cluster.list('/pods', {}, { signal }).catch((error: unknown) => error),
        await cluster.watch('/pods', {}, { signal }).catch((error: unknown) => error),
        await cluster.calls
          .readNamespacedEvent({ namespace: 'a', name: 'b' })
          .catch((error: unknown) => error),
      ];
      expect(errors.map(classify)).to.deep.equal(Array(3).fill('forbidden'));
    }
    await cluster.close();
  });

  it('sends each write as what it is', async () => {
    const cluster = connect({ kubeconfig: await server.kubeconfig() });
    const { calls } = cluster;
    const yes = page([], '1');
    server.play(yes, yes, yes, yes);
    const at = { namespace: 'a', name: 'b' };
    await calls.patchNamespacedPodStatus({ ...at, body: {} });
    await calls.patchNamespacedEvent({ ...at, body: {} });
    await calls.createNamespacedLease({ namespace: 'a', body: {} });
    await calls.replaceNamespacedLease({ ...at, body: {} });
    expect(server.requests.map(({ call, path }) => `${call} ${path}`)).to.deep.equal([
      'PATCH application/strategic-merge-patch+json /api/v1/namespaces/a/pods/b/status',
      'PATCH application/merge-patch+json /apis/events.k8s.io/v1/namespaces/a/events/b',
      'POST application/json /apis/coordination.k8s.io/v1/namespaces/a/leases',
      'PUT application/json /apis/coordination.k8s.io/v1/namespaces/a/leases/b',
    ]);
    await cluster.close();
  });

  it('keeps its connection when nobody looks at an answer, however large it is', async () => {
    const cluster = connect({ kubeconfig: await server.kubeconfig() });
    for (let call = 0; call < 8; call += 1) {
      server.play(page(['x'.repeat(500_000)], '1'));
      await cluster.calls.patchNamespacedPodStatus({ namespace: 'a', name: 'b', body: {} });
    }
    expect(server.connections).to.be.at.most(2);
    await cluster.close();
  });

  for (const name of ['', '.', '..']) {
    it(`makes no call to an object of the name "${name}"`, async () => {
      const cluster = connect({ kubeconfig: await server.kubeconfig() });
      const call = cluster.calls.readNamespacedEvent({ namespace: 'a', name });
      expect(describeError(await call.catch((error: unknown) => error))).to.contain(
        'is no name of an object',
      );
      expect(server.requests).to.deep.equal([]);
      await cluster.close();
    });
  }

  it('says that the connection was cut, and that an answer is no JSON', async () => {
    const cluster = connect({ kubeconfig: await server.kubeconfig() });
    server.play(cut, (response) => response.end('<html>'));
    const first = await cluster.list('/pods', {}, { signal }).catch((error: unknown) => error);
    expect(describeError(first)).to.equal(`the connection to ${server.url} was cut`);
    const second = await cluster.list('/pods', {}, { signal }).catch((error: unknown) => error);
    expect(second).to.be.instanceOf(MalformedAnswerError);
    await cluster.close();
  });

  it('waits for an answer no longer than it is told, in calls of both kinds', async () => {
    const cluster = connect({ kubeconfig: await server.kubeconfig(), answerTimeoutMs: 300 });
    for (const call of [
      cluster.list('/api/v1/pods', {}, { signal }),
      cluster.calls.readNamespacedEvent({ namespace: 'a', name: 'b' }),
    ]) {
      const error: unknown = await call.catch((reason: unknown) => reason);
      expect(describeError(error)).to.match(/did not answer in time/);
    }
  });

  it('ends a watch with the reason of the abort', async () => {
    const cluster = connect({ kubeconfig: await server.kubeconfig() });
    const stop = new AbortController();
    server.play(watch('1\n'));
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const line of await cluster.watch('/pods', {}, { signal: stop.signal })) seen.push(line);
    })().catch((error: unknown) => error);
    await until('the first line', () => seen.length === 1);
    const reason = new Error('enough');
    stop.abort(reason);
    expect(await reading).to.equal(reason);
    await cluster.close();
  });
});
