import { expect } from 'chai';
import { printAppend } from './print.ts';
import { readSave } from './save.ts';
import { printPosition } from './text-position.ts';

const table = (...lines: readonly string[]): string =>
  ['*nat', ':PREROUTING ACCEPT [1:60]', ':OUTPUT ACCEPT [0:0]', ':MINE - [0:0]', ...lines, 'COMMIT', ''].join(
    '\n',
  );

/** The rules, then what is not understood with its place. */
function told(text: string): readonly string[] {
  const { rules, notUnderstood } = readSave(text);
  return [
    ...[...rules.chains].flatMap(([chain, list]) => list.map((rule) => printAppend(chain, rule))),
    ...notUnderstood.map(({ construct, at }) => `${construct} at ${printPosition(at)}`),
  ];
}

describe('readSave', () => {
  const cases: Readonly<Record<string, readonly [string, readonly string[]]>> = {
    'reads nothing as no rules': ['', []],
    'reads rules with and without counters': [
      table('-A OUTPUT -p tcp -j MINE', '[3:180] -A MINE -d 10.0.0.0/8 -j RETURN'),
      ['-A OUTPUT -p tcp -j MINE', '-A MINE -d 10.0.0.0/8 -j RETURN'],
    ],
    'passes over comments, and not over a table that iptables cannot show': [
      "# Warning: iptables-legacy tables present\n# Table `nat' is incompatible, use 'nft' tool.\n",
      ['a table that iptables cannot show at line 2, column 1'],
    ],
    'keeps the place of a rule with an unknown match': [
      table('-A MINE -m conntrack --ctstate NEW -j RETURN', '-A MINE -j ACCEPT'),
      [
        '-A MINE -m conntrack --ctstate NEW -j RETURN',
        '-A MINE -j ACCEPT',
        'the match -m conntrack --ctstate NEW at line 5, column 1',
      ],
    ],
    'keeps the place of a rule that it cannot read at all': [
      table('-A MINE -m string --string "a b" --algo bm -j MARK --set-xmark 0x1/0x1', '-A MINE -j ACCEPT'),
      [
        '-A MINE -m string --string "a b" --algo bm -j MARK --set-xmark 0x1/0x1',
        '-A MINE -j ACCEPT',
        'the match module "string" at line 5, column 1',
      ],
    ],
    'names another table': [
      '*filter\n:INPUT DROP [0:0]\n-A INPUT -j DROP\nCOMMIT\n',
      ['the table filter at line 1, column 1'],
    ],
    'names a policy that nat should not have': [
      '*nat\n:OUTPUT DROP [0:0]\nCOMMIT\n',
      ['the policy DROP at line 2, column 1'],
    ],
    'names a chain line that it cannot read': [
      '*nat\n:OUTPUT\nCOMMIT\n',
      ['a chain line at line 2, column 1'],
    ],
    'names a rule of a chain that is not there': [
      table('-A THEIRS -j RETURN'),
      ['a line that is no rule of a chain at line 5, column 1'],
    ],
    'names text outside a table': ['hello\n', ['text outside a table at line 1, column 1']],
  };
  for (const [sentence, [text, outcome]] of Object.entries(cases)) {
    it(sentence, () => expect(told(text)).to.deep.equal(outcome));
  }
});
