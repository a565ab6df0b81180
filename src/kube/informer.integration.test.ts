/** The informer and the client on a real API server: what it really answers, through restarts and refusals. */
import { expect } from 'chai';
import { startControlPlane, type ControlPlane } from '../../e2e/control-plane/control-plane.ts';
import { connect, type Cluster } from './client.ts';
import { systemClock } from './clock.ts';
import { describeError } from './describe-error.ts';
import { classify } from './errors.ts';
import { Informer } from './informer.ts';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';
import { informerConformance } from '../testing/kube/informer-conformance.ts';
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

  describe('in every respect', () => {
    informerConformance(() => ({
      api: cluster,
      path: PATH,
      write: async (name, value, labels) => {
        const body = { metadata: { name, labels }, data: { value } };
        const answer = await plane.request('PUT', `${PATH}/${name}`, body);
        if (answer.status === 404) await call('POST', PATH, body);
        else if (answer.status >= 300) throw new Error(answer.body);
      },
      remove: (name) => call('DELETE', `${PATH}/${name}`),
    }));
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
