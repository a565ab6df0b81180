/** The PacketTrace: the one object that `trace -o json` prints, as docs/command-line.md describes it. */
import { printAddress } from '../../core/iptables/cidr.ts';
import { printVerdict } from '../../core/iptables/packet.ts';
import type { Walk } from '../../core/iptables/simulate.ts';
import { agreementOf, type PacketTrace } from '../packet-trace.ts';

/** Plain data, ready for a serializer. */
export function traceDocument(trace: PacketTrace): object {
  const { pod, dialect, packet, expected, installed, live, notes } = trace;
  return {
    apiVersion: 'osm-auditor/v1',
    kind: 'PacketTrace',
    pod: { namespace: pod.namespace, name: pod.name, uid: pod.uid, dialect: dialect ?? null },
    packet: {
      hook: packet.hook,
      protocol: packet.protocol,
      destination: printAddress(packet.destination),
      port: packet.port,
      uid: packet.uid ?? null,
      interface: packet.interface,
    },
    expected: sideDocument(expected),
    installed: sideDocument(installed),
    ...(live === undefined ? {} : { live: sideDocument(live.walk) }),
    same: agreementOf(trace) === 'same',
    notes,
  };
}

function sideDocument(walk: Walk | undefined): object | null {
  return walk === undefined ? null : { verdict: printVerdict(walk.verdict), trace: walk.trace };
}
