import { expect } from 'chai';
import { BYPASS, UNKNOWN, type Verdict } from '../core/iptables/packet.ts';
import { inputFor, meshedPod } from '../testing/builders.ts';
import { OUTBOUND_PACKET } from '../testing/outbound-packet.ts';
import { agreementOf, tracePacket, type Agreement } from './packet-trace.ts';

function agreement(expected: Verdict | undefined, installed: Verdict | undefined): Agreement {
  const walk = (verdict: Verdict | undefined) => verdict && { verdict, steps: [], trace: [] };
  const trace = tracePacket(inputFor(meshedPod()), OUTBOUND_PACKET);
  return agreementOf({ ...trace, expected: walk(expected), installed: walk(installed) });
}

describe('agreement of two verdicts', () => {
  it('is there when they are the same, their ports included', () => {
    expect(agreement(BYPASS, BYPASS)).to.equal('same');
    expect(agreement({ kind: 'redirect', port: 1 }, { kind: 'redirect', port: 1 })).to.equal('same');
    expect(agreement({ kind: 'redirect', port: 1 }, { kind: 'redirect', port: 2 })).to.equal('different');
    expect(agreement(BYPASS, { kind: 'redirect', port: 1 })).to.equal('different');
  });

  it('is unknown as soon as one of two is, also when both are', () => {
    for (const missing of [undefined, UNKNOWN]) {
      expect(agreement(missing, BYPASS)).to.equal('unknown');
      expect(agreement(BYPASS, missing)).to.equal('unknown');
      expect(agreement(missing, missing)).to.equal('unknown');
    }
  });
});
