/** What a packet trace comes to, in a sentence: which of the verdicts are the same, as far as they are known. */
import { sameVerdict } from '../../core/iptables/packet.ts';
import { agreementOf, sidesOf, verdictOf, type PacketTrace } from '../packet-trace.ts';

/** @param apart whether the ways differ, also where their ends do not */
export function conclusionOf(trace: PacketTrace, apart: boolean): string {
  const three = trace.live !== undefined;
  const agreement = agreementOf(trace);
  if (agreement === 'same') {
    const which = three ? 'The three verdicts' : 'The verdicts';
    return `${which} are the same${apart ? ', by different rules' : ''}.`;
  }
  if (three) return conclusionOfThree(trace);
  return agreement === 'different' ? 'The verdicts differ.' : NOT_KNOWN;
}

const NOT_KNOWN = 'Whether the verdicts are the same is not known.';

/** Where not all three are known and the same. */
function conclusionOfThree(trace: PacketTrace): string {
  const [expected, installed, live] = sidesOf(trace).map(verdictOf);
  if (live === undefined) {
    if (expected === undefined || installed === undefined) return NOT_KNOWN;
    const does = sameVerdict(expected, installed) ? 'does as it should' : 'does not do as it should';
    return `The script ${does}; what the kernel does is not known.`;
  }
  const asExpected = expected && sameVerdict(live, expected);
  const asInstalled = installed && sameVerdict(live, installed);
  if (asExpected === undefined) {
    if (asInstalled === undefined) return NOT_KNOWN;
    const does = asInstalled ? 'does as the script' : 'does not do as the script';
    return `The kernel ${does}; what it should do is not known.`;
  }
  if (asInstalled === undefined) {
    const does = asExpected ? 'does as it should' : 'does not do as it should';
    return `The kernel ${does}; what the script does is not known.`;
  }
  if (asExpected) return 'The kernel does as it should, and the script does not.';
  if (asInstalled) return 'The kernel does as the script, and not as it should.';
  return expected !== undefined && installed !== undefined && sameVerdict(expected, installed)
    ? 'The script does as it should, and the kernel does not.'
    : 'The kernel does neither as it should nor as the script.';
}
