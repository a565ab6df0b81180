/** Who is heard on a socket of netlink in the real kernel. */
import { expect } from 'chai';
import { closeSync, openSync } from 'node:fs';
import process from 'node:process';
import { PodNetworks, whyNoNetworks } from '../../e2e/kernel/pod-networks.ts';
import { openLibc, type Libc } from './libc.ts';
import { askNetlink, withNetlink } from './netlink.ts';
import { GENERATION, readGeneration } from './nft-rules.ts';

const FETCH_TIMEOUT_MS = 5 * 60_000;
const NETFILTER = { domain: 16, type: 3, protocol: 12 } as const;
const MOST = 10_000;
const FORGED = 1234;

describe('a socket of netlink in the real kernel', function () {
  let pods: PodNetworks;
  let libc: Libc;
  let stop: (() => void) | undefined;

  before(async function () {
    this.timeout(FETCH_TIMEOUT_MS);
    const opened = await openLibc();
    const reason = whyNoNetworks() ?? opened.reason;
    if (opened.libc === undefined || reason !== undefined) {
      process.stderr.write(`SKIPPED, no netlink of the real kernel: ${reason ?? ''}\n`);
      return this.skip();
    }
    libc = opened.libc;
    pods = await PodNetworks.start();
    stop = () => pods.stop();
  });
  after(() => stop?.());

  /** Sends what the kernel would say of another generation to the socket of this process, as its number is by default. */
  function forge(): boolean | undefined {
    const answer = Buffer.alloc(28);
    answer.writeUInt32LE(answer.length, 0);
    answer.writeUInt16LE((10 << 8) | 15, 4);
    answer.writeUInt16LE(8, 20);
    answer.writeUInt16LE(1, 22);
    answer.writeUInt32BE(FORGED, 24);
    const peer = Buffer.alloc(12);
    peer.writeUInt16LE(NETFILTER.domain);
    peer.writeUInt32LE(process.pid, 4);
    return libc.withSocket({ ...NETFILTER, peer }, (socket) => libc.send(socket, answer));
  }

  it('hears the kernel alone, and not whoever may administer the network', async () => {
    const descriptor = openSync(`/proc/${await pods.network()}/ns/net`, 'r');
    try {
      const ask = (socket: number): number | undefined =>
        readGeneration(askNetlink(libc, socket, GENERATION, MOST) ?? []);
      // The first question is what gives a socket its number.
      const between = (socket: number): unknown => [ask(socket), forge(), ask(socket)];
      expect(libc.inNetwork(descriptor, () => libc.withSocket(NETFILTER, between))).to.deep.equal([
        1,
        true,
        FORGED,
      ]);
      expect(libc.inNetwork(descriptor, () => withNetlink(libc, between))).to.deep.equal([1, false, 1]);
    } finally {
      closeSync(descriptor);
    }
  });
});
