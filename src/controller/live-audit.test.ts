import { expect } from 'chai';
import { CONFIG_MAPS, FakeCluster, PODS, type Item } from '../testing/kube/fake-cluster.ts';
import { ManualClock, settle } from '../testing/kube/manual-clock.ts';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';
import { readJson } from '../testing/repository.ts';
import { ApiError } from '../kube/errors.ts';
import type { Query } from '../kube/list-watch.ts';
import { ClusterSurroundings } from './cluster-surroundings.ts';
import { createInformers } from './informers.ts';
import { LiveAudit } from './live-audit.ts';

/** A cluster without MeshConfigs. */
class PlainCluster extends FakeCluster {
  override list(path: string, query: Query): Promise<unknown> {
    if (path.startsWith('/apis/config.'))
      return Promise.reject(new ApiError({ code: 404, reason: 'NotFound', message: 'no such group' }));
    return super.list(path, query);
  }
}

const recorded = (name: string): Item => {
  const item = readJson(`examples/recorded/${name}.json`) as Item;
  return { ...item, metadata: { ...item.metadata, resourceVersion: '2' } };
};
const config = (data: object): Item => ({
  metadata: { name: 'osm-config', namespace: 'osm-system', uid: 'c', resourceVersion: '2' },
  data,
});

describe('a live audit', () => {
  let cluster: PlainCluster;
  let clock: ManualClock;
  let audit: LiveAudit;
  let stop: AbortController;
  let running: Promise<void>;

  const names = (reports: readonly { readonly name: string; readonly status: string }[]): readonly string[] =>
    reports.map(({ name, status }) => `${name} ${status}`);

  beforeEach(async () => {
    cluster = new PlainCluster();
    cluster.items.set(PODS, [recorded('good'), recorded('sidecar-no-init')]);
    cluster.items.set(CONFIG_MAPS, [config({})]);
    clock = new ManualClock(Date.parse('2026-11-23T12:00:00Z'));
    stop = new AbortController();
    const informers = createInformers({
      api: cluster,
      clock,
      logger: new RecordingLogger(),
      recognises: () => true,
    });
    const around = new ClusterSurroundings(informers, undefined);
    const gathering = { graceMs: 60_000, settleMs: 0, fork: {} };
    audit = new LiveAudit({ informers, around, gathering, clock });
    expect(audit.waitsFor).to.equal('pods');
    running = audit.run(stop.signal);
    await settle();
  });
  afterEach(async () => {
    stop.abort();
    await running;
  });

  it('begins with all pods, in the order of their names', () => {
    expect(audit.waitsFor).to.equal(undefined);
    expect(names(audit.look().changed)).to.have.members(['good Verified', 'sidecar-no-init Discrepant']);
    expect(names(audit.reports)).to.deep.equal(['good Verified', 'sidecar-no-init Discrepant']);
  });

  it('judges nothing while nothing happens', () => {
    audit.look();
    expect(audit.look()).to.deep.equal({ judged: 0, changed: [], gone: [] });
  });

  it('judges all when the configuration changes, and tells of those that it concerns', async () => {
    audit.look();
    cluster.push(CONFIG_MAPS, 'MODIFIED', config({ outbound_port_exclusion_list: '9090' }));
    await settle();
    const { judged, changed } = audit.look();
    expect([judged, names(changed)]).to.deep.equal([2, ['good Discrepant']]);
  });

  it('tells of a pod that is gone, once', async () => {
    audit.look();
    cluster.push(PODS, 'DELETED', recorded('good'));
    await settle();
    expect(names(audit.look().gone)).to.deep.equal(['good Verified']);
    expect(audit.look().gone).to.deep.equal([]);
    expect(names(audit.reports)).to.deep.equal(['sidecar-no-init Discrepant']);
  });

  it('judges again when a grace period ends, without a change of the pod', async () => {
    const waiting = recorded('good.phase1-waiting');
    const created = new Date(clock.now()).toISOString();
    const pod = { ...waiting, metadata: { ...waiting.metadata, creationTimestamp: created } };
    cluster.push(PODS, 'MODIFIED', pod);
    await settle();
    audit.look();
    expect(names(audit.reports)[0]).to.equal('good Unknown');
    await clock.advance(59_000);
    expect(audit.look().judged).to.equal(0);
    await clock.advance(2000);
    expect(names(audit.look().changed)).to.deep.equal(['good Discrepant']);
  });

  it('says that changes of pods are not seen any more', async () => {
    audit.look();
    expect(audit.trouble).to.equal(undefined);
    cluster.refuse(PODS);
    for (let i = 0; i < 8; i++) await clock.advance(10_000);
    expect(audit.trouble).to.match(/^pods may not be watched \(forbidden: /);
  });
});
