/** The informer and the client on a real API server: what it really answers, through restarts and refusals. */
import { expect } from 'chai';
import { startControlPlane, type ControlPlane } from '../../e2e/control-plane/control-plane.ts';
import { connect, type Cluster } from './client.ts';
import { systemClock } from './clock.ts';
import { describeError } from './describe-error.ts';
import { classify } from './errors.ts';
import { Informer } from './informer.ts';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';
import { until } from '../testing/kube/until.ts';

const PATH = '/api/v1/namespaces/default/configmaps';

describe('informer on a real API server', function () {
  this.timeout(90_000);
  let plane: ControlPlane;
  let cluster: Cluster;
  let stop: AbortController;
  let running: Promise<void>;
  let logger: RecordingLogger;
  let changes: string[];

  before(async () => {
    plane = await startControlPlane();
    cluster = connect({ kubeconfig: plane.kubeconfig });
  });
  after(async () => {
    await cluster.close();
    await plane.stop();
  });

  beforeEach(() => {
    stop = new AbortController();
    running = Promise.resolve();
    logger = new RecordingLogger();
    changes = [];
  });
  afterEach(async () => {
    stop.abort();
    await running;
  });

  function start(label: string): Informer<string | undefined> {
    const informer = new Informer({
      source: { name: 'configmaps', path: PATH, labelSelector: `test=${label}` },
      project: (object) => (object as { data?: Record<string, string> }).data?.['value'],
      api: cluster,
      clock: systemClock,
      logger,
    });
    informer.onChange((key, { type }) => changes.push(`${type} ${key}`));
    running = informer.run(stop.signal);
    return informer;
  }

  const configMap = (label: string, name: string, value = '1'): unknown => ({
    metadata: { name, labels: { test: label } },
    data: { value },
  });
  const create = (label: string, name: string, value?: string): Promise<void> =>
    call('POST', PATH, configMap(label, name, value));

  async function call(method: string, path: string, body?: unknown): Promise<void> {
    const answer = await plane.request(method, path, body);
    if (answer.status >= 300) throw new Error(answer.body);
  }

  it('reads a list of several pages, completely', async () => {
    const names = Array.from({ length: 260 }, (_, index) => `page-${index}`);
    await Promise.all(names.map((name) => create('pages', name)));
    const informer = start('pages');
    expect(await informer.waitForSync(stop.signal)).to.equal(true);
    expect([...informer.keys()].sort()).to.deep.equal(names.map((name) => `default/${name}`).sort());
    expect(changes).to.have.length(260);
  });

  it('follows changes, and tells a recreated object from its predecessor', async () => {
    await create('follow', 'followed');
    const informer = start('follow');
    await informer.waitForSync(stop.signal);
    await call('PUT', `${PATH}/followed`, configMap('follow', 'followed', '2'));
    await call('DELETE', `${PATH}/followed`);
    await create('follow', 'followed', '3');
    await until('the new object', () => informer.get('default/followed') === '3');
    expect(changes.map((change) => change.split(' ')[0])).to.deep.equal([
      'added',
      'updated',
      'deleted',
      'added',
    ]);
    expect(logger.complaints).to.deep.equal([]);
  });

  it('resumes after the server was restarted, missing nothing and listing once', async () => {
    await create('restart', 'before');
    const informer = start('restart');
    await informer.waitForSync(stop.signal);
    await plane.restartApiServer();
    await create('restart', 'after');
    await until('the object made after the restart', () => informer.get('default/after') === '1');
    expect(changes).to.deep.equal(['added default/before', 'added default/after']);
    expect(informer.stats.relists).to.equal(0);
    expect(informer.stats.watchRestarts).to.be.at.least(1);
    expect(informer.stats.failure).to.equal(undefined);
  });

  it('explains a refusal and an unknown token', async () => {
    const account = { namespace: 'default', name: 'nobody' };
    const eve = connect({ kubeconfig: await plane.kubeconfigFor({ serviceAccount: account }) });
    const refused = await eve.list(PATH, {}, stop).catch((error: unknown) => error);
    expect(classify(refused)).to.equal('forbidden');
    expect(describeError(refused)).to.match(
      /^forbidden: configmaps is forbidden: User "system:.*:nobody" cannot list/,
    );
    await eve.close();

    const stranger = connect({ kubeconfig: await plane.kubeconfigFor({ token: 'invented' }) });
    const unknown = await stranger.watch(PATH, {}, stop).catch((error: unknown) => error);
    expect(classify(unknown)).to.equal('unauthorized');
    await stranger.close();
  });
});
