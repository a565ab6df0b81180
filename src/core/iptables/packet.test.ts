import { expect } from 'chai';
import { BYPASS, printVerdict, sameVerdict, UNKNOWN, type Verdict } from './packet.ts';

const redirect = (port: number): Verdict => ({ kind: 'redirect', port });
const dnat = (address: number, port?: number): Verdict => ({ kind: 'dnat', address, port });

describe('verdicts', () => {
  it('are printed as people write them', () => {
    const verdicts = [BYPASS, UNKNOWN, redirect(15001), dnat(0x0a000001), dnat(0x0a000001, 80)];
    expect(verdicts.map(printVerdict)).to.deep.equal([
      'bypass',
      'unknown',
      'redirect 15001',
      'dnat 10.0.0.1',
      'dnat 10.0.0.1:80',
    ]);
    const own: Verdict = { kind: 'dnat', address: { variable: 'POD_IP' }, port: undefined };
    expect(printVerdict(own)).to.equal('dnat $POD_IP');
  });

  it('are the same when they send a packet to the same place', () => {
    expect(sameVerdict(BYPASS, BYPASS)).to.equal(true);
    expect(sameVerdict(redirect(1), redirect(1))).to.equal(true);
    expect(sameVerdict(dnat(1, 2), dnat(1, 2))).to.equal(true);
    expect(sameVerdict(redirect(1), redirect(2))).to.equal(false);
    expect(sameVerdict(BYPASS, redirect(1))).to.equal(false);
    expect(sameVerdict(dnat(1, 2), dnat(1))).to.equal(false);
  });
});
