import { expect } from 'chai';
import { printPortRange, readPort, readPortList, readPortRange } from './ports.ts';
import type { Reading } from './reading.ts';

function told<T>(read: Reading<T>, print: (value: T) => string): string {
  return read.kind === 'value' ? print(read.value) : `${read.kind}: ${read.message}`;
}

describe('readPort', () => {
  const cases: Readonly<Record<string, readonly [string, string]>> = {
    'reads a number': ['80', '80'],
    'reads a plus sign, as strtoul does': ['+8080', '8080'],
    'accepts port zero': ['0', '0'],
    'refuses ports beyond 65535': ['70000', "refused: invalid port/service `70000' specified"],
    'refuses text behind the number': ['15003x', "refused: invalid port/service `15003x' specified"],
    'refuses nothing': ['', "refused: invalid port/service `' specified"],
    'reads a leading zero as octal': ['0100', '64'],
    'refuses what is neither octal nor decimal': ['080', "refused: invalid port/service `080' specified"],
    'reads hexadecimal': ['0x50', '80'],
    'refuses a fraction': ['80.5', "refused: invalid port/service `80.5' specified"],
    'reads white space in front': [' 80', '80'],
    'refuses white space behind': ['80 ', "refused: invalid port/service `80 ' specified"],
    'refuses ranges of other spelling': ['1-2', "refused: invalid port/service `1-2' specified"],
    'does not look up services': [
      'http',
      'not-understood: the service "http", which is looked up where the script runs',
    ],
  };
  for (const [sentence, [text, outcome]] of Object.entries(cases)) {
    it(sentence, () => expect(told(readPort(text), String)).to.equal(outcome));
  }
});

describe('readPortRange', () => {
  const cases: Readonly<Record<string, readonly [string, string]>> = {
    'reads one port': ['80', '80'],
    'reads a range': ['1000:2000', '1000:2000'],
    'opens a range at the top': ['1024:', '1024:65535'],
    'opens a range at the bottom': [':1024', '0:1024'],
    'refuses a range that shrinks': ['90:80', 'refused: invalid portrange (min > max)'],
    'refuses two colons': ['1:2:3', "refused: invalid port/service `2:3' specified"],
    'refuses a bad lower end': [
      'x9:80',
      'not-understood: the service "x9", which is looked up where the script runs',
    ],
    'refuses a bad upper end': ['80:9.5', "refused: invalid port/service `9.5' specified"],
  };
  for (const [sentence, [text, outcome]] of Object.entries(cases)) {
    it(sentence, () => expect(told(readPortRange(text), printPortRange)).to.equal(outcome));
  }
});

describe('readPortList', () => {
  const ports = (count: number): string => Array.from({ length: count }, (_, i) => String(i + 1)).join(',');
  const ranges = (count: number): string =>
    Array.from({ length: count }, (_, i) => `${i * 10 + 1}:${i * 10 + 2}`).join(',');
  const cases: Readonly<Record<string, readonly [string, string]>> = {
    'keeps order and duplicates': ['80,22,80', '80,22,80'],
    'takes fifteen ports': [ports(15), ports(15)],
    'refuses the sixteenth': [ports(16), 'refused: too many ports specified'],
    'counts a range twice': [ranges(8), 'refused: too many ports specified'],
    'takes seven ranges and a port': [`${ranges(7)},99`, `${ranges(7)},99`],
    'refuses an empty item': ['80,', "refused: invalid port/service `' specified"],
    'refuses an open range, which --dport would take': [
      '1000:',
      "refused: invalid port/service `' specified",
    ],
    'refuses a range of one': ['80:80', 'refused: invalid portrange specified'],
    'refuses a range that shrinks': ['90:80', 'refused: invalid portrange specified'],
  };
  for (const [sentence, [text, outcome]] of Object.entries(cases)) {
    it(sentence, () => {
      expect(told(readPortList(text), (list) => list.map(printPortRange).join(','))).to.equal(outcome);
    });
  }
});
