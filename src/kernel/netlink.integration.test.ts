/** Who is heard on a socket of netlink in the real kernel. */
import { expect } from 'chai';
import { closeSync, openSync } from 'node:fs';
import process from 'node:process';
import { ReaderPods } from '../../e2e/kernel/reader-pods.ts';
import { openLibc, type Libc } from './libc.ts';
import { askNetlink, withNetlink } from './netlink.ts';
import { GENERATION, readGeneration } from './nft-rules.ts';

const NETFILTER = { domain: 16, type: 3, protocol: 12 } as const;
const MOST = 10_000;
const FORGED = 1234;

describe('a socket of netlink in the real kernel', function () {
  let made: ReaderPods | undefined;
  let libc: Libc;

  before(async function () {
    made = await ReaderPods.startOrSkip(this, 'glance at');
    const opened = await openLibc();
    if (opened.libc === undefined) throw new Error(opened.reason);
    libc = opened.libc;
  });
  after(() => made?.stop());

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
    const descriptor = openSync(`/proc/${await made!.networks.network()}/ns/net`, 'r');
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
