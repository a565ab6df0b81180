/** What a trace says of the kernel, also where little is known of it. */
import { expect } from 'chai';
import type { LiveReading } from '../core/audit/live-reading.ts';
import { inputFor, meshedPod } from '../testing/builders.ts';
import { machineWith } from '../testing/fake-kernel.ts';
import { OUTBOUND_PACKET } from '../testing/outbound-packet.ts';
import { osmAuditor } from '../testing/recording-terminal.ts';
import { readText } from '../testing/repository.ts';
import { agreementOf, tracePacket, type PacketTrace } from './packet-trace.ts';
import { traceDocument } from './output/trace-document.ts';

const nat = (...rules: readonly string[]): LiveReading => {
  const chains = [':PREROUTING ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ':A - [0:0]'];
  const text = ['*nat', ...chains, ...rules, 'COMMIT', ''].join('\n');
  return { kind: 'tables', saved: { legacy: text, nft: '' }, nativeChains: [], earlier: undefined };
};

const traced = (live: LiveReading): PacketTrace =>
  tracePacket({ ...inputFor(meshedPod()), live }, OUTBOUND_PACKET);

/** The verdict in the kernel, whether it agrees with the others, and the notes. */
const CASES: Readonly<
  Record<string, readonly [LiveReading, verdict: string | undefined, agreement: string, ...notes: RegExp[]]>
> = {
  'is that of its rules': [nat('-A OUTPUT -p tcp -j REDIRECT --to-ports 15001'), 'redirect', 'same'],
  'is bypass where it holds nothing': [nat(), 'bypass', 'different'],
  'is unknown at a rule that is not understood, which a note names': [
    nat('-A OUTPUT -m state --state NEW -j ACCEPT'),
    'unknown',
    'unknown',
    /^OA711: The kernel holds the match .*--state NEW, which is not understood: "-A OUTPUT /,
  ],
  'is known where the packet does not meet what is not understood': [
    nat('-A OUTPUT -p tcp -j REDIRECT --to-ports 15001', '-A OUTPUT -m state --state NEW -j ACCEPT'),
    'redirect',
    'same',
  ],
  'is not known where it could not be read': [
    { kind: 'unreadable', reason: 'nobody may' },
    undefined,
    'unknown',
    /^OA\d+: The rules in the kernel could not be read: nobody may\.$/,
  ],
  "is not known where the network is the node's": [
    { kind: 'node-network' },
    undefined,
    'unknown',
    /^OA\d+: .*node/,
  ],
  'is not known where nftables has chains of its own': [
    {
      kind: 'tables',
      saved: { legacy: '', nft: '' },
      nativeChains: ['inet mesh output'],
      earlier: undefined,
    },
    undefined,
    'unknown',
    /^OA711: .*"inet mesh output"/,
  ],
};

describe("a packet's way through the kernel", () => {
  for (const [title, [reading, verdict, agreement, ...notes]] of Object.entries(CASES)) {
    it(title, () => {
      const trace = traced(reading);
      expect(trace.live?.walk?.verdict.kind).to.equal(verdict);
      expect(agreementOf(trace)).to.equal(agreement);
      expect(trace.notes).to.have.length(notes.length);
      for (const [i, note] of notes.entries()) expect(trace.notes[i]).to.match(note);
    });
  }

  it('is given up where it is too long, and a note says so', () => {
    const chains = Array.from({ length: 13 }, (_, i) => i);
    const rules = [
      ...chains.map((i) => `:C${i} - [0:0]`),
      ...chains.slice(1).flatMap((i) => Array<string>(3).fill(`-A C${i - 1} -j C${i}`)),
      '-A OUTPUT -j C0',
    ];
    const trace = traced(nat(...rules));
    expect(trace.live?.walk).to.deep.include({ verdict: { kind: 'unknown' }, trace: [] });
    expect(trace.notes).to.deep.equal([
      'The way of the packet through the live rules is too long to be followed.',
    ]);
  });

  it('is in the document only where it was asked for, and null where it is not known', () => {
    expect(traceDocument(tracePacket(inputFor(meshedPod()), OUTBOUND_PACKET))).not.to.have.property('live');
    const same = traceDocument(traced(nat('-A OUTPUT -p tcp -j REDIRECT --to-ports 15001')));
    expect(same).to.have.nested.property('live.verdict', 'redirect 15001');
    expect(same).to.have.property('same', true);
    expect(traceDocument(traced(nat()))).to.have.property('same', false);
    const unread = traceDocument(traced({ kind: 'unreadable', reason: 'nobody may' }));
    expect(unread).to.have.property('live', null);
    expect(unread).to.have.property('same', false);
    expect(Object.keys(unread)).to.deep.equal([
      'apiVersion',
      'kind',
      'pod',
      'packet',
      'expected',
      'installed',
      'live',
      'same',
      'notes',
    ]);
  });
});

describe('trace with the kernel', () => {
  const GOOD = ['--to', '10.0.0.5:6379', '-f', 'examples/guide/base/config.yaml'];
  const args = ['trace', 'good', ...GOOD, '-f', 'examples/recorded/good.json'];
  const kernel = () => Promise.resolve(machineWith({}));

  it('answers by all three verdicts', async () => {
    const statusWith = async (...rest: readonly string[]): Promise<number> =>
      (await osmAuditor([...args, ...rest], { kernel, stdin: readText('examples/live/excluded.txt') }))
        .status;
    expect(await statusWith('--live-rules', 'examples/live/good.txt')).to.equal(0);
    expect(await statusWith('--live-rules', '-')).to.equal(1);
    expect(await statusWith('--live')).to.equal(3);
  });

  it('says of a pod without processes that there are none, whatever its phase', async () => {
    const pending = [
      'trace',
      'init-sleeping',
      ...GOOD,
      '-f',
      'examples/recorded/init-sleeping.json',
      '--live',
    ];
    for (const line of [[...args, '--live'], pending]) {
      const { stdout, stderr } = await osmAuditor(line, { kernel });
      expect(stdout).to.match(/could not be read: no process of the pod runs on\s+this machine\.$/m);
      expect(stderr).to.equal('');
    }
  });
});
