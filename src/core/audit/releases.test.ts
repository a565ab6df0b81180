/**
 * Every release with a grid of configurations, as golden files: the script that its injector writes, and what is found when
 * a pod still has the script of a mesh without exclusions.
 */
import { expect } from 'chai';
import { configSet, envoy, initContainer, inputFor, meshConfig, meshedPod } from '../../testing/builders.ts';
import { expectGolden } from '../../testing/golden.ts';
import { expectedScript, expectedText } from '../osm/expected-rules.ts';
import { intentFor, NO_INTENT } from '../osm/intent.ts';
import { configMapConfig, type MeshConfig, type MeshConfigResource } from '../osm/mesh-config.ts';
import { FSM, listAnnotation, OSM, type AnnotatedList } from '../osm/names.ts';
import type { ContainerVariables, Pod } from '../osm/pod.ts';
import { RELEASES, V0_9_0, type Release } from '../osm/releases.ts';
import { audit } from './audit.ts';

interface Configured {
  readonly config?: Partial<MeshConfigResource>;
  readonly annotations?: Partial<Record<AnnotatedList, string>>;
}

const sixteen = Array.from({ length: 16 }, (_, i) => 8001 + i);

/** By what they show. Lists that a release does not know are left out of its configuration. */
const GRID: Readonly<Record<string, Configured>> = {
  'no exclusions': {},
  'ranges, with host bits and a duplicate': {
    config: { outboundRanges: ['1.1.1.1/32', '2.2.2.2/24', '1.1.1.1/32'] },
  },
  'outbound ports': { config: { outboundPorts: [6379, 7070] } },
  'inbound ports': { config: { inboundPorts: [9090] } },
  'everything at once': {
    config: {
      outboundRanges: ['10.0.0.0/8'],
      includedRanges: ['10.1.0.0/16', '192.168.0.0/16'],
      outboundPorts: [6379],
      inboundPorts: [9090, 9091],
      interfaces: ['net1'],
      localProxyMode: 'PodIP',
      dnsProxy: true,
    },
  },
  'inclusions alone': { config: { includedRanges: ['10.0.0.0/8'] } },
  'annotations merged with the configuration': {
    config: {
      outboundRanges: ['10.0.0.0/8', '172.16.0.0/12'],
      outboundPorts: [6379, 7070],
      inboundPorts: [9090],
    },
    annotations: {
      outboundPorts: '8080, +7070',
      inboundPorts: '9091',
      outboundRanges: '172.16.0.0/12, 192.168.0.0/16',
    },
  },
  'an annotation with a bad item': { annotations: { outboundPorts: '8080, http' } },
  'an annotation that is empty': { annotations: { inboundPorts: '' } },
  'everything excluded': { config: { outboundRanges: ['0.0.0.0/0'] } },
  'a sixteenth port': { config: { outboundPorts: sixteen } },
  'what iptables refuses': {
    config: { outboundRanges: ['fd00::/8'], outboundPorts: [70_000], interfaces: ['sixteen_letters_'] },
  },
};

function configFor({ reads, settings }: Release, { config: all = {} }: Configured): MeshConfig {
  const config = Object.fromEntries(
    Object.entries(all).filter(([name]) => {
      const setting = name === 'localProxyMode' ? 'podIpMode' : name;
      return (settings as readonly string[]).includes(setting);
    }),
  ) as Partial<MeshConfigResource>;
  if (reads !== 'ConfigMap') return meshConfig({ ...config, product: reads === 'FsmMeshConfig' ? FSM : OSM });
  return configMapConfig({
    namespace: 'osm-system',
    name: 'osm-config',
    uid: '',
    changedAt: undefined,
    data: {
      outbound_ip_range_exclusion_list: (config.outboundRanges ?? []).join(', '),
      outbound_port_exclusion_list: (config.outboundPorts ?? []).join(', '),
    },
  });
}

/** As the injector of the release makes it, so far as a release is told by it. */
function podOf(release: Release, script: string, annotations: Readonly<Record<string, string>>): Pod {
  const fsm = release.reads === 'FsmMeshConfig';
  const knowsAddress = release.settings.includes('podIpMode');
  const env: ContainerVariables = knowsAddress ? { POD_IP: null } : {};
  const product = fsm ? FSM : OSM;
  // The one release that only its image tells from the next.
  const image = release === V0_9_0 ? 'openservicemesh/init:v0.9.0' : 'openservicemesh/init@sha256:0';
  const id = 'c0ffee00-0000-4000-8000-000000000000';
  return meshedPod({
    labels: { [product.proxyLabel]: id },
    annotations,
    bootstrapSecrets: [`${product.bootstrapPrefixes[0]}${id}`],
    initContainers: [initContainer(script, { name: product.initContainer, env, image })],
    containers: [envoy({ name: product.sidecars[0]!, runAsUser: release.dialect.uid })],
  });
}

function annotationsOf(release: Release, { annotations = {} }: Configured): Readonly<Record<string, string>> {
  const product = release.reads === 'FsmMeshConfig' ? FSM : OSM;
  return Object.fromEntries(
    Object.entries(annotations).map(([list, text]) => [listAnnotation(product, list as AnnotatedList), text]),
  );
}

/** The pod's status and its findings, a line each. */
function told(pod: Pod, config: MeshConfig): readonly string[] {
  const { status, dialect, findings } = audit(inputFor(pod, { configs: configSet([config]) }));
  return [
    `${status} as ${dialect ?? 'nothing that is known'}`,
    ...findings.map(({ code, message }) => `${code} ${message}`),
  ];
}

describe('the releases', () => {
  for (const release of RELEASES) {
    const bare = expectedScript(release.dialect, NO_INTENT);
    it(`${release.name}: scripts and findings are those of the golden file`, () => {
      const sections = Object.entries(GRID).map(([name, configured]) => {
        const config = configFor(release, configured);
        const pod = podOf(release, bare, annotationsOf(release, configured));
        const intent = intentFor(pod, config, release);
        const comment = (lines: readonly string[]): string => lines.map((line) => `#   ${line}\n`).join('');
        return [
          `## ${name}\n`,
          expectedText(release.dialect, intent),
          '# With this script the pod is\n',
          comment(told(podOf(release, expectedScript(release.dialect, intent), pod.annotations), config)),
          '# Without exclusions the pod is\n',
          comment(told(pod, config)),
        ].join('');
      });
      const file = release.name.toLowerCase().replaceAll(/[^a-z0-9.]+/g, '-');
      expectGolden(`src/core/audit/testdata/releases/${file}.txt`, sections.join('\n'));
    });

    it(`${release.name}: its own script is right under every configuration that iptables can follow`, () => {
      for (const [name, configured] of Object.entries(GRID)) {
        const config = configFor(release, configured);
        const pod = podOf(release, bare, annotationsOf(release, configured));
        const script = expectedScript(release.dialect, intentFor(pod, config, release));
        const report = audit(
          inputFor(podOf(release, script, pod.annotations), { configs: configSet([config]) }),
        );
        const wrong = report.findings.filter(({ code, effect }) => {
          return effect === 'Discrepant' && code !== 'OA302';
        });
        expect(
          wrong.map(({ message }) => message),
          name,
        ).to.deep.equal([]);
      }
    });
  }
});
