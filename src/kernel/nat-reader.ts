/**
 * Reads the nat rules of one pod's network, of both backends: by programs, or where a glance tells that what they printed last
 * still holds, from that.
 *
 * Guarantees: nothing is written and no table comes to be by looking: iptables-legacy-save, which makes the table that it is
 * asked for, runs only where there is one. What fails is told with its reason, never thrown and never taken for no rules.
 * Limits: a kernel that has nftables as a module which is not loaded loads it when asked, as it does for every nft.
 */
import { closeSync } from 'node:fs';
import type { SavedTables } from '../core/iptables/saved-tables.ts';
import { glanceAt, type Glance } from './glance.ts';
import type { Libc } from './libc.ts';
import { readNftChains, type NftChains } from './nft-chains.ts';
import { isDormant } from './nft-table.ts';
import { openPodNetwork, type OpenNetwork } from './pod-network.ts';
import type { PodProcesses, ProcessScan } from './processes.ts';
import type { Programs } from './programs.ts';
import { runInNetwork, type ProgramRun, type RunLimits } from './program-run.ts';
import { RememberedTables } from './remembered.ts';

export type NatReading =
  | NatTables
  /** The pod has no network of its own. */
  | { readonly kind: 'node-network' }
  | Unreadable;

export interface NatTables extends SavedTables {
  readonly kind: 'tables';
  /** The inode of the network. */
  readonly network: number;
}

export interface Unreadable {
  readonly kind: 'unreadable';
  readonly why: 'no-process' | 'several-networks' | 'not-permitted' | 'failed';
  /** Half a sentence: `no process of the pod runs`. */
  readonly reason: string;
}

export interface ReaderOptions {
  /** Where the file system of processes is: `/proc`. */
  readonly proc: string;
  readonly programs: Programs;
  /** Of the programs: empty where they were installed, more where they were only unpacked. */
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: RunLimits;
  /** By which glances are taken; without it every reading is in full. */
  readonly libc: Libc | undefined;
}

const SAVE_NAT = ['-t', 'nat', '-c'] as const;

export class NatReader {
  readonly #options: ReaderOptions;
  readonly #remembered = new RememberedTables();

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  async read(pod: PodProcesses | undefined, { hostNetwork }: ProcessScan): Promise<NatReading> {
    if (pod === undefined) return NO_PROCESS;
    const [network, ...others] = pod.networks;
    if (network === undefined || hostNetwork === undefined) return hidden(pod);
    if (others.length > 0) {
      const reason = `its processes are in ${pod.networks.length} networks`;
      return { kind: 'unreadable', why: 'several-networks', reason };
    }
    if (network === hostNetwork) return { kind: 'node-network' };
    const opened = openPodNetwork(this.#options.proc, pod, network);
    if (opened.kind === 'ended') return NO_PROCESS;
    if (opened.kind !== 'open') return { kind: 'unreadable', why: opened.kind, reason: opened.reason };
    try {
      return await this.#readOpen(pod.id, network, opened);
    } finally {
      closeSync(opened.descriptor);
    }
  }

  /** Of the pods that are not in it nothing is kept. */
  forgetAllBut(scan: ProcessScan): void {
    this.#remembered.keepOnly(scan);
  }

  async #readOpen(id: string, network: number, opened: OpenNetwork): Promise<NatReading> {
    const before = this.#glance(opened);
    const recalled = before && this.#remembered.recall(id, network, before);
    if (recalled !== undefined) return recalled;
    const reading = await this.#readNetwork(network, opened.descriptor, opened.legacyNat);
    if (reading.kind === 'tables') this.#remembered.remember(id, reading, before, this.#glance(opened));
    return reading;
  }

  #glance({ descriptor, legacyNat }: OpenNetwork): Glance | undefined {
    const { libc } = this.#options;
    return libc && glanceAt(libc, descriptor, legacyNat);
  }

  async #readNetwork(
    network: number,
    descriptor: number,
    legacyNat: boolean,
  ): Promise<NatTables | Unreadable> {
    const { nft, ...save } = this.#options.programs;
    const listed = await this.#run(descriptor, [nft, '-j', 'list', 'chains']);
    if (listed.kind === 'failed') return unreadable(listed);
    const chains = readNftChains(listed.text);
    if (chains === undefined)
      return unreadable({ why: 'failed', reason: 'nft printed something else than chains' });
    const none: ProgramRun = { kind: 'printed', text: '' };
    const table = chains.natTable
      ? await this.#run(descriptor, [nft, '--terse', 'list', 'table', 'ip', 'nat'])
      : none;
    if (table.kind === 'failed') return unreadable(table);
    // Its rules do nothing.
    const asleep = isDormant(table.text);
    const ofNft =
      chains.natTable && !asleep
        ? await this.#run(descriptor, [save['iptables-nft-save'], ...SAVE_NAT])
        : none;
    if (ofNft.kind === 'failed') return unreadable(ofNft);
    const ofLegacy = legacyNat
      ? await this.#run(descriptor, [save['iptables-legacy-save'], ...SAVE_NAT])
      : none;
    if (ofLegacy.kind === 'failed') return unreadable(ofLegacy);
    return {
      kind: 'tables',
      network,
      saved: { legacy: ofLegacy.text, nft: ofNft.text },
      nativeChains: nativeChains(chains, ofNft.text),
      ...(asleep && { asleep }),
    };
  }

  #run(network: number, command: readonly [string, ...string[]]): Promise<ProgramRun> {
    const { programs, environment, limits } = this.#options;
    return runInNetwork(network, command, { nsenter: programs.nsenter, environment, limits });
  }
}

const NO_PROCESS: Unreadable = {
  kind: 'unreadable',
  why: 'no-process',
  reason: 'no process of the pod runs',
};

function hidden({ pids }: PodProcesses): Unreadable {
  const reason = `the networks of process 1 and of process ${String(pids[0])} may not be seen: it takes SYS_PTRACE`;
  return { kind: 'unreadable', why: 'not-permitted', reason };
}

function unreadable({ why, reason }: Pick<Unreadable, 'why' | 'reason'>): Unreadable {
  return { kind: 'unreadable', why, reason };
}

/**
 * Of rules that iptables-nft-save has no words for it says in a comment that they are incompatible, prints no rule at all,
 * and ends with status 0.
 */
function nativeChains({ native, inNatTable }: NftChains, saved: string): readonly string[] {
  return /^# Table `nat' .*incompatible/m.test(saved) ? [...new Set([...native, ...inNatTable])] : native;
}
