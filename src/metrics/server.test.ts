import { expect } from 'chai';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { until } from '../testing/kube/until.ts';
import { Metrics } from './metrics.ts';
import { MetricsServer, type Readiness } from './server.ts';

describe('metrics server', () => {
  let metrics: Metrics;
  let readiness: Readiness;
  let server: MetricsServer;

  beforeEach(async () => {
    metrics = new Metrics('test');
    readiness = { ready: true };
    server = await MetricsServer.listen({
      host: '127.0.0.1',
      port: 0,
      metrics,
      readiness: () => readiness,
    });
  });
  afterEach(() => server.close());

  const request = async (path: string, method = 'GET'): Promise<[number, string, Headers]> => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
      method,
      headers: { connection: 'close' },
    });
    return [response.status, await response.text(), response.headers];
  };

  it('serves the metrics as Prometheus wants them', async () => {
    const [code, body, headers] = await request('/metrics');
    expect(code).to.equal(200);
    expect(headers.get('content-type')).to.match(/^text\/plain; version=0\.0\.4/);
    expect(headers.get('cache-control')).to.equal('no-store');
    expect(body).to.include('# TYPE osm_auditor_pods gauge');
  });

  it('is healthy as long as it answers, ready or not', async () => {
    readiness = { ready: false, reason: 'no' };
    expect((await request('/healthz')).slice(0, 2)).to.deep.equal([200, 'ok\n']);
  });

  it('is ready when the controller is, and says why not', async () => {
    expect((await request('/readyz')).slice(0, 2)).to.deep.equal([200, 'ok\n']);
    readiness = { ready: false, reason: 'waiting for the first list of pods' };
    expect((await request('/readyz')).slice(0, 2)).to.deep.equal([
      503,
      'waiting for the first list of pods\n',
    ]);
    readiness = { ready: false };
    expect((await request('/readyz')).slice(0, 2)).to.deep.equal([503, 'not ready\n']);
  });

  it('gives its reason in one line that drives no terminal', async () => {
    readiness = { ready: false, reason: 'forbidden: \u001b[2J\nready\u202e\u009b' };
    expect((await request('/readyz')).slice(0, 2)).to.deep.equal([
      503,
      'forbidden: \\u{1b}[2J\\u{a}ready\\u{202e}\\u{9b}\n',
    ]);
  });

  it('overlooks the query', async () => {
    expect((await request('/readyz?verbose'))[0]).to.equal(200);
  });

  it('answers HEAD like GET, without the body', async () => {
    const [code, body, headers] = await request('/metrics', 'HEAD');
    expect([code, body]).to.deep.equal([200, '']);
    expect(headers.get('content-type')).to.match(/^text\/plain/);
    readiness = { ready: false };
    expect((await request('/readyz', 'HEAD'))[0]).to.equal(503);
  });

  it('has nothing else', async () => {
    for (const path of ['/', '/metrics/', '/metricsx', '/debug', '//metrics']) {
      expect((await request(path)).slice(0, 2), path).to.deep.equal([
        404,
        'try /metrics, /healthz or /readyz\n',
      ]);
    }
  });

  it('takes no other method, whatever the path', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      expect((await request('/metrics', method))[0], method).to.equal(405);
      expect((await request('/nothing', method))[0], method).to.equal(405);
    }
  });

  it('answers 500 with the reason when the metrics cannot be rendered, and goes on', async () => {
    let failing = true;
    metrics.beforeScrape(() => {
      if (failing) throw new Error('the sky fell');
    });
    expect((await request('/metrics')).slice(0, 2)).to.deep.equal([500, 'the sky fell\n']);
    failing = false;
    expect((await request('/metrics'))[0]).to.equal(200);
  });

  it('fails to listen on a port that is taken, with the reason of the system', async () => {
    const taken = { host: '127.0.0.1', port: server.port, metrics, readiness: () => readiness };
    const error: unknown = await MetricsServer.listen(taken).catch((thrown: unknown) => thrown);
    expect(error).to.have.property('code', 'EADDRINUSE');
  });

  it('listens on all addresses when none is named', async () => {
    const everywhere = await MetricsServer.listen({
      host: undefined,
      port: 0,
      metrics,
      readiness: () => readiness,
    });
    const response = await fetch(`http://127.0.0.1:${everywhere.port}/healthz`);
    expect(await response.text()).to.equal('ok\n');
    await everywhere.close();
  });

  it('ends idle connections when it closes, and listens no more', async () => {
    const idle: Socket = connect(server.port, '127.0.0.1');
    await once(idle, 'connect');
    idle.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    let received = '';
    idle.on('data', (chunk) => (received += String(chunk)));
    idle.on('error', () => undefined);
    await until('the answer', () => received.includes('ok\n'));
    expect(idle.destroyed).to.equal(false);
    const closed = once(idle, 'close');
    await server.close();
    await closed;
    const refused: unknown = await request('/healthz').catch((thrown: unknown) => thrown);
    expect(refused).to.have.nested.property('cause.code', 'ECONNREFUSED');
  });

  it('does not wait for a client that never ends its request', async () => {
    const slow = connect(server.port, '127.0.0.1');
    await once(slow, 'connect');
    slow.on('error', () => undefined);
    slow.write('GET /healthz HTTP/1.1\r\nHost');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const closed = once(slow, 'close');
    await server.close();
    await closed;
  });

  describe('with a page', () => {
    let made = 0;
    let withPage: MetricsServer;
    beforeEach(async () => {
      made = 0;
      withPage = await MetricsServer.listen({
        host: '127.0.0.1',
        port: 0,
        metrics,
        readiness: () => readiness,
        page: () => {
          made += 1;
          return Promise.resolve({ text: '<p>page</p>', tag: '"one"' });
        },
      });
    });
    afterEach(() => withPage.close());

    const look = (headers: Record<string, string> = {}): Promise<Response> =>
      fetch(`http://127.0.0.1:${withPage.port}/`, { headers: { connection: 'close', ...headers } });

    it('serves it at /, to be shown by no other site', async () => {
      const answer = await look();
      expect([answer.status, await answer.text()]).to.deep.equal([200, '<p>page</p>']);
      expect(answer.headers.get('content-type')).to.equal('text/html; charset=utf-8');
      expect(answer.headers.get('content-security-policy')).to.equal("frame-ancestors 'none'");
      expect(answer.headers.get('x-content-type-options')).to.equal('nosniff');
    });

    it('does not send it again to those who have it', async () => {
      const { headers } = await look();
      const same = await look({ 'If-None-Match': headers.get('etag') ?? '' });
      expect([same.status, await same.text()]).to.deep.equal([304, '']);
      for (const known of ['W/"one"', '"other", W/"one"', '*']) {
        expect((await look({ 'If-None-Match': known })).status, known).to.equal(304);
      }
      expect((await look({ 'If-None-Match': '"other"' })).status).to.equal(200);
    });

    it('says why there is none while the controller is not ready, and makes none', async () => {
      readiness = { ready: false, reason: 'waiting for the first list of pods' };
      const answer = await look();
      expect([answer.status, await answer.text(), made]).to.deep.equal([
        503,
        'waiting for the first list of pods\n',
        0,
      ]);
    });
  });

  it('has no page at / unless it is given one', async () => {
    expect((await request('/'))[0]).to.equal(404);
  });
});
