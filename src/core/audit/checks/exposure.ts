/** What the rules cannot see: traffic that escapes or breaks although every rule is right. */
import { MESH_PORTS } from '../../osm/dialect.ts';
import { isIpv6 } from '../../osm/lists.ts';
import type { Container, Pod } from '../../osm/pod.ts';
import { finding, type Finding } from '../finding.ts';
import type { Check, Judgement } from '../judgement.ts';
import { enumerate } from '../quote.ts';

export const checkExposure: Check = (judgement) => {
  if (judgement.init === undefined) return [];
  return [
    ...appAsProxy(judgement),
    ...ipv6(judgement),
    ...initOrder(judgement),
    ...nodeNetwork(judgement),
    ...ports(judgement),
  ];
};

/** The sidecar's user is never redirected, whoever it is. */
function appAsProxy({ pod, sidecar, dialect, init }: Judgement): readonly Finding[] {
  const uid = dialect?.uid ?? sidecar?.runAsUser;
  if (uid === undefined) return [];
  // Init containers that end are not redirected to anybody yet; one of this user behind osm-init is even meant so.
  const beside = pod.initContainers.filter(({ keepsRunning }) => keepsRunning);
  const others: readonly Container[] = [...beside, ...pod.containers, ...pod.ephemeralContainers];
  const names = others
    .filter((each) => each !== sidecar && each !== init && each.runAsUser === uid && !isHealthcheck(each))
    .map(({ name }) => name);
  if (names.length === 0) return [];
  const message = `The ${containers(names)} as user ${uid}, like the sidecar: the rules let all TCP traffic of that user pass, so it bypasses the mesh.`;
  return [finding('AppRunsAsProxyUser', message, { evidence: { values: names } })];
}

function containers(names: readonly string[]): string {
  return names.length === 1 ? `container ${names.join()} runs` : `containers ${enumerate(names)} run`;
}

/** The mesh's own helper beside the sidecar. */
function isHealthcheck({ name }: Container): boolean {
  return name === 'osm-healthcheck' || name === 'fsm-healthcheck';
}

function ipv6({ pod }: Judgement): readonly Finding[] {
  const addresses = pod.addresses.filter(isIpv6);
  if (addresses.length === 0) return [];
  const message = `The pod has the IPv6 address ${enumerate(addresses)}: the mesh installs rules for IPv4 alone, so its IPv6 traffic bypasses the sidecar.`;
  // The addresses themselves change with every pod of the workload; what is exposed does not.
  return [finding('Ipv6NotRedirected', message)];
}

/** Init containers run one after the other; what is redirected before the sidecar runs has nobody to go to. */
function initOrder({ pod, init, dialect }: Judgement): readonly Finding[] {
  const at = pod.initContainers.findIndex((each) => each === init);
  const later = pod.initContainers
    .slice(at + 1)
    .filter(({ keepsRunning, runAsUser }) => !keepsRunning && runAsUser !== dialect?.uid)
    .map(({ name }) => name);
  const earlier = pod.initContainers.slice(0, at).filter(({ keepsRunning }) => keepsRunning);
  const findings: Finding[] = [];
  if (later.length > 0 && init !== undefined) {
    const message = `After ${init.name} the init ${containers(later)}: ${later.length === 1 ? 'its' : 'their'} TCP connections are redirected to a sidecar that is not running yet.`;
    findings.push(finding('InitAfterRedirection', message, { evidence: { values: later } }));
  }
  if (earlier.length > 0 && init !== undefined) {
    const names = earlier.map(({ name }) => name);
    const message = `Before ${init.name} starts ${enumerate(names)}, which goes on running: connections that it opens before are never redirected.`;
    findings.push(finding('SidecarBeforeRedirection', message, { evidence: { values: names } }));
  }
  return findings;
}

/** The rules are in the node's network then, and redirect what the node itself sends. */
function nodeNetwork({ pod, init }: Judgement): readonly Finding[] {
  const state = init?.status?.state;
  if (!pod.hostNetwork || init === undefined || state?.kind !== 'terminated') return [];
  const message = `The pod uses its node's network, and ${init.name} has changed the rules of the node: traffic of the whole node is redirected to the pod's sidecar.`;
  return [finding('NodeRedirected', message)];
}

function ports({ pod, sidecar, intent }: Judgement): readonly Finding[] {
  const apps = appContainers(pod, sidecar);
  const taken = portNames(apps, ({ port, protocol }) => protocol === 'TCP' && MESH_PORTS.includes(port));
  const udp = portNames(apps, ({ protocol }) => protocol !== 'TCP');
  const excluded = new Set(intent?.inboundPorts.map(({ value }) => value));
  const open = portNames(apps, ({ port, protocol }) => protocol === 'TCP' && excluded.has(port));
  return [
    ...aboutPorts(
      'MeshPortUsed',
      taken,
      (list) => `A container listens on ${list}, which the sidecar or its probes use.`,
    ),
    ...aboutPorts(
      'UdpNotRedirected',
      udp,
      (list) => `A container listens on ${list}; the mesh redirects TCP alone.`,
    ),
    ...aboutPorts(
      'AppPortExcluded',
      open,
      (list) =>
        `Inbound traffic to ${list}, which a container listens on, bypasses the sidecar as configuration or annotation asks.`,
    ),
  ];
}

function appContainers(pod: Pod, sidecar: Container | undefined): readonly Container[] {
  return pod.containers.filter((each) => each !== sidecar && !isHealthcheck(each));
}

function portNames(
  apps: readonly Container[],
  wanted: (port: Container['ports'][number]) => boolean,
): readonly string[] {
  const named = apps.flatMap(({ name, ports: own }) =>
    own
      .filter(wanted)
      .map(({ port, protocol }) => `${protocol === 'TCP' ? '' : `${protocol} `}${port} (${name})`),
  );
  return [...new Set(named)];
}

function aboutPorts(
  name: 'MeshPortUsed' | 'UdpNotRedirected' | 'AppPortExcluded',
  values: readonly string[],
  say: (list: string) => string,
): readonly Finding[] {
  if (values.length === 0) return [];
  return [finding(name, say(`port ${enumerate(values)}`), { evidence: { values } })];
}
