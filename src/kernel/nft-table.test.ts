import { expect } from 'chai';
import { isDormant } from './nft-table.ts';

const CHAIN = '\tchain OUTPUT {\n\t\ttype nat hook output priority -100; policy accept;\n\t}\n}\n';
const MANAGED = '# Warning: table ip nat is managed by iptables-nft, do not touch!\n';

describe('a table of nftables', () => {
  const dormant: Readonly<Record<string, string>> = {
    'by its flag': `table ip nat {\n\tflags dormant\n\n${CHAIN}`,
    'whoever manages it': `${MANAGED}table ip nat {\n\tflags dormant\n\n${CHAIN}`,
    'with other flags': `table ip nat { # progname a\n\tflags owner,dormant\n\n${CHAIN}`,
    'with other flags after it': `table ip nat {\n\tflags dormant, persist\n\n${CHAIN}`,
    'after a comment': `table ip nat {\n\tcomment "a"\n\tflags dormant\n\n${CHAIN}`,
  };
  for (const [what, listed] of Object.entries(dormant)) {
    it(`sleeps: ${what}`, () => expect(isDormant(listed)).to.equal(true));
  }

  const awake: Readonly<Record<string, string>> = {
    'without a flag': `${MANAGED}table ip nat {\n${CHAIN}`,
    'with another flag': `table ip nat {\n\tflags persist\n\n${CHAIN}`,
    'with a flag of a set': `table ip nat {\n\tset a {\n\t\tflags dormant\n\t}\n${CHAIN}`,
    'with a chain of that name': `table ip nat {\n\tchain dormant {\n\t}\n}\n`,
    'where there is none': '',
  };
  for (const [what, listed] of Object.entries(awake)) {
    it(`does not sleep: ${what}`, () => expect(isDormant(listed)).to.equal(false));
  }
});
