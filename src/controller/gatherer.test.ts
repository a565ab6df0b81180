import { expect } from 'chai';
import { meshConfigOf, type ConfigLookup } from '../core/osm/mesh-config.ts';
import { configWith, meshedPod, namespaceOf } from '../testing/builders.ts';
import { gather } from './gatherer.ts';

const pod = meshedPod();
const gathered = (config: ConfigLookup, osmNamespace?: string): ReturnType<typeof gather> =>
  gather(pod, { namespace: namespaceOf, config: () => config }, { osmNamespace, graceMs: 7 }, 42);

describe('gather', () => {
  it("takes the pod, its namespace's facts, the configuration, the time and the grace", () => {
    const config = configWith({});
    expect(gathered(config)).to.deep.equal({
      pod,
      namespace: namespaceOf('test'),
      config,
      osmNamespace: 'osm-system',
      now: 42,
      graceMs: 7,
    });
  });

  it("takes the user's word on where OSM runs, else the configuration's namespace, else the usual one", () => {
    const config = meshConfigOf({
      namespace: 'mesh',
      name: 'osm-config',
      uid: '',
      changedAt: undefined,
      data: {},
    });
    const found: ConfigLookup = { kind: 'found', config };
    expect(gathered(found, 'mine').osmNamespace).to.equal('mine');
    expect(gathered(found).osmNamespace).to.equal('mesh');
    expect(gathered({ kind: 'missing', searched: '' }).osmNamespace).to.equal('osm-system');
  });
});
