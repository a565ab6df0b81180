import { expect } from 'chai';
import { readFileSync, readdirSync } from 'node:fs';
import { BACKENDS, type Job, type KernelAnswer } from './job.ts';
import type { Packet } from '../../src/core/iptables/packet.ts';
import type { KernelProber } from './prober.ts';
import { LO, NET1, POD, SERVICE, UDP, inbound, outbound, printVerdict, proberOrSkip } from './testing.ts';

for (const backend of BACKENDS) {
  describe(`kernel prober (${backend}) in trouble`, () => {
    let prober: KernelProber | undefined;
    before(async function () {
      prober = await proberOrSkip(this, backend, { jobSeconds: 3 });
    });
    after(() => prober?.stop());

    const run = (
      script: string,
      packets: readonly Packet[] = [],
      rest: Partial<Job> = {},
    ): Promise<KernelAnswer> => prober!.run({ backend, script, packets, podIp: POD, ...rest });
    it('says why it has no verdict', async () => {
      const answer = await run('iptables -t mangle -A POSTROUTING -p tcp -j DROP', [
        outbound(1000, SERVICE, 80),
        outbound(1000, POD, 80),
        outbound(1000, '224.0.0.1', 80),
        outbound(1000, SERVICE, 80, NET1),
        inbound(POD, 80, LO),
        { ...outbound(0, SERVICE, 80), uid: undefined },
        outbound(0xffffffff, SERVICE, 80, UDP),
        outbound(0xffffffff, SERVICE, 80, UDP),
        outbound(1000, SERVICE, 80, UDP),
      ]);
      expect(answer.undetermined).to.deep.equal({
        'the packet was dropped before conntrack confirmed it': 1,
        'a packet to an own address leaves by lo alone': 1,
        'the kernel refused to send the packet: ENETUNREACH': 1,
        'the kernel refused to send the packet: setfsuid: the kernel refuses to create files as user 4294967295': 2,
        'there is no interface net1': 1,
        'nothing comes in through lo': 1,
        'a packet that goes out comes from a socket, which has a user': 1,
      });
      expect(answer.verdicts.map(printVerdict)).to.deep.equal([
        ...Array<string>(8).fill('undetermined'),
        'bypass',
      ]);
    });

    it('starts every job from nothing and answers each with its own', async () => {
      const redirects = Array.from({ length: 8 }, (_, index) => 2000 + index);
      const answers = await Promise.all(
        redirects.map((port) =>
          run(`iptables -t nat -A OUTPUT -p tcp -j REDIRECT --to-ports ${port}`, [outbound(0, SERVICE, 80)]),
        ),
      );
      expect(answers.flatMap(({ verdicts: [verdict] }) => printVerdict(verdict))).to.deep.equal(
        redirects.map((port) => `127.0.0.1:${port}`),
      );
    });

    it('does not wait for what the script leaves running, and ends it', async () => {
      const answer = await run('setsid sh -c "exec sleep 987654" & iptables -t nat -N HERE');
      expect(answer.saved).to.contain(':HERE');
      expect(processesOf('987654')).to.deep.equal([]);
    });

    it('ends a job that takes too long, with all that it started, and goes on with the next', async () => {
      const error = await run('sleep 876543 & sleep 876543').catch((reason: unknown) => reason);
      expect(String(error)).to.contain('the job took longer than 3 s');
      expect(processesOf('876543')).to.deep.equal([]);
      expect((await run('echo on')).stdout).to.equal('on\n');
    });

    it('turns what goes wrong into an error', async () => {
      const missing = await run('true', [], { shell: '/bin/nosuchshell' }).catch((reason: unknown) => reason);
      expect(String(missing)).to.contain("No such file or directory: '/bin/nosuchshell'");
      const wrong = await run('true', [], { podIp: 'none' }).catch((reason: unknown) => reason);
      expect(String(wrong)).to.contain('the interfaces cannot be set up: Error: any valid prefix');
    });
  });
}

/** The command lines of running processes that mention `text`. */
function processesOf(text: string): readonly string[] {
  const lines: string[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      if (line.includes(text)) lines.push(line);
    } catch {
      continue; // it ended between the two reads
    }
  }
  return lines;
}
