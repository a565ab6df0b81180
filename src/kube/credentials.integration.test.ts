/** Credentials that change while the real API server is watched: its own certificate, and a token in a file. */
import { expect } from 'chai';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startControlPlane, type ControlPlane } from '../../e2e/control-plane/control-plane.ts';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';
import { until } from '../testing/kube/until.ts';
import { connect, type Cluster } from './client.ts';
import { systemClock } from './clock.ts';
import { classify } from './errors.ts';
import { Informer } from './informer.ts';

const PATH = '/api/v1/namespaces/default/configmaps';

describe('credentials that change on a real API server', function () {
  this.timeout(90_000);
  let plane: ControlPlane;
  let folder: string;
  let caFile: string;
  let tokenFile: string;
  let cluster: Cluster;

  before(async () => {
    plane = await startControlPlane();
    folder = await mkdtemp(join(tmpdir(), 'credentials-'));
    caFile = join(folder, 'ca.crt');
    tokenFile = join(folder, 'token');
  });
  after(async () => {
    await plane.stop();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    await copyFile(plane.caFile, caFile);
    await writeFile(tokenFile, plane.token);
    const user = { 'auth-provider': { name: 'tokenFile', config: { tokenFile } } };
    const config = {
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster: { server: plane.server, 'certificate-authority': caFile } }],
      users: [{ name: 'u', user }],
    };
    await writeFile(join(folder, 'kubeconfig'), JSON.stringify(config));
    cluster = connect({ kubeconfig: join(folder, 'kubeconfig') });
  });
  afterEach(() => cluster.close());

  const list = (): Promise<unknown> =>
    cluster.list(PATH, {}, new AbortController()).catch((error: unknown) => error);
  const create = async (name: string): Promise<void> => {
    const answer = await plane.request('POST', PATH, { metadata: { name } });
    expect(answer.status).to.equal(201);
  };

  it('takes a refused token for an error, and the next one in the file at once', async () => {
    expect(await list()).to.have.property('items');
    await writeFile(tokenFile, 'invented');
    // The good one is known for a minute still; another process begins with what the file holds.
    const other = connect({ kubeconfig: join(folder, 'kubeconfig') });
    const ask = (): Promise<unknown> =>
      other.list(PATH, {}, new AbortController()).catch((error: unknown) => error);
    expect(classify(await ask())).to.equal('unauthorized');
    await writeFile(tokenFile, plane.token);
    expect(await ask()).to.have.property('items');
    await other.close();
  });

  it('takes a certificate authority that is half written, missing or odd for an error of the one call', async () => {
    const answers: unknown[] = [];
    await writeFile(caFile, 'no certificate');
    answers.push(await list());
    await writeFile(caFile, '-----BEGIN CERTIFICATE-----\nMIID');
    answers.push(await list());
    await rm(caFile);
    answers.push(await list());
    for (const answer of answers) expect(answer).to.be.instanceOf(Error);
    await copyFile(plane.caFile, caFile);
    expect(await list()).to.have.property('items');
  });

  it('resumes the watch when the server comes back with another certificate', async () => {
    const logger = new RecordingLogger();
    const stop = new AbortController();
    const informer = new Informer({
      source: { name: 'configmaps', path: PATH },
      project: () => 1,
      api: cluster,
      clock: systemClock,
      logger,
    });
    const running = informer.run(stop.signal);
    await informer.waitForSync(stop.signal);
    await rm(plane.caFile);
    await rm(join(dirname(plane.caFile), 'apiserver.key'));
    await plane.restartApiServer();
    await create('after');
    const untrusted = (): boolean =>
      logger.lines.some(({ fields }) => String(fields['error']).includes('not trusted'));
    await until('the new certificate to be distrusted', untrusted);
    expect(informer.stats.blindSince).to.be.a('number');
    await copyFile(plane.caFile, caFile);
    await until('the object made since', () => informer.get('default/after') === 1);
    expect(informer.stats).to.include({ relists: 0, missedEvents: 0, blindSince: undefined });
    stop.abort();
    await running;
  });
});
