/** A custom resource whose definition comes, changes and goes, on a real API server. */
import { expect } from 'chai';
import { startControlPlane, type ControlPlane } from '../../e2e/control-plane/control-plane.ts';
import {
  installMeshConfigs,
  OSM_CONFIG_GROUP as GROUP,
  removeMeshConfigs,
} from '../testing/kube/mesh-config-crd.ts';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';
import { until } from '../testing/kube/until.ts';
import { connect, type Cluster } from './client.ts';
import { systemClock } from './clock.ts';
import { DiscoveredListWatch } from './discovered-list-watch.ts';
import { Informer } from './informer.ts';

describe('a discovered resource on a real API server', function () {
  this.timeout(90_000);
  let plane: ControlPlane;
  let cluster: Cluster;
  let informer: Informer<unknown>;
  let changes: string[];
  const logger = new RecordingLogger();
  const stop = new AbortController();
  let running: Promise<void>;

  before(async () => {
    plane = await startControlPlane();
    // The account has the rights that the header of discovered-list-watch.ts asks for, and no others.
    const account = { namespace: 'default', name: 'reader' };
    cluster = connect({ kubeconfig: await plane.kubeconfigFor({ serviceAccount: account }) });
    const apiGroup = 'rbac.authorization.k8s.io';
    const metadata = { name: 'reader' };
    await post(`/apis/${apiGroup}/v1/clusterroles`, {
      metadata,
      rules: [{ apiGroups: [GROUP], resources: ['meshconfigs'], verbs: ['list', 'watch'] }],
    });
    await post(`/apis/${apiGroup}/v1/clusterrolebindings`, {
      metadata,
      roleRef: { apiGroup, kind: 'ClusterRole', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    });

    const options = { clock: systemClock, api: cluster, group: GROUP, resource: 'meshconfigs' };
    const api = new DiscoveredListWatch({ ...options, pollMs: 200 });
    const source = { name: 'meshconfigs', path: api.path };
    informer = new Informer({ source, api, project: facts, clock: systemClock, logger });
    changes = [];
    informer.onChange((key, { type }) => changes.push(`${type} ${key}`));
    running = informer.run(stop.signal);
  });
  after(async () => {
    stop.abort();
    await running;
    await cluster.close();
    await plane.stop();
  });

  const facts = (object: unknown): unknown => {
    const { apiVersion, spec } = object as { apiVersion: string; spec: unknown };
    return { apiVersion, spec };
  };

  async function post(path: string, body: unknown): Promise<void> {
    const answer = await plane.request('POST', path, body);
    if (answer.status !== 201) throw new Error(answer.body);
  }

  function create(version: string, name: string): Promise<void> {
    const apiVersion = `${GROUP}/${version}`;
    const body = { apiVersion, kind: 'MeshConfig', metadata: { name }, spec: { of: name } };
    return post(`/apis/${apiVersion}/namespaces/default/meshconfigs`, body);
  }

  const seen = (name: string, version: string): Promise<void> =>
    until(`${name} at ${version}`, () => {
      const known = informer.get(`default/${name}`) as { apiVersion: string; spec: unknown } | undefined;
      if (known === undefined) return false;
      expect(known.spec).to.deep.equal({ of: name });
      return known.apiVersion === `${GROUP}/${version}`;
    });

  it('is followed while its definition comes, gets another version, goes and comes again', async () => {
    expect(await informer.waitForSync(stop.signal)).to.equal(true);
    expect(informer.size).to.equal(0);

    await installMeshConfigs(plane, GROUP, ['v1alpha1']);
    await create('v1alpha1', 'first');
    await seen('first', 'v1alpha1');

    await installMeshConfigs(plane, GROUP, ['v1alpha1', 'v1alpha2']);
    await create('v1alpha2', 'second');
    await seen('second', 'v1alpha2');
    await seen('first', 'v1alpha2');

    await removeMeshConfigs(plane, GROUP);
    await until('no object', () => informer.size === 0);

    await installMeshConfigs(plane, GROUP, ['v1alpha1']);
    await create('v1alpha1', 'third');
    await seen('third', 'v1alpha1');

    const final = changes.filter((change) => !change.startsWith('updated'));
    expect(final.sort()).to.deep.equal([
      'added default/first',
      'added default/second',
      'added default/third',
      'deleted default/first',
      'deleted default/second',
    ]);
    expect(informer.refusal).to.equal(undefined);
  });

  it('loses no object when the server restarts and at first knows no definition', async () => {
    await installMeshConfigs(plane, GROUP, ['v1alpha1']);
    await create('v1alpha1', 'kept');
    await seen('kept', 'v1alpha1');
    const before = changes.length;
    await plane.restartApiServer();
    await create('v1alpha1', 'later');
    await seen('later', 'v1alpha1');
    expect(changes.slice(before)).to.deep.equal(['added default/later']);
  });
});
