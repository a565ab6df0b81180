/** Whether the ports that applications listen on are the mesh's own, are excluded, or are not redirected at all. */
import { MESH_PORTS } from '../../osm/dialect.ts';
import { isMeshHelper } from '../../osm/names.ts';
import type { Container, Pod } from '../../osm/pod.ts';
import { finding, type Finding } from '../finding.ts';
import type { Check } from '../judgement.ts';
import { enumerate } from '../quote.ts';

export const checkListeningPorts: Check = ({ pod, sidecar, intent, init }) => {
  if (init === undefined) return [];
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
};

function appContainers(pod: Pod, sidecar: Container | undefined): readonly Container[] {
  return pod.containers.filter((each) => each !== sidecar && !isMeshHelper(each));
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
