import { expect } from 'chai';
import { printCidr } from '../iptables/cidr.ts';
import { readPortList, readRangeList, type ExclusionList } from './exclusion-lists.ts';

function told<T>(list: ExclusionList<T>, print: (item: T) => string): string {
  return [
    ...list.items.map(print),
    ...list.problems.map(({ text, reason }) => `bad "${text}": ${reason}`),
  ].join('; ');
}

describe('readRangeList', () => {
  const cases: Readonly<Record<string, readonly [string | undefined, string]>> = {
    "reads the guide's list": ['1.1.1.1/32, 2.2.2.2/24', '1.1.1.1/32; 2.2.2.0/24'],
    'takes an absent list for none': [undefined, ''],
    'takes an empty list for none': [' ', ''],
    'names an item that a comma too many leaves': [
      '1.1.1.1/32,',
      '1.1.1.1/32; bad "": an empty item, such as a comma too many leaves behind',
    ],
    'names an address without a prefix': [
      '1.1.1.1',
      'bad "1.1.1.1": it has no prefix length, as in 1.1.1.1/32',
    ],
    'names an impossible prefix': [
      '1.1.1.1/33',
      'bad "1.1.1.1/33": iptables refuses it: invalid mask `33\' specified',
    ],
    'names IPv6': ['fd00::/8', 'bad "fd00::/8": iptables refuses it: host/network `fd00::\' not found'],
    'reads /0 as everything, whatever stands before it': ['999.1.1.1/0, ::/0', '0.0.0.0/0; 0.0.0.0/0'],
    'names shell text before /0': ['1;reboot/0', 'bad "1;reboot/0": it is not an IPv4 range'],
    'names shell text': ['$(id)/8', 'bad "$(id)/8": iptables refuses it: host/network `$(id)\' not found'],
  };
  for (const [sentence, [text, outcome]] of Object.entries(cases)) {
    it(sentence, () =>
      expect(told(readRangeList(text), ({ network }) => printCidr(network))).to.equal(outcome),
    );
  }
});

describe('readPortList', () => {
  const cases: Readonly<Record<string, readonly [string | undefined, string]>> = {
    "reads the guide's list": ['6379, 7070', '6379; 7070'],
    'takes an absent list for none': [undefined, ''],
    'reads a plus sign as Atoi does': ['+80', '80'],
    'names a port above 65535': ['70000', 'bad "70000": ports end at 65535'],
    'names port zero': ['0', 'bad "0": ports begin at 1'],
    'names a leading zero, which iptables reads as octal': [
      '0100',
      'bad "0100": iptables reads it as octal: port 64',
    ],
    'names a leading zero that is not even octal': [
      '080',
      'bad "080": iptables refuses it: invalid port/service `080\' specified',
    ],
    'names a service': ['http', 'bad "http": it is not a port number'],
    'names a range': ['8080:8090', 'bad "8080:8090": it is not a port number'],
    'names a negative number': ['-1', 'bad "-1": it is not a port number'],
  };
  for (const [sentence, [text, outcome]] of Object.entries(cases)) {
    it(sentence, () => expect(told(readPortList(text), ({ port }) => String(port))).to.equal(outcome));
  }
});
