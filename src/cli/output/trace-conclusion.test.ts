import { expect } from 'chai';
import { BYPASS, UNKNOWN, type Verdict } from '../../core/iptables/packet.ts';
import { inputFor, meshedPod } from '../../testing/builders.ts';
import { OUTBOUND_PACKET } from '../../testing/outbound-packet.ts';
import { agreementOf, tracePacket, type Agreement, type PacketTrace } from '../packet-trace.ts';
import { conclusionOf } from './trace-conclusion.ts';

const TRACE = tracePacket(inputFor(meshedPod()), OUTBOUND_PACKET);
const A: Verdict = { kind: 'redirect', port: 15001 };
const B = BYPASS;
const C: Verdict = { kind: 'redirect', port: 15003 };

type Known = Verdict | undefined;

function traceOf(expected: Known, installed: Known, live: Known): PacketTrace {
  const walk = (verdict: Known) => verdict && { verdict, steps: [], trace: [] };
  return { ...TRACE, expected: walk(expected), installed: walk(installed), live: { walk: walk(live) } };
}

const UNTOLD = 'Whether the verdicts are the same is not known.';

/** By the verdicts that are expected, installed and live: whether they agree, and the sentence. */
const CASES: readonly (readonly [readonly [Known, Known, Known], Agreement, string])[] = [
  [[A, A, A], 'same', 'The three verdicts are the same.'],
  [[A, A, B], 'different', 'The script does as it should, and the kernel does not.'],
  [[A, B, B], 'different', 'The kernel does as the script, and not as it should.'],
  [[A, B, A], 'different', 'The kernel does as it should, and the script does not.'],
  [[A, B, C], 'different', 'The kernel does neither as it should nor as the script.'],
  [[A, A, undefined], 'unknown', 'The script does as it should; what the kernel does is not known.'],
  [[A, B, undefined], 'different', 'The script does not do as it should; what the kernel does is not known.'],
  [[A, undefined, A], 'unknown', 'The kernel does as it should; what the script does is not known.'],
  [[A, undefined, B], 'different', 'The kernel does not do as it should; what the script does is not known.'],
  [[undefined, A, A], 'unknown', 'The kernel does as the script; what it should do is not known.'],
  [[undefined, A, B], 'different', 'The kernel does not do as the script; what it should do is not known.'],
  [[A, undefined, undefined], 'unknown', UNTOLD],
  [[undefined, A, undefined], 'unknown', UNTOLD],
  [[undefined, undefined, A], 'unknown', UNTOLD],
  [[undefined, undefined, undefined], 'unknown', UNTOLD],
];

describe('the end of a trace of three', () => {
  for (const [verdicts, agreement, sentence] of CASES) {
    it(`is for ${verdicts.map((verdict) => verdict?.kind ?? 'not known').join(', ')}: ${sentence}`, () => {
      expect(conclusionOf(traceOf(...verdicts), false)).to.equal(sentence);
      expect(agreementOf(traceOf(...verdicts))).to.equal(agreement);
    });
  }

  it('takes a verdict that is unknown for one that is not known', () => {
    for (const [verdicts, , sentence] of CASES) {
      const [expected, installed, live] = verdicts.map((verdict) => verdict ?? UNKNOWN);
      expect(conclusionOf(traceOf(expected, installed, live), false)).to.equal(sentence);
    }
  });

  it('says where the same comes about by different rules', () => {
    expect(conclusionOf(traceOf(A, A, A), true)).to.equal(
      'The three verdicts are the same, by different rules.',
    );
  });
});
