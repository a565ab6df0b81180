/** What the tests of the reader of src/kernel share: pods in real networks with a table of OSM, and how to skip without any. */
import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { KernelOptions, KernelReader } from '../../src/kernel/kernel.ts';
import type { NatReading } from '../../src/kernel/nat-reader.ts';
import { osmLines } from '../../src/testing/osm-scripts.ts';
import { podId, PodNetworks, readerPrograms, whyNoNetworks } from './pod-networks.ts';
import { FETCH_TIMEOUT_MS } from './testing.ts';

/** The table that osm-init of R4 installs, for iptables-restore. */
export const OSM = `*nat\n${osmLines('R4', { ports: [6379] }).join('\n')}\nCOMMIT\n`;

export interface ReaderPod {
  readonly id: string;
  readonly pid: number;
}

export class ReaderPods {
  readonly networks: PodNetworks;
  /** For a reader of these pods. */
  readonly options: KernelOptions;
  #next = 1;

  /** For a suite's `before`: skips it where no networks can be made, with the reason on stderr where nobody can miss it. */
  static async startOrSkip(context: Mocha.Context, purpose: 'read' | 'glance at'): Promise<ReaderPods> {
    context.timeout(FETCH_TIMEOUT_MS);
    const reason = whyNoNetworks();
    if (reason !== undefined) {
      process.stderr.write(`SKIPPED, no networks to ${purpose} in the real kernel: ${reason}\n`);
      context.skip();
    }
    return new ReaderPods(await PodNetworks.start());
  }

  private constructor(networks: PodNetworks) {
    this.networks = networks;
    this.options = { proc: networks.proc, ...readerPrograms(networks.tools) };
  }

  /** The uid of a pod that nobody has had yet. */
  newId(): string {
    return podId(this.#next++);
  }

  /** A pod whose one process is in a network with these rules. */
  async pod(...rules: Parameters<PodNetworks['network']>): Promise<ReaderPod> {
    const pid = await this.networks.network(...rules);
    const id = this.newId();
    this.networks.assign(pid, id);
    return { id, pid };
  }

  stop(): void {
    this.networks.stop();
  }
}

/** What the reader says of a pod, by a scan for it alone. */
export async function readPod(kernel: KernelReader, id: string): Promise<NatReading> {
  const scan = await kernel.scan();
  return kernel.read(scan.pods.get(id), scan);
}

/** What it says, without the lines that tell the time. */
export function timeless(reading: NatReading): NatReading {
  if (reading.kind !== 'tables') return reading;
  const { legacy, nft } = reading.saved;
  const without = (text: string): string => text.replaceAll(/^# (?:Generated|Completed) .*$/gm, '#');
  return { ...reading, saved: { legacy: without(legacy), nft: without(nft) } };
}

/** How many networks this process has open. */
export function openNetworks(): number {
  const folder = '/proc/self/fd';
  return readdirSync(folder).filter((name) => {
    try {
      return readlinkSync(join(folder, name)).startsWith('net:');
    } catch {
      // Closed by now: the folder itself, or what another test had open.
      return false;
    }
  }).length;
}
