import { expect } from 'chai';
import { printCidr } from '../iptables/cidr.ts';
import {
  isIpv6,
  readInterfaces,
  readPorts,
  readRanges,
  splitList,
  takesPort,
  takesRange,
  type List,
} from './lists.ts';

function told<T>(list: List<T>, print: (item: T) => string): string {
  return list
    .map(({ text, value, problem }) =>
      problem === undefined && value !== undefined ? print(value) : `bad "${text}": ${problem ?? ''}`,
    )
    .join('; ');
}

describe('readRanges', () => {
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
    it(sentence, () => expect(told(readRanges(splitList(text)), printCidr)).to.equal(outcome));
  }
});

describe('readPorts', () => {
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
    it(sentence, () => expect(told(readPorts(splitList(text), 'as text'), String)).to.equal(outcome));
  }
});

describe('readPorts as numbers', () => {
  it('minds no leading zeros, which nobody reads again', () =>
    expect(told(readPorts(['080', '+0100', '70000'], 'as number'), String)).to.equal(
      '80; 100; bad "70000": ports end at 65535',
    ));
});

describe('readInterfaces', () => {
  const cases: Readonly<Record<string, readonly [string, string]>> = {
    'reads names and wildcards': ['eth0, net-1.2, eth+', 'eth0; net-1.2; eth+'],
    'names one that is too long': [
      'sixteen_letters_',
      'bad "sixteen_letters_": iptables refuses it: interface names have 15 characters at most, and this has 16',
    ],
    'names shell text': ['$(id)', 'bad "$(id)": it is not an interface name'],
    'names what iptables would take for an option': ['-j', 'bad "-j": it is not an interface name'],
    'names two words': ['eth0 eth1', 'bad "eth0 eth1": it is not an interface name'],
  };
  for (const [sentence, [text, outcome]] of Object.entries(cases)) {
    it(sentence, () => expect(told(readInterfaces(splitList(text)), String)).to.equal(outcome));
  }
});

describe('what the injector takes', () => {
  for (const port of ['80', '+80', '080', '70000', '9223372036854775807'.slice(0, 18)]) {
    it(`is the port ${port}`, () => expect(takesPort(port)).to.equal(true));
  }
  for (const port of ['', '0', '-1', 'http', '8080:8090', '1e3', '9'.repeat(20)]) {
    it(`is not the port ${JSON.stringify(port)}`, () => expect(takesPort(port)).to.equal(false));
  }
  for (const range of ['10.0.0.0/8', '10.0.0.1/8', '0.0.0.0/0', 'fd00::/8', '::/0', '::ffff:1.2.3.4/128']) {
    it(`is the range ${range}`, () => expect(takesRange(range)).to.equal(true));
  }
  for (const range of [
    '',
    '10.0.0.0',
    '10.0.0/8',
    '999.1.1.1/24',
    '10.0.0.0/33',
    'fd00::/129',
    ':::/8',
    '1::2::3/8',
    '10.0.0.0/8/8',
    'x/8',
  ]) {
    it(`is not the range ${JSON.stringify(range)}`, () => expect(takesRange(range)).to.equal(false));
  }
});

describe('isIpv6', () => {
  for (const address of ['::1', '::', 'fd00::1', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:1.2.3.4', '::1.2.3.4']) {
    it(`knows ${address}`, () => expect(isIpv6(address)).to.equal(true));
  }
  for (const address of ['10.0.0.1', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '12345::', '::1.2.3.4:5', '']) {
    it(`does not take ${JSON.stringify(address)} for one`, () => expect(isIpv6(address)).to.equal(false));
  }
});
