import { expect } from 'chai';
import { joinCommands } from '../../testing/osm-scripts.ts';
import { execute } from './execute.ts';
import { printRuleSet, printSave } from './print.ts';

/** How the last of the commands ends: `2 message` or `0`, or what is not understood. */
function told(...lines: readonly string[]): string {
  const { ending, refusals } = execute(lines.map((line) => `iptables -t nat ${line}`).join('; '));
  if (ending.kind === 'not-understood') return ending.construct;
  if (ending.kind !== 'completed') return ending.kind;
  return ending.status === 0 ? '0' : `${ending.status} ${refusals.at(-1)?.message ?? ''}`;
}

describe('the nat table', () => {
  const INVALID = '4 RULE_APPEND failed (Invalid argument)';
  const outcomes: Readonly<Record<string, readonly [string, string]>> = {
    'does not delete a chain that a rule calls': [
      told('-N A', '-A OUTPUT -j A', '-X A'),
      '4 CHAIN_DEL failed (Device or resource busy)',
    ],
    'does not delete a chain that holds rules': [
      told('-N A', '-A A -j RETURN', '-X A'),
      '4 CHAIN_DEL failed (Device or resource busy)',
    ],
    'deletes a chain that nobody calls any more': [told('-N A', '-A OUTPUT -j A', '-F OUTPUT', '-X A'), '0'],
    'refuses an owner where packets have none': [
      told('-A PREROUTING -m owner --uid-owner 0 -j RETURN'),
      INVALID,
    ],
    'refuses it behind a jump that comes later': [
      told('-N A', '-A A -m owner --uid-owner 0 -j RETURN', '-A PREROUTING -j A'),
      INVALID,
    ],
    'lets only what returns for all packets hide it from one backend': [
      told('-N A', '-A PREROUTING -j A', '-A PREROUTING -m owner --uid-owner 0 -j RETURN'),
      INVALID,
    ],
    'does not let a redirect hide it': [
      told('-A PREROUTING -p tcp -j REDIRECT --to-ports 1', '-A PREROUTING -m owner --uid-owner 0 -j RETURN'),
      INVALID,
    ],
    'does not let a return of some packets hide it': [
      told('-A PREROUTING -p tcp -j RETURN', '-A PREROUTING -m owner --uid-owner 0 -j RETURN'),
      INVALID,
    ],
    'refuses a redirect where none is possible': [
      told('-N A', '-A A -p tcp -j REDIRECT --to-ports 1', '-A POSTROUTING -j A'),
      INVALID,
    ],
    'takes an owner where packets have one': [told('-A OUTPUT -m owner --uid-owner 0 -j RETURN'), '0'],
    'refuses a loop that packets can enter': [
      told('-N A', '-N B', '-A A -j B', '-A B -g A', '-A OUTPUT -j A'),
      '4 Too many links',
    ],
    'takes a loop that no packet can enter': [told('-N A', '-N B', '-A A -j B', '-A B -j A'), '0'],
    'forgets a jump that was deleted': [
      told('-N A', '-N B', '-A OUTPUT -j A', '-A OUTPUT -j B', '-A A -j B', '-D A -j B', '-A B -j A'),
      '0',
    ],
    'forgets a jump that was deleted by its number': [
      told('-N A', '-N B', '-A OUTPUT -j A', '-A OUTPUT -j B', '-A A -j B', '-D A 1', '-A B -j A'),
      '0',
    ],
    'forgets a jump that was replaced': [
      told('-N A', '-N B', '-A OUTPUT -j A', '-A OUTPUT -j B', '-A A -j B', '-R A 1 -j RETURN', '-A B -j A'),
      '0',
    ],
    'forgets a jump that the kernel has refused': [
      told('-N A', '-N B', '-A OUTPUT -j A', '-A A -j B', '-A B -j A', '-D A 1', '-A B -j A'),
      '0',
    ],
    'counts jumps that are there twice': [
      told('-N A', '-N B', '-A OUTPUT -j A', '-A A -j B', '-A A -j B', '-D A -j B', '-A B -j A'),
      '4 Too many links',
    ],
    'replaces a rule, and takes the new one for what it is': [
      told('-A PREROUTING -j ACCEPT', '-R PREROUTING 1 -m owner --uid-owner 0 -j RETURN'),
      INVALID,
    ],
    'does not replace what is not there': [
      told('-A OUTPUT -j RETURN', '-R OUTPUT 2 -j ACCEPT'),
      '1 Index of replacement too big.',
    ],
    'does not delete what is not there': [told('-D OUTPUT 1'), '1 Index of deletion too big.'],
    'does not understand -D of a rule of which it knows a part only': [
      told('-A OUTPUT -j RETURN', '-D OUTPUT -p tcp --dport 80 --syn -j RETURN'),
      '-D of a rule that is not understood',
    ],
  };
  for (const [sentence, [outcome, expected]] of Object.entries(outcomes)) {
    it(sentence, () => expect(outcome).to.equal(expected));
  }

  it('is as it was after a command that the kernel refuses', () => {
    const { rules } = execute(
      'iptables -t nat -A PREROUTING -j ACCEPT; iptables -t nat -R PREROUTING 1 -m owner --uid-owner 0 -j RETURN; iptables -t nat -I PREROUTING -m owner --uid-owner 0 -j RETURN',
    );
    expect(printRuleSet(rules)).to.deep.equal(['-A PREROUTING -j ACCEPT']);
  });

  it('takes as many chains one in another as both backends follow', () => {
    const chains = (count: number): string => {
      const names = Array.from({ length: count }, (_, i) => `L_${i}`);
      const calls = names.slice(1).map((name, i) => `-A ${names[i] ?? ''} -j ${name}`);
      return told(...names.map((name) => `-N ${name}`), ...calls, '-A OUTPUT -j L_0');
    };
    expect(chains(15)).to.equal('0');
    expect(chains(16)).to.equal('more than 15 chains one in another, which only iptables-nft refuses');
  });

  it('prints chains sorted by byte, whatever the order in which they were made', () => {
    const script = joinCommands(['-N b', '-N C', '-N A', '-N _', '-A OUTPUT -j b']);
    expect(printSave(execute(script).rules).split('\n').slice(5, 9)).to.deep.equal([
      ':A - [0:0]',
      ':C - [0:0]',
      ':_ - [0:0]',
      ':b - [0:0]',
    ]);
  });

  it('inserts a list of thousands of networks in reverse, as iptables does one by one', () => {
    const list = Array.from({ length: 3000 }, (_, i) => `10.${Math.floor(i / 256)}.${i % 256}.0/24`);
    const { rules } = execute(`iptables -t nat -I OUTPUT -d ${list.join(',')} -j RETURN`);
    const printed = printRuleSet(rules);
    expect(printed).to.have.length(3000);
    expect(printed[0]).to.equal('-A OUTPUT -d 10.11.183.0/24 -j RETURN');
    expect(printed.at(-1)).to.equal('-A OUTPUT -d 10.0.0.0/24 -j RETURN');
  });
});
