import { expect } from 'chai';
import { chooseConfig, type Mesh } from '../core/osm/choose-config.ts';
import {
  configMapConfig,
  type ConfigKind,
  type ConfigMap,
  type MeshConfig,
} from '../core/osm/mesh-config.ts';
import { FSM } from '../core/osm/names.ts';
import type { Namespace } from '../core/osm/pod.ts';
import { ApiError } from '../kube/errors.ts';
import { meshConfig, namespaceOf } from '../testing/builders.ts';
import { ClusterSurroundings } from './cluster-surroundings.ts';
import type { Informers } from './informers.ts';

/** As much of an informer as is looked at, filled by the test; counts how often the whole is read. */
class FakeInformer<T> {
  readonly entries = new Map<string, T>();
  synced = true;
  reads = 0;
  #refusal: unknown;
  readonly #handlers: (() => void)[] = [];
  readonly #refusalHandlers: (() => void)[] = [];

  onChange(handler: () => void): void {
    this.#handlers.push(handler);
  }
  onRefusal(handler: () => void): void {
    this.#refusalHandlers.push(handler);
  }
  get(key: string): T | undefined {
    return this.entries.get(key);
  }
  values(): IterableIterator<T> {
    this.reads += 1;
    return this.entries.values();
  }
  get refusal(): unknown {
    return this.#refusal;
  }
  refuse(reason: unknown): void {
    this.#refusal = reason;
    this.#refusalHandlers.forEach((tell) => tell());
  }
  put(key: string, facts: T): void {
    this.entries.set(key, facts);
    this.#handlers.forEach((tell) => tell());
  }
}

const OSM_KINDS = ['ConfigMap', 'MeshConfig'] as const;
const forbidden = (what: string): ApiError =>
  new ApiError({ code: 403, reason: 'Forbidden', message: `${what} is forbidden` });
const configMap = (namespace: string, data: ConfigMap['data'] = {}): MeshConfig =>
  configMapConfig({ namespace, name: 'osm-config', uid: namespace, changedAt: undefined, data });

