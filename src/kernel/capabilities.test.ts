import { expect } from 'chai';
import { missingCapabilities } from './capabilities.ts';

const status = (effective: string): string =>
  `Name:\tnode\nUid:\t0\t0\t0\t0\nCapInh:\t0000000000000000\nCapPrm:\t${effective}\nCapEff:\t${effective}\nCapBnd:\t000001ffffffffff\n`;

describe('capabilities that are missing', () => {
  const cases: Readonly<Record<string, readonly [effective: string, missing: readonly string[]]>> = {
    'of root': ['000001ffffffffff', []],
    'of a process with just those that it takes': ['0000000000283000', []],
    'of a process with those of a container': ['00000000a80425fb', ['NET_ADMIN', 'SYS_PTRACE', 'SYS_ADMIN']],
    'of a user': ['0000000000000000', ['NET_ADMIN', 'NET_RAW', 'SYS_PTRACE', 'SYS_ADMIN']],
  };
  for (const [what, [effective, missing]] of Object.entries(cases)) {
    it(`are those ${what}`, () => expect(missingCapabilities(status(effective))).to.deep.equal(missing));
  }

  it('are all where the text does not tell', () => expect(missingCapabilities('')).to.have.lengthOf(4));
});
