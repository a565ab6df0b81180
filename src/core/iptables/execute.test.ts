import { expect } from 'chai';
import { GUIDE_SCRIPTS } from '../../testing/guide.ts';
import { readText } from '../../testing/repository.ts';
import { execute } from './execute.ts';
import { printRuleSet } from './print.ts';
import { printPosition } from './text-position.ts';

/** The kernel lists chains by name, the built-in ones first, and no chain that nobody made. */
function asKernelLists(script: string): string {
  const lines = [...printRuleSet(execute(script).rules)];
  const builtIn = ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'];
  const created = lines.filter((line) => line.startsWith('-N')).sort();
  const order = [...builtIn, ...created.map((line) => line.slice(3))];
  const rules = order.flatMap((chain) => lines.filter((line) => line.startsWith(`-A ${chain} `)));
  return [...builtIn.map((chain) => `-P ${chain} ACCEPT`), ...created, ...rules, ''].join('\n');
}

const fixedRanges = GUIDE_SCRIPTS.ipRanges.replace('&& &&', '&&');
const badRule = GUIDE_SCRIPTS.base.replace('--to-port 15003', '--to-port 15003x');

describe('execute', () => {
  const recorded: Readonly<Record<string, string>> = {
    good: GUIDE_SCRIPTS.base,
    'good-ports': GUIDE_SCRIPTS.ports,
    'iprange-fixed': fixedRanges,
    'iprange-doc': GUIDE_SCRIPTS.ipRanges,
    'init-bad-rule': badRule,
  };
  for (const [name, script] of Object.entries(recorded)) {
    it(`leaves behind what the kernel of the recorded pod ${name} had`, () => {
      expect(asKernelLists(script)).to.equal(readText(`src/core/iptables/testdata/${name}.legacy.txt`));
    });
  }

  it('stops at the first refused command and keeps what came before', () => {
    const { ending } = execute(badRule);
    expect(ending).to.include({
      kind: 'refused-by-iptables',
      message: "invalid port/service `15003x' specified",
    });
  });

  it("refuses the guide's doubled && at its position and installs nothing", () => {
    const { rules, ending } = execute(GUIDE_SCRIPTS.ipRanges);
    expect(printRuleSet(rules)).to.deep.equal([]);
    if (ending.kind !== 'refused-by-shell') throw new Error(ending.kind);
    expect(printPosition(ending.at)).to.equal('line 1, column 1049');
    expect(GUIDE_SCRIPTS.ipRanges.slice(ending.at.offset - 3)).to.match(/^&& && iptables/);
  });

  const endings: Readonly<Record<string, readonly [string, string]>> = {
    'a chain that exists': [
      'iptables -t nat -N A && iptables -t nat -N A',
      'refused-by-iptables: Chain already exists.',
    ],
    'a built-in chain made again': [
      'iptables -t nat -N OUTPUT',
      'refused-by-iptables: Chain already exists.',
    ],
    'a rule in a missing chain': [
      'iptables -t nat -A A -j RETURN',
      'refused-by-iptables: No chain/target/match by that name.',
    ],
    'a jump to a missing chain': [
      'iptables -t nat -A OUTPUT -j A',
      "refused-by-iptables: Chain 'A' does not exist",
    ],
    'a position past the end': [
      'iptables -t nat -I OUTPUT 3 -j RETURN',
      'refused-by-iptables: Index of insertion too big.',
    ],
    'another program': ['sleep 3600', 'not-understood: the command "sleep"'],
    'another table': ['iptables -t filter -N A', 'not-understood: the table "filter"'],
    'no table': ['iptables -N A', 'not-understood: a command that does not begin with -t nat'],
    'a table behind an option, whose argument it would be': [
      'iptables -N -t nat A',
      'not-understood: a command that does not begin with -t nat',
    ],
    'a second table': ['iptables -t nat -N -t nat', 'not-understood: a second -t'],
    'a table without a name': ['iptables -t', 'refused-by-iptables: option "-t" requires an argument'],
    'no command': ['iptables -t nat', 'refused-by-iptables: no command specified'],
    'another command': ['iptables -t nat -F', 'not-understood: the option -F in the place of a command'],
    'a chain without a name': ['iptables -t nat -N', 'refused-by-iptables: option "-N" requires an argument'],
    'a rule without a chain': ['iptables -t nat -A', 'refused-by-iptables: option requires an argument'],
    'a word too many': ['iptables -t nat -N A B', "refused-by-iptables: Bad argument `B'"],
    'a chain named like a target': [
      'iptables -t nat -N LOG',
      'not-understood: the chain name "LOG", which iptables may refuse',
    ],
    'a chain named like an option': [
      'iptables -t nat -N -A',
      'not-understood: the chain name "-A", which iptables may refuse',
    ],
    'a chain name of 29 characters': [
      `iptables -t nat -N ${'a'.repeat(29)}`,
      `not-understood: the chain name "${'a'.repeat(29)}", which iptables may refuse`,
    ],
    'a position of another spelling': [
      'iptables -t nat -I OUTPUT 01 -j RETURN',
      'not-understood: the position "01"',
    ],
    'a target of its own': ['iptables -t nat -A OUTPUT -j NFQUEUE', 'not-understood: the target NFQUEUE'],
    'a jump to a built-in chain': [
      'iptables -t nat -A OUTPUT -j PREROUTING',
      'not-understood: a jump to the built-in chain PREROUTING',
    ],
    'a loop of chains': [
      'iptables -t nat -N A && iptables -t nat -N B && iptables -t nat -A A -j B && iptables -t nat -A B -j A',
      'not-understood: a loop of chains',
    ],
    'an owner that inbound packets lack': [
      'iptables -t nat -N A && iptables -t nat -A A -m owner --uid-owner 0 -j RETURN && iptables -t nat -A PREROUTING -j A',
      'not-understood: a match on the owner in PREROUTING',
    ],
    'a redirect where none is possible': [
      'iptables -t nat -A POSTROUTING -p tcp -j REDIRECT --to-port 1',
      'not-understood: REDIRECT in POSTROUTING',
    ],
    'a shell keyword': ['if true', 'not-understood: the shell keyword if'],
  };
  for (const [what, [script, outcome]] of Object.entries(endings)) {
    it(`tells of ${what}`, () => {
      const { ending } = execute(script);
      const said =
        ending.kind === 'completed'
          ? ''
          : `: ${ending.kind === 'not-understood' ? ending.construct : ending.message}`;
      expect(`${ending.kind}${said}`).to.equal(outcome);
    });
  }

  it('inserts at a position', () => {
    const script = [
      '-N A',
      '-A A -d 1.1.1.1 -j RETURN',
      '-I A 2 -d 2.2.2.2 -j RETURN',
      '-I A -d 3.3.3.3 -j RETURN',
    ];
    const { rules } = execute(script.map((line) => `iptables -t nat ${line}`).join(' && '));
    expect(printRuleSet(rules).slice(1)).to.deep.equal([
      '-A A -d 3.3.3.3/32 -j RETURN',
      '-A A -d 1.1.1.1/32 -j RETURN',
      '-A A -d 2.2.2.2/32 -j RETURN',
    ]);
  });

  it('quotes only the beginning of long foreign text', () => {
    const { ending } = execute(`nonsense ${'x'.repeat(5000)}`);
    if (ending.kind !== 'not-understood') throw new Error(ending.kind);
    expect(ending.text)
      .to.have.length(123)
      .and.to.match(/\.\.\.$/);
  });
});
