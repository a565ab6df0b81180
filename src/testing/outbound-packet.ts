/** The packet that tests send through rules where any would do: from an application, as user 1000, to a Redis outside the pod. */
import type { Packet } from '../core/iptables/packet.ts';

/** To 10.0.0.5:6379. */
export const OUTBOUND_PACKET: Packet = {
  hook: 'OUTPUT',
  protocol: 'tcp',
  destination: 0x0a000005,
  port: 6379,
  uid: 1000,
  interface: 'eth0',
};
