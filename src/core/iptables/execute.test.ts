import { expect } from 'chai';
import { GUIDE_SCRIPTS } from '../../testing/guide.ts';
import { readText } from '../../testing/repository.ts';
import { execute } from './execute.ts';
import type { Execution } from './execution.ts';
import { printRuleSet, printSave } from './print.ts';
import type { Environment } from './shell-variables.ts';
import { printPosition } from './text-position.ts';

/** As `iptables -S` lists a table: policies, chains by name, then rules. */
function asKernelLists(script: string): string {
  const lines = printSave(execute(script).rules).split('\n').slice(1, -2);
  return lines
    .map((line) => line.replace(/^:(\S+) ACCEPT.*/, '-P $1 ACCEPT').replace(/^:(\S+) -.*/, '-N $1'))
    .concat('')
    .join('\n');
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
    const { ending, refusals } = execute(badRule);
    expect(ending).to.deep.equal({ kind: 'completed', status: 2 });
    expect(refusals).to.have.length(1);
    expect(refusals[0]).to.include({ message: "Garbage after port value: `x'", status: 2, block: false });
  });

  it('goes on behind ; and names every refused command', () => {
    const { ending, refusals, rules } = execute(
      'iptables -t nat -N A; iptables -t nat -N A; iptables -t nat -A A -d x/99 -j RETURN || iptables -t nat -N B\niptables -t nat -N C',
    );
    expect(ending).to.deep.equal({ kind: 'completed', status: 0 });
    expect(refusals.map(({ message }) => message)).to.deep.equal([
      'Chain already exists.',
      "invalid mask `99' specified",
    ]);
    expect(printRuleSet(rules)).to.deep.equal(['-N A', '-N B', '-N C']);
  });

  it('loses a whole block of iptables-restore to one bad line, keeps the blocks before it and names the line', () => {
    const script = [
      'iptables-restore --noflush <<EOF',
      '*nat',
      ':A - [0:0]',
      'COMMIT',
      '*nat',
      '-A A -d 10.0.0.0/8 -j RETURN',
      '-A A -p tcp --dport 70000 -j RETURN',
      'COMMIT',
      'EOF',
      '',
    ].join('\n');
    const { ending, refusals, rules } = execute(script);
    expect(ending).to.deep.equal({ kind: 'completed', status: 2 });
    expect(printRuleSet(rules)).to.deep.equal(['-N A']);
    expect(refusals[0]).to.include({
      message: "invalid port/service `70000' specified (line 6 of the input)",
      command: '-A A -p tcp --dport 70000 -j RETURN',
      block: true,
    });
    expect(refusals[0]?.at).to.include({ line: 7, column: 1 });
  });

  it('sends DNAT to a variable whose value is not known, and to the value where it is', () => {
    const script =
      'iptables-restore <<EOF\n*nat\n-I OUTPUT -p tcp -o lo -d 127.0.0.1/32 -m owner --uid-owner 1500 -j DNAT --to-destination $POD_IP\nCOMMIT\nEOF\n';
    const target = (environment: Environment): unknown =>
      execute(script, environment)
        .rules.chains.get('OUTPUT')
        ?.map(({ target: to }) => to);
    expect(target(new Map([['POD_IP', undefined]]))).to.deep.equal([
      { kind: 'dnat', address: { variable: 'POD_IP' }, port: undefined },
    ]);
    expect(target(new Map([['POD_IP', '10.9.9.9']]))).to.deep.equal([
      { kind: 'dnat', address: 0x0a090909, port: undefined },
    ]);
  });

  it('carries a rule of which a match is not understood, and names it', () => {
    const { opaque, rules } = execute(
      'iptables -t nat -A OUTPUT -m conntrack --ctstate NEW -j RETURN && iptables-restore -n <<EOF\n*nat\n-A OUTPUT -s 1.1.1.1 -j ACCEPT\nCOMMIT\nEOF\n',
    );
    expect(opaque.map(({ construct, at }) => `${construct} at ${printPosition(at)}`)).to.deep.equal([
      'the match -m conntrack --ctstate NEW at line 1, column 1',
      'the match -s 1.1.1.1 at line 3, column 1',
    ]);
    expect(printRuleSet(rules)).to.have.length(2);
  });

  it("refuses the guide's doubled && at its position and installs nothing", () => {
    const { rules, ending } = execute(GUIDE_SCRIPTS.ipRanges);
    expect(printRuleSet(rules)).to.deep.equal([]);
    if (ending.kind !== 'refused-by-shell') throw new Error(ending.kind);
    expect(printPosition(ending.at)).to.equal('line 1, column 1049');
    expect(GUIDE_SCRIPTS.ipRanges.slice(ending.at.offset - 3)).to.match(/^&& && iptables/);
  });

  const notUnderstood: Readonly<Record<string, readonly [string, string]>> = {
    'another program': ['sleep 3600', 'the command "sleep"'],
    'another table': ['iptables -t filter -N A', 'the table filter'],
    'no table': ['iptables -N A', 'a command on the table filter, as it has no -t nat'],
    'another command': ['iptables -t nat -Z', 'the option "-Z"'],
    'both backends in one script': [
      'iptables-nft -t nat -N A && iptables-legacy -t nat -N A',
      'a second iptables backend',
    ],
    'a chain named like a target that some images have': [
      'iptables -t nat -N NFLOG',
      'the chain name "NFLOG", which iptables may refuse',
    ],
    'a position of another spelling': ['iptables -t nat -I OUTPUT 01 -j RETURN', 'the position "01"'],
    'a target of its own': ['iptables -t nat -A OUTPUT -j NFQUEUE', 'the target NFQUEUE'],
    'a rule that only one backend refuses': [
      'iptables -t nat -A PREROUTING -j RETURN && iptables -t nat -A PREROUTING -m owner --uid-owner 0 -j RETURN',
      'a match on the owner in PREROUTING, which only iptables-nft refuses',
    ],
    'an unknown variable in the place of an address': [
      'iptables -t nat -A OUTPUT -d $POD_IP -j RETURN',
      'the variable POD_IP, whose value is not known',
    ],
    'what iptables-nft may do to what it had before the block': [
      'iptables-restore -n <<EOF\n*nat\n-F\nCOMMIT\nEOF\n',
      'a command to flush every chain in a block of iptables-restore',
    ],
    'a position in a block': [
      'iptables-restore -n <<EOF\n*nat\n:A -\n-A A -j RETURN\n-I A 2 -j ACCEPT\nCOMMIT\nEOF\n',
      'a position in a block of iptables-restore',
    ],
    'a chain that a block makes twice': [
      'iptables-restore <<EOF\n*nat\n:A -\n:A -\nCOMMIT\nEOF\n',
      'the chain A once more',
    ],
    'a line that iptables-restore cuts in two': [
      `iptables-restore <<EOF\n# ${'x'.repeat(10_300)}\nEOF\n`,
      'a line that iptables-restore cuts in two',
    ],
    'a script that no program can be given': [
      `true # ${'x'.repeat(131_072)}`,
      'more than 128 KiB, which Linux passes to no program',
    ],
    'a flush with the options of a rule': ['iptables -t nat -F -p tcp', '-F of all chains'],
    'udp ports of another spelling': [
      'iptables -t nat -A OUTPUT -p udp --dport 0100 -j RETURN',
      'the udp port "0100"',
    ],
    'a range of udp ports that shrinks, which iptables takes': [
      'iptables -t nat -A OUTPUT -p udp --dport 443:80 -j RETURN',
      'the udp port "443:80"',
    ],
    'a negated range from 0 on': [
      'iptables -t nat -A OUTPUT -p tcp ! --dport 0:80 -j RETURN',
      'a negated --dport from 0 on',
    ],
    'an octet with a sign': [
      "iptables -t nat -A OUTPUT -d ' 10.0.0.0/8' -j RETURN",
      'the address " 10.0.0.0"',
    ],
    'very many modules': [
      `iptables -t nat -A OUTPUT ${'-m owner --uid-owner 1 '.repeat(65)}-j RETURN`,
      'more than 64 match modules',
    ],
    'a number that belongs to no option of iptables-restore': [
      'iptables-restore -n 5 <<EOF\nEOF\n',
      'the option "5" of iptables-restore',
    ],
    'a word behind -w that is no number': [
      'iptables-restore -w soon <<EOF\nEOF\n',
      'the option "soon" of iptables-restore',
    ],
    'iptables-restore of a file': ['iptables-restore', 'iptables-restore without its input'],
    'a shell keyword': ['if true', 'the shell keyword if'],
  };
  for (const [what, [script, construct]] of Object.entries(notUnderstood)) {
    it(`does not understand ${what}`, () => {
      const { ending } = execute(script, new Map([['POD_IP', undefined]]));
      expect(ending.kind === 'not-understood' ? ending.construct : ending.kind).to.equal(construct);
    });
  }

  it('does not trust a container whose variables change what commands do', () => {
    for (const name of ['PATH', 'XTABLES_LIBDIR', 'LD_PRELOAD', 'SHELLOPTS', 'ENV']) {
      const { ending } = execute('true', new Map([[name, 'x']]));
      expect(ending.kind, name).to.equal('not-understood');
    }
    expect(
      execute(
        'true',
        new Map([
          ['POD_IP', 'x'],
          ['HOME', '/'],
        ]),
      ).ending.kind,
    ).to.equal('completed');
  });

  it('keeps what is certain of a script that is not understood to its end', () => {
    const { rules, ending } = execute(
      'iptables -t nat -N A\niptables -t nat -N B && sleep 1 && iptables -t nat -N C',
    );
    expect(printRuleSet(rules)).to.deep.equal(['-N A', '-N B']);
    expect(ending.kind === 'not-understood' && printPosition(ending.at)).to.equal('line 2, column 25');
  });

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

  it('knows iptables by the folders that it lives in', () => {
    const runs = (program: string): boolean => execute(`${program} -t nat -N A`).ending.kind === 'completed';
    for (const program of ['iptables', '/sbin/iptables', '/usr/sbin/iptables', '/usr/local/bin/iptables-nft'])
      expect(runs(program), program).to.equal(true);
    for (const program of [
      '/usriptables',
      '/local/sbin/iptables',
      './iptables',
      'sudo iptables',
      'ip6tables',
    ])
      expect(runs(program), program).to.equal(false);
  });

  it('skips the blanks of C in a list, and no others', () => {
    const list = (blank: string): Execution =>
      execute(`iptables -t nat -A OUTPUT -d '10.0.0.0/8,${blank}192.168.0.0/16' -j RETURN; true`);
    expect(printRuleSet(list(' \t').rules)).to.have.length(2);
    const { rules, refusals } = list('\u00a0');
    expect(printRuleSet(rules)).to.deep.equal([]);
    expect(refusals).to.have.length(1);
  });

  it('counts the commands that a refused one keeps from running', () => {
    const { refusals } = execute(
      'iptables -t nat -A B -j RETURN && iptables -t nat -N B && true; iptables -t nat -X B; iptables -t nat -N C',
    );
    expect(refusals.map(({ skipped }) => skipped)).to.deep.equal([2, 0]);
  });

  it('lets the kernel look at a block when it is committed, not before', () => {
    const block = (...lines: readonly string[]): string =>
      `iptables-restore -n <<EOF\n*nat\n${lines.join('\n')}\nCOMMIT\nEOF\n`;
    const lines = [':A -', '-A PREROUTING -j A', '-A A -m owner --uid-owner 5 -j RETURN'];
    expect(execute(block(...lines, '-F A')).ending).to.deep.equal({ kind: 'completed', status: 0 });
    const { rules, refusals } = execute(block(...lines));
    expect(printRuleSet(rules)).to.deep.equal([]);
    expect(refusals[0]).to.include({ command: 'COMMIT', status: 4, block: true });
  });

  it('quotes a text of 120 characters whole', () => {
    const { ending } = execute(`x ${'y'.repeat(118)}`);
    expect(ending.kind === 'not-understood' && ending.text).to.equal(`x ${'y'.repeat(118)}`);
  });

  it('quotes only the beginning of long foreign text', () => {
    const { ending } = execute(`nonsense ${'x'.repeat(5000)}`);
    if (ending.kind !== 'not-understood') throw new Error(ending.kind);
    expect(ending.text)
      .to.have.length(123)
      .and.to.match(/\.\.\.$/);
  });
});
