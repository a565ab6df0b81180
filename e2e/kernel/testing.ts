/** What the tests of the kernel's prober share, and those that ask it about something else: packets, and how to skip. */
import process from 'node:process';
import { printAddress } from '../../src/core/iptables/cidr.ts';
import type { Backend, KernelVerdict } from './job.ts';
import type { Packet } from '../../src/core/iptables/packet.ts';
import { KernelProber, whyNoVerdicts, type ProberOptions } from './prober.ts';

/** Enough to fetch missing programs. */
export const FETCH_TIMEOUT_MS = 5 * 60_000;

export const POD = '10.244.0.5';
export const SERVICE = '10.96.0.10';

export function addressNumber(address: string): number {
  return address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

/** From a process of user `uid` of the pod: TCP out of eth0, unless `rest` says otherwise. */
export function outbound(uid: number, to: string, port: number, rest: Partial<Packet> = {}): Packet {
  const destination = addressNumber(to);
  return { hook: 'OUTPUT', protocol: 'tcp', destination, port, uid, interface: 'eth0', ...rest };
}

/** From another pod: TCP in through eth0, unless `rest` says otherwise. */
export function inbound(to: string, port: number, rest: Partial<Packet> = {}): Packet {
  const destination = addressNumber(to);
  return {
    hook: 'PREROUTING',
    protocol: 'tcp',
    destination,
    port,
    uid: undefined,
    interface: 'eth0',
    ...rest,
  };
}

export const UDP = { protocol: 'udp' } as const;
export const LO = { interface: 'lo' } as const;
export const NET1 = { interface: 'net1' } as const;

/** `bypass`, `127.0.0.1:15001` or `undetermined` */
export function printVerdict(verdict: KernelVerdict | undefined): string {
  if (verdict === undefined) return 'undetermined';
  return verdict.kind === 'bypass' ? 'bypass' : `${printAddress(verdict.address)}:${verdict.port}`;
}

/** For a suite's `before`: a prober, or, with the reason on stderr where nobody can miss it, all its tests skipped. */
export async function proberOrSkip(
  context: Mocha.Context,
  backend: Backend,
  options: ProberOptions = {},
): Promise<KernelProber> {
  context.timeout(FETCH_TIMEOUT_MS);
  const reason = await whyNoVerdicts(backend);
  if (reason !== undefined) {
    process.stderr.write(`SKIPPED, no verdicts of the real kernel (${backend}): ${reason}\n`);
    context.skip();
  }
  return KernelProber.start(options);
}
