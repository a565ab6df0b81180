/** The faults themselves: a proxy that does no harm when it should would make the suite worth nothing. */
import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { connect as connectTcp, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startControlPlane, type ControlPlane } from '../control-plane/control-plane.ts';
import { readFile } from 'node:fs/promises';
import { isWrite, kubeRequest } from './kube-request.ts';
import { FaultProxy, type Harm } from './proxy.ts';
import { TcpRelay } from './tcp-relay.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

describe('what a request asks of an API server', () => {
  it('is a verb and a resource, as in RBAC', () => {
    const asked = [
      kubeRequest('GET', '/api/v1/pods?limit=250'),
      kubeRequest('GET', '/api/v1/pods?watch=true&resourceVersion=1'),
      kubeRequest('PATCH', '/api/v1/namespaces/a/pods/b/status'),
      kubeRequest('POST', '/apis/events.k8s.io/v1/namespaces/a/events'),
      kubeRequest('GET', '/apis/events.k8s.io/v1/namespaces/a/events/b'),
      kubeRequest('GET', '/apis/config.openservicemesh.io'),
    ];
    expect(asked.map(({ verb, resource }) => `${verb} ${resource}`)).to.deep.equal([
      'list pods',
      'watch pods',
      'patch pods/status',
      'create events',
      'get events',
      'discover /apis/config.openservicemesh.io',
    ]);
    expect(asked.map(isWrite)).to.deep.equal([false, false, true, true, false, false]);
  });
});

describe('TCP relay', () => {
  let target: Server;
  let relay: TcpRelay;

  beforeEach(async () => {
    target = createServer((_request, response) => response.end('hello'));
    await once(target.listen(0, '127.0.0.1'), 'listening');
    relay = await TcpRelay.start((target.address() as AddressInfo).port);
  });
  afterEach(async () => {
    await relay.stop();
    target.close();
  });

  const ask = async (signal?: AbortSignal): Promise<string> =>
    (await fetch(`http://127.0.0.1:${relay.port}/`, signal === undefined ? {} : { signal })).text();
  const failure = (asking: Promise<unknown>): Promise<string> =>
    asking.then(
      () => 'it was answered',
      (error: unknown) => String((error as Error).cause ?? error),
    );

  it('passes bytes on, refuses, and accepts again on the same port', async () => {
    expect(await ask()).to.equal('hello');
    await relay.refuse();
    expect(await failure(ask())).to.match(/ECONNREFUSED/);
    await relay.accept();
    expect(await ask()).to.equal('hello');
  });

  it('resets the connections there are', async () => {
    const socket = connectTcp(relay.port, '127.0.0.1');
    await once(socket, 'connect');
    const error = once(socket, 'error');
    while (relay.connections === 0) await sleep(5);
    relay.reset();
    expect(String(await error)).to.match(/ECONNRESET/);
  });

  it('accepts connections in silence, and lets the bytes pass later', async () => {
    relay.fallSilent();
    expect(await failure(ask(AbortSignal.timeout(200)))).to.match(/timeout/i);
    const late = ask();
    await sleep(50);
    relay.speak();
    expect(await late).to.equal('hello');
  });
});

describe('proxy before an API server', function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  let proxy: FaultProxy;

  before(async () => {
    plane = await startControlPlane();
    for (const name of ['one', 'two', 'three']) {
      await plane.request('POST', CONFIG_MAPS, { metadata: { name } });
    }
  });
  after(() => plane.stop());
  beforeEach(async () => {
    proxy = await FaultProxy.start({ server: plane.server, ca: await readFile(plane.caFile, 'utf8') });
  });
  afterEach(() => proxy.stop());

  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${proxy.url}${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${plane.token}`,
        'content-type': 'application/json',
        connection: 'close',
      },
    });
  const create = (name: string): Promise<Response> =>
    ask(CONFIG_MAPS, { method: 'POST', body: JSON.stringify({ metadata: { name } }) });
  const exists = async (name: string): Promise<boolean> =>
    (await plane.request('GET', `${CONFIG_MAPS}/${name}`)).status === 200;
  const harm = (what: Harm): (() => void) => proxy.impose({ when: () => true, harm: what });
  const fails = (asking: Promise<Response>): Promise<boolean> =>
    asking
      .then((response) => response.text())
      .then(
        () => false,
        () => true,
      );
  const names = async (path: string): Promise<readonly string[]> => {
    const { items } = (await (await ask(path)).json()) as { items: { metadata: { name: string } }[] };
    return items.map(({ metadata }) => metadata.name);
  };

  it('passes answers on unchanged, and counts writes', async () => {
    expect(await names(CONFIG_MAPS)).to.include.members(['one', 'two', 'three']);
    expect((await create('four')).status).to.equal(201);
    expect(await exists('four')).to.equal(true);
    expect([...proxy.writes]).to.deep.equal([['create configmaps', 1]]);
  });

  it('gives small pages to those who ask for large ones', async () => {
    proxy.pageSize = 2;
    expect(await names(`${CONFIG_MAPS}?limit=250`)).to.have.length(2);
  });

  it('answers in place of the server until the rule is lifted', async () => {
    const lift = harm({ kind: 'answer', status: 429, reason: 'TooManyRequests', retryAfterSeconds: 7 });
    const refused = await create('unheard');
    expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([429, '7']);
    expect(await exists('unheard')).to.equal(false);
    lift();
    expect((await ask(CONFIG_MAPS)).status).to.equal(200);
  });

  it('loses the answer to a write that was obeyed', async () => {
    harm({ kind: 'lose the answer' });
    expect(await fails(create('obeyed'))).to.equal(true);
    expect(await exists('obeyed')).to.equal(true);
  });

  it('cuts an answer short, and drips another one whole', async () => {
    const lift = harm({ kind: 'cut', afterBytes: 50 });
    expect(await fails(ask(CONFIG_MAPS))).to.equal(true);
    lift();
    harm({ kind: 'drip', bytes: 100, everyMs: 1 });
    expect(await names(CONFIG_MAPS)).to.include.members(['one', 'two', 'three']);
  });

  it('says something of its own in a watch, and tears the next event', async () => {
    const { body } = await ask(`${CONFIG_MAPS}?watch=true&resourceVersion=0`);
    const seen: string[] = [];
    const reading = (async () => {
      for await (const chunk of body!) seen.push(Buffer.from(chunk as Uint8Array).toString());
    })().catch(() => undefined);
    while (!seen.join('').includes('"three"')) await sleep(10);
    const [watch] = proxy.watches('configmaps');
    watch!.say('{"type":"BOOKMARK"}');
    watch!.tearNextEvent();
    await plane.request('POST', CONFIG_MAPS, { metadata: { name: 'torn' } });
    await reading;
    const lines = seen.join('').split('\n');
    expect(lines.at(-2)).to.equal('{"type":"BOOKMARK"}');
    expect(lines.at(-1)).to.match(/^\{"type":"ADDED"/);
    expect(() => JSON.parse(lines.at(-1)!) as unknown).to.throw(SyntaxError);
    expect(proxy.watches('configmaps')).to.deep.equal([]);
  });

  it('resets the connection when the server is away', async () => {
    await plane.kill('kube-apiserver');
    expect(await fails(ask(CONFIG_MAPS))).to.equal(true);
    await plane.revive('kube-apiserver');
    expect((await ask(CONFIG_MAPS)).status).to.equal(200);
  });
});
