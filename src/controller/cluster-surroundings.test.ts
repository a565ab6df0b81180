import { expect } from 'chai';
import type { ConfigMap } from '../core/osm/mesh-config.ts';
import type { Namespace } from '../core/osm/pod.ts';
import { ApiError } from '../kube/errors.ts';
import { namespaceOf } from '../testing/builders.ts';
import { ClusterSurroundings } from './cluster-surroundings.ts';
import type { Informers } from './informers.ts';

/** As much of an informer as is looked at, filled by the test; counts how often the whole is read. */
class FakeInformer<T> {
  readonly entries = new Map<string, T>();
  refusal: unknown;
  synced = true;
  reads = 0;
  readonly #handlers: (() => void)[] = [];

  onChange(handler: () => void): void {
    this.#handlers.push(handler);
  }
  get(key: string): T | undefined {
    return this.entries.get(key);
  }
  values(): IterableIterator<T> {
    this.reads += 1;
    return this.entries.values();
  }
  put(key: string, facts: T): void {
    this.entries.set(key, facts);
    this.#handlers.forEach((tell) => tell());
  }
}

const FORBIDDEN = new ApiError({ code: 403, reason: 'Forbidden', message: 'configmaps is forbidden' });
const configMap = (namespace: string, data: ConfigMap['data'] = {}): ConfigMap => {
  return { namespace, name: 'osm-config', uid: namespace, changedAt: undefined, data };
};

describe('cluster surroundings', () => {
  let namespaces: FakeInformer<Namespace>;
  let configMaps: FakeInformer<ConfigMap>;

  beforeEach(() => {
    namespaces = new FakeInformer();
    configMaps = new FakeInformer();
  });
  const create = (osmNamespace?: string): ClusterSurroundings => {
    const sources: unknown = { namespaces, configMaps };
    return new ClusterSurroundings(sources as Pick<Informers, 'namespaces' | 'configMaps'>, osmNamespace);
  };
  /** Where the configuration was found, or why not. */
  const config = (around: ClusterSurroundings): string => {
    const lookup = around.config();
    return lookup.kind === 'found' ? lookup.config.source : lookup.kind;
  };

  it('finds the configuration, in the namespace that the user has named if any', () => {
    const [free, bound] = [create(), create('elsewhere')];
    expect([config(free), config(bound)]).to.deep.equal(['missing', 'missing']);
    configMaps.put('osm-system/osm-config', configMap('osm-system'));
    expect([config(free), config(bound)]).to.deep.equal(['ConfigMap/osm-system/osm-config', 'missing']);
    configMaps.put('elsewhere/osm-config', configMap('elsewhere'));
    expect(config(bound)).to.equal('ConfigMap/elsewhere/osm-config');
  });

  it('reads the lists once for many pods, and again after a change', () => {
    const around = create();
    configMaps.put('osm-system/osm-config', configMap('osm-system'));
    const first = around.config();
    expect(around.config()).to.equal(first);
    expect(configMaps.reads).to.equal(1);
    configMaps.put('osm-system/osm-config', configMap('osm-system', { outbound_port_exclusion_list: '80' }));
    const second = around.config();
    expect(second).to.have.nested.property('config.outboundPorts.items').that.has.length(1);
    expect(configMaps.reads).to.equal(2);
  });

  it('does not say that there is no configuration before the list has come', () => {
    const around = create();
    configMaps.synced = false;
    expect(around.config()).to.deep.equal({ kind: 'unreadable', reason: 'it has not been listed yet' });
    configMaps.synced = true;
    expect(around.config().kind).to.equal('missing');
  });

  it('cannot read the configuration while the server refuses it, whatever was known before', () => {
    const around = create();
    configMaps.put('osm-system/osm-config', configMap('osm-system'));
    config(around);
    configMaps.refusal = FORBIDDEN;
    expect(around.config()).to.deep.equal({
      kind: 'unreadable',
      reason: 'forbidden: configmaps is forbidden',
    });
    configMaps.refusal = undefined;
    expect(config(around)).to.equal('ConfigMap/osm-system/osm-config');
  });

  it('knows no namespace while the server refuses them', () => {
    const around = create();
    namespaces.put('test', namespaceOf('test'));
    expect(around.namespace('test')).to.deep.equal(namespaceOf('test'));
    expect(around.namespace('other')).to.equal(undefined);
    namespaces.refusal = FORBIDDEN;
    expect(around.namespace('test')).to.equal(undefined);
    expect(config(around), 'the configuration is another matter').to.equal('missing');
  });
});
