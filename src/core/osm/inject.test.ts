import { expect } from 'chai';
import fc from 'fast-check';
import { configSet, inputFor, meshConfig, meshedPod, namespaceOf, plainPod } from '../../testing/builders.ts';
import { audit } from '../audit/audit.ts';
import { inject, withoutInjection } from './inject.ts';
import { intentFor } from './intent.ts';
import { configMapConfig, productOfKind, type MeshConfig, type MeshConfigResource } from './mesh-config.ts';
import { FSM, injectionAnnotation, listAnnotation, monitoredByLabel } from './names.ts';
import type { Pod } from './pod.ts';
import { RELEASES, type Release } from './releases.ts';

const ports = fc.uniqueArray(fc.integer({ min: 1, max: 65535 }), { maxLength: 5 });
const ranges = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 223 }), fc.nat(255), fc.integer({ min: 2, max: 32 })),
  { maxLength: 4 },
);
const asText = (list: readonly (readonly [number, number, number])[]): string[] =>
  list.map(([first, second, prefix]) => `${first}.${second}.0.1/${prefix}`);

/** What a release of every kind can be told. */
const anyLists = fc.record({
  outboundRanges: ranges.map(asText),
  includedRanges: ranges.map(asText),
  outboundPorts: ports,
  inboundPorts: ports,
  interfaces: fc.subarray(['net1', 'eth1', 'tun+']),
  localProxyMode: fc.constantFrom('', 'PodIP'),
});

/** A configuration in which nothing is said that the release does not know. */
function configFor({ reads, settings }: Release, lists: Partial<MeshConfigResource>): MeshConfig {
  if (reads === 'ConfigMap') {
    const data = {
      outbound_ip_range_exclusion_list: lists.outboundRanges?.join(', ') ?? '',
      ...(settings.includes('outboundPorts')
        ? { outbound_port_exclusion_list: lists.outboundPorts?.join(',') ?? '' }
        : {}),
    };
    return configMapConfig({
      namespace: 'osm-system',
      name: 'osm-config',
      uid: '',
      changedAt: undefined,
      data,
    });
  }
  const known = Object.fromEntries(
    Object.entries(lists).filter(([name]) =>
      settings.some((each) => each === (name === 'localProxyMode' ? 'podIpMode' : name)),
    ),
  );
  return meshConfig({ ...known, product: productOfKind(reads) });
}

describe('inject', () => {
  for (const release of RELEASES) {
    it(`makes a pod of ${release.name} in which nothing is wrong, whatever is configured`, () => {
      const product = productOfKind(release.reads);
      const namespace = namespaceOf('test', {
        labels: { [monitoredByLabel(product)]: 'osm' },
        annotations: { [injectionAnnotation(product)]: 'enabled' },
      });
      fc.assert(
        fc.property(anyLists, ports, (lists, annotated) => {
          const config = configFor(release, lists);
          const annotations: Record<string, string> =
            release.annotations.includes('outboundPorts') && annotated.length > 0
              ? { [listAnnotation(product, 'outboundPorts')]: annotated.join(', ') }
              : {};
          const pod = plainPod({ annotations });
          const made = inject(pod, release, intentFor(pod, config, release));
          const { status, dialect, findings } = audit(
            inputFor(made, { namespace, configs: configSet([config]) }),
          );
          expect(findings.filter(({ code }) => !/^OA[56]|^OA41[46]/.test(code))).to.deep.equal([]);
          expect([status, dialect]).to.deep.equal(['Verified', release.dialect.name]);
        }),
        { numRuns: 25 },
      );
    });

    it(`can be undone for ${release.name}`, () => {
      const pod = plainPod({ labels: { 'openservicemesh.io/ignore': '' } });
      const intent = intentFor(pod, configFor(release, {}), release);
      expect(withoutInjection(inject(pod, release, intent))).to.deep.equal(pod);
    });
  }

  it('leaves of a running pod what its workload asks for', () => {
    const bare: Pod = withoutInjection(meshedPod({ annotations: { a: 'b' } }));
    expect(bare).to.deep.include({ labels: {}, initContainers: [], bootstrapSecrets: [] });
    expect(bare.containers.map(({ name }) => name)).to.deep.equal(['app']);
    expect(bare.annotations).to.deep.equal({ a: 'b' });
  });

  it('gives a pod of FSM the names of FSM', () => {
    const release = RELEASES.find(({ reads }) => reads === 'FsmMeshConfig')!;
    const pod = plainPod();
    const made = inject(pod, release, intentFor(pod, configFor(release, {}), release));
    expect(Object.keys(made.labels)).to.deep.equal([FSM.proxyLabel]);
    expect(made.initContainers.map(({ name }) => name)).to.deep.equal(['fsm-init']);
  });
});
