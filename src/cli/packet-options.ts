/**
 * The options that describe one packet of a pod, and the packet that they make.
 *
 * Guarantees: only packets that a kernel can send come out, as core/iptables/universe.ts has them; every other
 * combination is a usage error of one line.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { printAddress, readHost } from '../core/iptables/cidr.ts';
import type { Packet } from '../core/iptables/packet.ts';
import { OWN_ADDRESS, usualInterface } from '../core/iptables/universe.ts';
import { UsageError } from './usage-error.ts';

export interface PacketOptions {
  readonly to: Endpoint;
  readonly from: 'pod' | 'inbound';
  readonly protocol: 'tcp' | 'udp';
  readonly uid?: number;
  readonly interface?: string;
}

interface Endpoint {
  /** undefined for the pod's own. */
  readonly address: number | undefined;
  readonly port: number;
}

/** An application's user: neither root's nor Envoy's. */
const USUAL_UID = 1000;
/** The highest number is no user: packets without a socket have it. */
const HIGHEST_UID = 0xfffffffe;

export function packetOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--to <address:port>',
        'Where the packet is sent: an IPv4 address and a port. Required; inbound the address may be left out, ' +
          "as in :8080, for the pod's own.",
      )
        .env('OSM_AUDITOR_TO')
        .argParser(endpoint)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option(
        '--from <origin>',
        'Who opens the connection: pod is a process of the pod, inbound is another pod.',
      )
        .env('OSM_AUDITOR_FROM')
        .choices(['pod', 'inbound'])
        .default('pod'),
    )
    .addOption(
      new Option('--protocol <protocol>', 'The protocol of the packet.')
        .env('OSM_AUDITOR_PROTOCOL')
        .choices(['tcp', 'udp'])
        .default('tcp'),
    )
    .addOption(
      new Option(
        '--uid <number>',
        `The user of the process that sends the packet; ${USUAL_UID} when not given. Envoy's is 1500.`,
      )
        .env('OSM_AUDITOR_UID')
        .argParser(user),
    )
    .addOption(
      new Option(
        '--interface <name>',
        'The interface that the packet leaves by, or comes in by; when not given, lo for 127.0.0.0/8 and eth0 ' +
          'otherwise. What a pod sends to its own address leaves by lo too: say so here.',
      )
        .env('OSM_AUDITOR_INTERFACE')
        .argParser(interfaceName),
    );
}

/** @throws UsageError for a packet that no kernel sends */
export function packetOf({ from, to, protocol, uid, interface: by }: PacketOptions): Packet {
  if (from === 'inbound') {
    if (uid !== undefined) {
      throw new UsageError('--uid may not be given with --from inbound: what comes in has no user here');
    }
    const destination = to.address ?? OWN_ADDRESS;
    if (isLoopback(destination) || by === 'lo') {
      throw new UsageError('nothing comes in from another pod by lo or to 127.0.0.0/8');
    }
    const { port } = to;
    return { hook: 'PREROUTING', protocol, destination, port, uid: undefined, interface: by ?? 'eth0' };
  }
  const { address: destination, port } = to;
  if (destination === undefined) {
    throw new UsageError('--to needs an address, such as 10.0.0.5:6379, for what the pod sends');
  }
  const usual = usualInterface(destination);
  if (isLoopback(destination) && by !== undefined && by !== usual) {
    throw new UsageError(
      `what is sent to ${printAddress(destination)} leaves by ${usual} and by nothing else`,
    );
  }
  return { hook: 'OUTPUT', protocol, destination, port, uid: uid ?? USUAL_UID, interface: by ?? usual };
}

/** What is not as typed. */
export function packetNotes({ to }: PacketOptions): readonly string[] {
  const stands = `The pod's own address is not known here; ${printAddress(OWN_ADDRESS)} stands for it.`;
  return to.address === undefined ? [stands] : [];
}

function isLoopback(address: number): boolean {
  return usualInterface(address) === 'lo';
}

function endpoint(text: string): Endpoint {
  const [, host = '', port = ''] = /^([0-9.]*):([0-9]+)$/.exec(text) ?? [];
  if (port === '') {
    throw new InvalidArgumentError('It must be an IPv4 address and a port, such as 10.0.0.5:6379.');
  }
  const number = wholeNumber(port, 1, 65535);
  if (number === undefined) throw new InvalidArgumentError('The port must be a number from 1 to 65535.');
  if (host === '') return { address: undefined, port: number };
  const address = readHost(host);
  if (address.kind === 'value') return { address: address.value, port: number };
  throw new InvalidArgumentError('The address must be four numbers from 0 to 255, such as 10.0.0.5.');
}

function user(text: string): number {
  const number = wholeNumber(text, 0, HIGHEST_UID);
  if (number !== undefined) return number;
  throw new InvalidArgumentError(`It must be a number from 0 to ${HIGHEST_UID}.`);
}

function interfaceName(text: string): string {
  if (/^[^\s/:]{1,15}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be a name of 1 to 15 characters, such as eth0.');
}

function wholeNumber(text: string, least: number, most: number): number | undefined {
  const number = Number(text);
  return /^[0-9]{1,10}$/.test(text) && number >= least && number <= most ? number : undefined;
}
