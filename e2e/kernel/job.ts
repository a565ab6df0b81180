/** What the prober is asked and what it answers, and how both are written for prober.py. */
import type { Packet } from '../../src/core/iptables/packet.ts';
import type { Tools } from './tools.ts';

export const BACKENDS = ['nft', 'legacy'] as const;
export type Backend = (typeof BACKENDS)[number];

export interface Job {
  /** What `iptables`, `iptables-restore` and `iptables-save` are in the script. */
  readonly backend: Backend;
  readonly script: string;
  /** Absolute path of the shell that runs `SHELL -c SCRIPT`; by default /bin/sh. */
  readonly shell?: string;
  /** All that the script's environment has but PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** The address of the first interface; by default 10.244.0.5. */
  readonly podIp?: string;
  /** Without lo, which is always there; by default eth0 alone. */
  readonly interfaces?: readonly string[];
  readonly packets: readonly Packet[];
}

export type KernelVerdict =
  /** The packet goes where it was sent. */
  | { readonly kind: 'bypass' }
  /** REDIRECT or DNAT: the packet goes here instead. */
  | { readonly kind: 'translated'; readonly address: number; readonly port: number };

export interface KernelAnswer {
  /** Of the script; 128 and the signal's number if one killed its shell. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** `iptables-save -t nat` right after the script. nft prints the four built-in chains even if it left no nat table. */
  readonly saved: string;
  /** The address of each interface: where a REDIRECT in PREROUTING sends what comes in through it. */
  readonly addresses: Readonly<Record<string, number>>;
  /** One a packet, in the same order; undefined where the kernel let no trace of the packet be seen. */
  readonly verdicts: readonly (KernelVerdict | undefined)[];
  /** How many verdicts are undefined, by the reason. */
  readonly undetermined: Readonly<Record<string, number>>;
}

/** The new destination of a packet, or null. */
type Destination = readonly [address: number, port: number] | null;

type Written =
  | (Omit<KernelAnswer, 'verdicts'> & { readonly verdicts: readonly Destination[] })
  | { readonly error: string };

const BYPASS: KernelVerdict = { kind: 'bypass' };

/** One line. Packets are written without the names of their members: there are thousands of them. */
export function writeJob(job: Job, programs: Tools): string {
  return JSON.stringify({
    backend: job.backend,
    script: job.script,
    shell: job.shell ?? '/bin/sh',
    env: job.env ?? {},
    podIp: job.podIp ?? '10.244.0.5',
    interfaces: job.interfaces ?? ['eth0'],
    packets: job.packets.map((it) => [
      it.hook,
      it.protocol,
      it.destination,
      it.port,
      it.uid ?? null,
      it.interface,
    ]),
    programs,
  });
}

/** Throws what the prober says went wrong. */
export function readAnswer(line: string, job: Job): KernelAnswer {
  const written = JSON.parse(line) as Written;
  if ('error' in written) throw new Error(`the kernel could not be asked: ${written.error}`);
  return { ...written, verdicts: written.verdicts.map((to, index) => verdictOn(job.packets[index]!, to)) };
}

function verdictOn(packet: Packet, to: Destination): KernelVerdict | undefined {
  if (to === null) return undefined;
  const [address, port] = to;
  return address === packet.destination && port === packet.port
    ? BYPASS
    : { kind: 'translated', address, port };
}
