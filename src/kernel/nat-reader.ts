/**
 * Reads the nat rules of one pod's network, of both backends.
 *
 * Guarantees: nothing is written and no table comes to be by looking: iptables-legacy-save, which makes the table that it is
 * asked for, runs only where there is one. What fails is told with its reason, never thrown and never taken for no rules.
 * Limits: a kernel that has nftables as a module which is not loaded loads it when asked, as it does for every nft.
 */
import { closeSync } from 'node:fs';
import type { SavedTables } from '../core/iptables/saved-tables.ts';
import { readNftChains, type NftChains } from './nft-chains.ts';
import { openPodNetwork } from './pod-network.ts';
import type { PodProcesses, ProcessScan } from './processes.ts';
import type { Programs } from './programs.ts';
import { runInNetwork, type ProgramRun, type RunLimits } from './program-run.ts';

export type NatReading =
  | ({
      readonly kind: 'tables';
      /** The inode of the network. */
      readonly network: number;
    } & SavedTables)
  /** The pod has no network of its own. */
  | { readonly kind: 'node-network' }
  | Unreadable;

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
}

const SAVE_NAT = ['-t', 'nat', '-c'] as const;

export class NatReader {
  readonly #options: ReaderOptions;

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
      return await this.#readNetwork(network, opened.descriptor, opened.legacyNat);
    } finally {
      closeSync(opened.descriptor);
    }
  }

  async #readNetwork(network: number, descriptor: number, legacyNat: boolean): Promise<NatReading> {
    const { nft, ...save } = this.#options.programs;
    const listed = await this.#run(descriptor, [nft, '-j', 'list', 'chains']);
    if (listed.kind === 'failed') return unreadable(listed);
    const chains = readNftChains(listed.text);
    if (chains === undefined)
      return unreadable({ why: 'failed', reason: 'nft printed something else than chains' });
    const none: ProgramRun = { kind: 'printed', text: '' };
    const ofNft = chains.natTable
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