describe('cluster surroundings', () => {
  let namespaces: FakeInformer<Namespace>;
  let configs: Record<ConfigKind, FakeInformer<MeshConfig>>;
  let webhooks: FakeInformer<readonly Mesh[]>;

  beforeEach(() => {
    namespaces = new FakeInformer();
    configs = {
      ConfigMap: new FakeInformer(),
      MeshConfig: new FakeInformer(),
      FsmMeshConfig: new FakeInformer(),
    };
    webhooks = new FakeInformer();
  });
  const create = (osmNamespace?: string): ClusterSurroundings => {
    const sources: unknown = { namespaces, configs, webhooks };
    return new ClusterSurroundings(
      sources as Pick<Informers, 'namespaces' | 'configs' | 'webhooks'>,
      osmNamespace,
    );
  };
  const sources = (around: ClusterSurroundings): readonly string[] =>
    around.configs().configs.map(({ source }) => source);
  /** What a pod of the mesh is judged by: the object, or why there is none. */
  const chosen = (
    around: ClusterSurroundings,
    mesh?: string,
    kinds: readonly ConfigKind[] = OSM_KINDS,
  ): string => {
    const lookup = chooseConfig(around.configs(), mesh, kinds);
    return lookup.kind === 'found' ? lookup.config.source : lookup.kind;
  };

  it('knows the configurations of every kind', () => {
    const around = create();
    expect(around.configs()).to.deep.equal({
      configs: [],
      meshes: [],
      unreadable: [],
      osmNamespace: undefined,
      searched: 'any namespace',
    });
    configs.FsmMeshConfig.put('fsm', meshConfig({ product: FSM, namespace: 'fsm', name: 'fsm-mesh-config' }));
    configs.MeshConfig.put('osm', meshConfig({ namespace: 'osm' }));
    configs.ConfigMap.put('old', configMap('old'));
    expect(sources(around)).to.deep.equal([
      'ConfigMap/old/osm-config',
      'MeshConfig/osm/osm-mesh-config',
      'MeshConfig/fsm/fsm-mesh-config',
    ]);
  });

  it('finds the configuration, in the namespace that the user has named if any', () => {
    const [free, bound] = [create(), create('elsewhere')];
    expect([chosen(free), chosen(bound)]).to.deep.equal(['missing', 'missing']);
    configs.ConfigMap.put('osm-system/osm-config', configMap('osm-system'));
    expect([chosen(free), chosen(bound)]).to.deep.equal(['ConfigMap/osm-system/osm-config', 'missing']);
    configs.ConfigMap.put('elsewhere/osm-config', configMap('elsewhere'));
    expect(chosen(bound)).to.equal('ConfigMap/elsewhere/osm-config');
  });

  it('tells meshes apart by their webhooks, as soon as they come', () => {
    const around = create();
    for (const name of ['a', 'b']) configs.ConfigMap.put(name, configMap(name));
    expect(chosen(around, 'one')).to.equal('ambiguous');
    webhooks.put('osm-webhook-one', [{ name: 'one', namespace: 'a' }]);
    webhooks.put('osm-webhook-two', [{ name: 'two', namespace: 'b' }]);
    webhooks.put('foreign', []);
    expect(around.configs().meshes).to.deep.equal([
      { name: 'one', namespace: 'a' },
      { name: 'two', namespace: 'b' },
    ]);
    expect([chosen(around, 'one'), chosen(around, 'two')]).to.deep.equal([
      'ConfigMap/a/osm-config',
      'ConfigMap/b/osm-config',
    ]);
  });

  it('does without webhooks while they are not listed or refused', () => {
    configs.ConfigMap.put('a', configMap('a'));
    webhooks.synced = false;
    webhooks.refuse(forbidden('mutatingwebhookconfigurations'));
    const around = create();
    expect(around.configs().unreadable).to.deep.equal([]);
    expect(chosen(around, 'one')).to.equal('ConfigMap/a/osm-config');
  });

  it('reads the lists once for many pods, and again after a change of any of them', () => {
    const around = create();
    configs.ConfigMap.put('osm-system/osm-config', configMap('osm-system'));
    const first = around.configs();
    expect(around.configs()).to.equal(first);
    expect(configs.ConfigMap.reads).to.equal(1);
    configs.ConfigMap.put(
      'osm-system/osm-config',
      configMap('osm-system', { outbound_port_exclusion_list: '80' }),
    );
    expect(around.configs().configs[0]?.outboundPorts).to.have.length(1);
    expect(configs.ConfigMap.reads).to.equal(2);
    const changes = [
      () => configs.MeshConfig.put('a', meshConfig()),
      () => configs.FsmMeshConfig.put('a', meshConfig({ product: FSM })),
      () => webhooks.put('a', []),
    ];
    for (const change of changes) {
      const before = around.configs();
      change();
      expect(around.configs()).to.not.equal(before);
    }
  });

  for (const kind of ['ConfigMap', 'MeshConfig', 'FsmMeshConfig'] as const) {
    it(`does not say that there is no ${kind} before the list has come`, () => {
      const around = create();
      configs[kind].synced = false;
      expect(around.configs().unreadable).to.deep.equal([{ kind, reason: 'it has not been listed yet' }]);
      expect(chosen(around, undefined, [kind])).to.equal('unreadable');
      // The list is empty: no object tells of it.
      configs[kind].synced = true;
      expect(around.configs().unreadable).to.deep.equal([]);
      expect(chosen(around, undefined, [kind])).to.equal('missing');
    });

    it(`cannot read a ${kind} while the server refuses it, whatever was known before`, () => {
      const around = create();
      configs[kind].put('a', meshConfig({ product: FSM }));
      around.configs();
      configs[kind].refuse(forbidden(kind));
      expect(around.configs().unreadable).to.deep.equal([
        { kind, reason: `forbidden: ${kind} is forbidden` },
      ]);
      expect(chosen(around, undefined, [kind])).to.equal('unreadable');
      configs[kind].refuse(undefined);
      expect(around.configs().unreadable).to.deep.equal([]);
    });
  }

  it('judges FSM without the right to read the configurations of OSM', () => {
    const around = create();
    configs.FsmMeshConfig.put('a', meshConfig({ product: FSM, namespace: 'fsm-system', name: 'x' }));
    configs.MeshConfig.refuse(forbidden('meshconfigs'));
    expect(chosen(around, undefined, ['FsmMeshConfig'])).to.equal('MeshConfig/fsm-system/x');
    expect(chosen(around, undefined, ['ConfigMap'])).to.equal('missing');
    expect(chosen(around)).to.equal('unreadable');
  });

  it('knows no namespace while the server refuses them', () => {
    const around = create();
    namespaces.put('test', namespaceOf('test'));
    expect(around.namespace('test')).to.deep.equal(namespaceOf('test'));
    expect(around.namespace('other')).to.equal(undefined);
    namespaces.refuse(forbidden('namespaces'));
    expect(around.namespace('test')).to.equal(undefined);
    expect(chosen(around), 'the configuration is another matter').to.equal('missing');
  });
});
