/**
 * What a process must be allowed to do in order to read the rules of other processes' networks, and what of it this one
 * lacks. Each was found to be needed by leaving it out: kernel.integration.test.ts.
 */

/** By the number of its bit: linux/capability.h. */
const NEEDED: Readonly<Record<number, string>> = {
  12: 'NET_ADMIN', // to ask nftables
  13: 'NET_RAW', // to open the socket by which legacy tables are asked
  19: 'SYS_PTRACE', // to see in which network a process of somebody else is
  21: 'SYS_ADMIN', // to enter it
};

/**
 * @param status the text of /proc/self/status
 * @returns names without CAP_, as a container's securityContext has them
 */
export function missingCapabilities(status: string): readonly string[] {
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]{1,32})$/m.exec(status)?.[1] ?? '0'}`);
  return Object.entries(NEEDED)
    .filter(([bit]) => ((effective >> BigInt(bit)) & 1n) === 0n)
    .map(([, name]) => name);
}
