/** Which packets can be sent, so that the kernel has a verdict on them. */
import type { Packet } from '../../src/core/iptables/packet.ts';

/** The highest user number: one more means "no user" to the kernel. */
const LAST_UID = 0xff_ff_ff_fe;

/** To kernels before 5.14 the first is one too. */
const LOOPBACK_BROADCASTS: readonly number[] = [0x7f_00_00_00, 0x7f_ff_ff_ff];

/**
 * Whether a packet can be sent as it is described, so that the kernel has a verdict on it. Not: what no socket may
 * send or no interface takes in (0.0.0.0/8, multicast, broadcast, port 0), and what does not occur: a packet that goes
 * out without a socket, 127.0.0.0/8 out of anything but lo, or a packet that comes in through lo, which never passes
 * nat's PREROUTING.
 *
 * Limit: a pod's own address leaves by lo alone, too. That depends on the job, whose answer then counts the packet as
 * undetermined.
 */
export function canProbe(packet: Packet): boolean {
  const { hook, destination, uid } = packet;
  const network = destination >>> 24;
  const unicast = network > 0 && (network < 224 || network >= 240) && destination !== 0xff_ff_ff_ff;
  if (packet.protocol === 'other') return false;
  if (!unicast || LOOPBACK_BROADCASTS.includes(destination) || packet.port === 0) return false;
  const loopback = packet.interface === 'lo';
  if (hook === 'PREROUTING') return !loopback;
  return uid !== undefined && uid <= LAST_UID && (loopback || network !== 127);
}
