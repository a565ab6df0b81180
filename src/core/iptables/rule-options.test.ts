import { expect } from 'chai';
import { readCommand } from './command.ts';
import type { Rule } from './model.ts';
import { printRule } from './print.ts';
import type { Reading } from './reading.ts';

function readRules(words: readonly string[]): Reading<readonly Rule[]> {
  const read = readCommand(['-t', 'nat', '-A', 'C', ...words]);
  if (read.kind !== 'value') return read;
  return { kind: 'value', value: read.value.kind === 'append' ? read.value.rules : [] };
}

function told(text: string): string {
  const read = readRules(text.split(' ').filter((word) => word !== ''));
  return read.kind === 'value' ? read.value.map(printRule).join('; ') : `${read.kind}: ${read.message}`;
}

describe('the options of a rule', () => {
  const cases: Readonly<Record<string, readonly [string, string]>> = {
    'names the module of a port': ['-p tcp --dport 80 -j RETURN', '-p tcp -m tcp --dport 80 -j RETURN'],
    'spells --match and --to-port as iptables-save does': [
      '-p tcp --match multiport --dports 1,2 -j REDIRECT --to-port 15001',
      '-p tcp -m multiport --dports 1,2 -j REDIRECT --to-ports 15001',
    ],
    'puts the destination before the protocol': [
      '-p tcp -d 1.1.1.1 -j RETURN',
      '-d 1.1.1.1/32 -p tcp -j RETURN',
    ],
    'reads protocols by number and in capitals': ['-p 6 -j RETURN', '-p tcp -j RETURN'],
    'keeps negations': [
      '! -d 10.0.0.0/8 -p udp -m owner ! --uid-owner 0 -j ACCEPT',
      '! -d 10.0.0.0/8 -p udp -m owner ! --uid-owner 0 -j ACCEPT',
    ],
    'drops a network of everything': ['-d 1.2.3.4/0 -j RETURN', '-j RETURN'],
    'takes any other target for a chain': ['-j PROXY_OUTPUT', '-j PROXY_OUTPUT'],
    'refuses a port without a protocol': ['--dport 80 -j RETURN', 'refused: unknown option "--dport"'],
    'refuses multiport without a protocol': [
      '-m multiport --dports 80 -j RETURN',
      "refused: multiport needs `-p tcp', `-p udp', `-p udplite', `-p sctp' or `-p dccp'",
    ],
    'refuses an option of a module that is not loaded': [
      '-p tcp --dports 80 -j RETURN',
      'refused: unknown option "--dports"',
    ],
    'refuses an owner without the module': [
      '--uid-owner 0 -j RETURN',
      'refused: unknown option "--uid-owner"',
    ],
    'refuses the user that means nobody': [
      '-m owner --uid-owner 4294967295 -j RETURN',
      'refused: owner: Bad value for "--uid-owner" option: "4294967295"',
    ],
    'refuses two destinations': ['-d 1.1.1.1 -d 2.2.2.2 -j RETURN', 'refused: multiple -d flags not allowed'],
    'refuses two protocols': ['-p tcp -p udp -j RETURN', 'refused: multiple -p flags not allowed'],
    'refuses two targets': ['-j RETURN -j ACCEPT', 'refused: multiple -j flags not allowed'],
    'refuses a bare word': ['-j RETURN extra', "refused: Bad argument `extra'"],
    'refuses an option without its argument': ['-j', 'refused: option "-j" requires an argument'],
    'refuses an exclamation mark alone': ['-j RETURN !', 'refused: nothing appropriate following !'],
    'refuses a negated module': ['! -m owner -j RETURN', 'refused: unexpected ! flag before --match'],
    'refuses a negated target': ['! -j RETURN', 'refused: cannot have ! before -j'],
    'refuses a negated port to redirect to': [
      '-p tcp -j REDIRECT ! --to-port 1',
      'refused: REDIRECT: option "--to-ports" cannot be inverted.',
    ],
    'refuses a redirect port without REDIRECT': [
      '-p tcp -j RETURN --to-port 1',
      'refused: unknown option "--to-port"',
    ],
    'refuses a redirect of no protocol': [
      '-j REDIRECT --to-port 1',
      'refused: Need TCP, UDP, SCTP or DCCP with port specification',
    ],
    'refuses to filter in nat': [
      '-j DROP',
      'refused: The "nat" table is not intended for filtering, the use of DROP is therefore inhibited.',
    ],
    'refuses a bad destination': ['-d 1.1.1.1/33 -j RETURN', "refused: invalid mask `33' specified"],
    'refuses a bad port': [
      '-p tcp --dport 70000 -j RETURN',
      "refused: invalid port/service `70000' specified",
    ],
    'refuses a bad port list': [
      '-p tcp -m multiport --dports 1, -j RETURN',
      "refused: invalid port/service `' specified",
    ],
    'refuses a bad redirect port': [
      '-p tcp -j REDIRECT --to-port 1x',
      "refused: Garbage after port value: `x'",
    ],
    'reads a rule that only counts': ['-p tcp', '-p tcp'],
    'does not understand REDIRECT without a port': [
      '-p tcp -j REDIRECT',
      'not-understood: REDIRECT without a port',
    ],
    'carries a source, which it cannot judge': ['-s 1.1.1.1 -j RETURN', '-s 1.1.1.1 -j RETURN'],
    'does not understand other options': ['-f -j RETURN', 'not-understood: the option "-f"'],
    'does not understand joined options': ['--dport=80 -j RETURN', 'not-understood: the option "--dport=80"'],
    'carries a module whose options it knows by their shape': [
      '-p tcp -m conntrack --ctstate NEW -m tcp --dport 80 --syn -j RETURN',
      '-p tcp -m conntrack --ctstate NEW -m tcp --dport 80 --syn -j RETURN',
    ],
    ...Object.fromEntries(
      [
        '-p tcp -m tcp --sport 80',
        '-p tcp -m tcp --tcp-flags SYN,ACK SYN',
        '-p udp -m udp --sport 53',
        '-p tcp -m multiport --sports 80,81',
        '-p tcp -m multiport --ports 80',
        '-m owner --gid-owner 5',
        '-m owner --socket-exists',
        '-m conntrack --ctorigdst 1.1.1.1',
        '-m conntrack --ctstatus NONE',
        '-m conntrack --ctproto 6 --ctorigdstport 80 --ctdir ORIGINAL',
        '-m iprange --src-range 10.0.0.1-10.0.0.9',
        '--src 10.0.0.0/8',
        '--source 10.0.0.0/8',
        '-m addrtype --src-type LOCAL --limit-iface-in',
        '-m cgroup --cgroup 5',
        '-p tcp -m tcp --source-port 80',
        '-p tcp -m tcp --tcp-option 5',
        '-p udp -m udp --source-port 80',
        '-p tcp -m multiport --source-ports 80',
        '-m owner --suppl-groups --gid-owner 5',
        '-m state --state NEW',
        '-m mark --mark 0x1',
        '-m connmark --mark 0x1',
        '-m addrtype --dst-type LOCAL',
        '-m addrtype --dst-type LOCAL --limit-iface-out',
        '-m set --match-set mine dst',
        '-m limit --limit 5/sec --limit-burst 7',
        '-m statistic --mode nth --every 3 --packet 0',
        '-m statistic --mode random --probability 0.5',
        '-m iprange --dst-range 10.0.0.1-10.0.0.9',
        '-m cgroup --path /x',
      ].map((options) => [
        `reads the target behind ${options}`,
        [`${options} -j RETURN`, `${options} -j RETURN`],
      ]),
    ),
    'does not understand other modules, which may take any word for an argument': [
      '-m string --string -j --algo bm -j RETURN',
      'not-understood: the match module "string"',
    ],
    'refuses a module without its option': [
      '-m owner -j RETURN',
      'refused: owner: At least one of --uid-owner, --gid-owner or --socket-exists is required',
    ],
    'does not understand a module before its protocol': [
      '-m tcp -j RETURN',
      'not-understood: -m tcp before -p tcp',
    ],
    'does not understand other protocols': ['-p icmp -j RETURN', 'not-understood: the protocol "icmp"'],
    'does not take names of objects for protocols': [
      '-p constructor -j RETURN',
      'not-understood: the protocol "constructor"',
    ],
    'does not understand user names': [
      '-m owner --uid-owner envoy -j RETURN',
      'not-understood: the user "envoy"',
    ],
    'makes a rule of each network of a list': [
      '-d 1.1.1.1,2.2.2.2/8 -j RETURN',
      '-d 1.1.1.1/32 -j RETURN; -d 2.0.0.0/8 -j RETURN',
    ],
    'keeps modules in the order of the command': [
      '-p tcp -m owner --uid-owner 0 --dport 80 -m comment --comment a-b -j RETURN',
      '-p tcp -m owner --uid-owner 0 -m tcp --dport 80 -m comment --comment a-b -j RETURN',
    ],
    'puts interfaces behind the destination, wherever they stand': [
      '-j RETURN -o net1 ! -i lo -d 10/8',
      '-d 10.0.0.0/8 ! -i lo -o net1 -j RETURN',
    ],
    'reads an interface of many names': ['! -i eth+ -o e+h++ -j RETURN', '! -i eth+ -o e+h++ -j RETURN'],
    'drops an interface of any name': ['-o + -i + -j RETURN', '-j RETURN'],
    'refuses another interface behind one of any name': [
      '-o + -o eth0 -j RETURN',
      'refused: multiple -o flags not allowed',
    ],
    'keeps what asks for no interface at all': ['! -o + -j RETURN', '! -o + -j RETURN'],
    'does not understand other characters of interfaces': [
      '-o eth,+ -j RETURN',
      'not-understood: the interface "eth,+"',
    ],
    'takes --dport for --dports where only multiport has it': [
      '-p tcp -m multiport --dport 80,81 -j RETURN',
      '-p tcp -m multiport --dports 80,81 -j RETURN',
    ],
    'reads a range of users': ['-m owner --uid-owner 0-99 -j RETURN', '-m owner --uid-owner 0-99 -j RETURN'],
    'reads where DNAT sends': [
      '-p tcp -j DNAT --to-destination 10.0.0.1:80',
      '-p tcp -j DNAT --to-destination 10.0.0.1:80',
    ],
    'refuses DNAT to no IPv4 address': [
      '-j DNAT --to-destination fd00::5',
      'refused: Bad IP address "fd00::5"',
    ],
    'reads a goto': ['-g C', '-g C'],
    'does not understand a negated network of everything': [
      '! -d 0.0.0.0/0 -j RETURN',
      'not-understood: a negated /0',
    ],
  };
  for (const [sentence, [text, outcome]] of Object.entries(cases)) {
    it(sentence, () => expect(told(text)).to.equal(outcome));
  }
});
