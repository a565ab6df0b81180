/**
 * A look at the nat rules of a network without a program: a fingerprint that differs where the rules do, and their counters.
 *
 * Guarantees: nothing comes to be by looking: legacy rules are asked for only where there is a legacy table. Where two
 * fingerprints are equal, so is what the programs print, but for counters and the time. Whatever is not as expected gives no glance.
 * How much is read is bounded, since how many rules there are is up to the pod, and nothing else runs meanwhile.
 * Limits: as with nft, a kernel loads nftables where it is a module that is not loaded yet. A rule with a set of ipset holds the
 * number of the set: when the set gets another name, which the programs print, no fingerprint tells.
 */
import { createHash, type Hash } from 'node:crypto';
import type { TableCounts } from './counters-in-text.ts';
import { INFO_BYTES, NAME_BYTES, readLegacyEntries, readTableInfo } from './legacy-entries.ts';
import type { Libc } from './libc.ts';
import { askNetlink, withNetlink } from './netlink.ts';
import { CHAINS, GENERATION, NAT_RULES, readGeneration, readNatCounts } from './nft-rules.ts';

export interface Glance {
  readonly fingerprint: string;
  readonly counts: { readonly legacy: TableCounts; readonly nft: TableCounts };
}

/** Of each backend. */
const MOST_BYTES = 4_000_000;

const RAW = { domain: 2, type: 3, protocol: 255 } as const; // AF_INET, SOCK_RAW, IPPROTO_RAW
const IPPROTO_IP = 0;
const SOL_SOCKET = 1; // asm-generic/socket.h
/** The number of a network that no later one gets, as they do inodes: since Linux 5.14. */
const SO_NETNS_COOKIE = 71;
const COOKIE_BYTES = 8;
const IPT_SO_GET_INFO = 64;
const IPT_SO_GET_ENTRIES = 65;
/** Of struct ipt_get_entries: the name of the table, the size, and what aligns the entries. */
const ENTRIES_HEADER = 40;

/**
 * @param network the descriptor of an open namespace
 * @param legacyNat whether there is a legacy table in it
 * @returns undefined where it cannot be told
 */
export function glanceAt(libc: Libc, network: number, legacyNat: boolean): Glance | undefined {
  return libc.inNetwork(network, () => {
    const hash = createHash('sha256');
    const legacy = legacyNat ? legacyCounts(libc, hash) : NO_TABLE;
    const nft = legacy && nftCounts(libc, hash);
    if (legacy === undefined || nft === undefined) return undefined;
    hash.update(legacyNat ? 'legacy' : 'no legacy');
    return { fingerprint: hash.digest('base64'), counts: { legacy, nft } };
  });
}

const NO_TABLE: TableCounts = new Map();

function legacyCounts(libc: Libc, hash: Hash): TableCounts | undefined {
  return libc.withSocket(RAW, (socket) => {
    const asked = Buffer.alloc(INFO_BYTES);
    asked.write('nat');
    if (!libc.getOption(socket, IPPROTO_IP, IPT_SO_GET_INFO, asked)) return undefined;
    const info = readTableInfo(asked);
    if (info === undefined || info.size > MOST_BYTES) return undefined;
    const entries = Buffer.alloc(ENTRIES_HEADER + info.size);
    entries.write('nat');
    entries.writeUInt32LE(info.size, NAME_BYTES);
    // Refused where the size is another by now.
    if (!libc.getOption(socket, IPPROTO_IP, IPT_SO_GET_ENTRIES, entries)) return undefined;
    const read = readLegacyEntries(info, entries.subarray(ENTRIES_HEADER));
    if (read !== undefined) hash.update(asked).update(read.rules);
    return read?.counts;
  });
}

function nftCounts(libc: Libc, hash: Hash): TableCounts | undefined {
  return withNetlink(libc, (socket) => {
    const cookie = Buffer.alloc(COOKIE_BYTES);
    if (libc.getOption(socket, SOL_SOCKET, SO_NETNS_COOKIE, cookie)) hash.update(cookie);
    const chains = askNetlink(libc, socket, CHAINS, MOST_BYTES);
    const rules = chains && askNetlink(libc, socket, NAT_RULES, MOST_BYTES);
    // Last: since it only rises, it holds for what came before where it is one that was seen before.
    const asked = rules && askNetlink(libc, socket, GENERATION, MOST_BYTES);
    const generation = asked && readGeneration(asked);
    if (chains === undefined || rules === undefined || generation === undefined) return undefined;
    const counts = readNatCounts(chains, rules);
    hash.update(`${generation} ${chains.length} `);
    for (const { payload } of [...chains, ...rules]) hash.update(payload);
    return counts;
  });
}
