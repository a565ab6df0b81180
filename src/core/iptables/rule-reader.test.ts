import { expect } from 'chai';
import fc from 'fast-check';
import { network } from './cidr.ts';
import { execute } from './execute.ts';
import type { Match, PortRange, Rule, RuleSet } from './model.ts';
import { printRule, printScript } from './print.ts';
import { readRule } from './rule-reader.ts';

function told(text: string): string {
  const read = readRule(text.split(' ').filter((word) => word !== ''));
  return read.kind === 'value' ? printRule(read.value) : `${read.kind}: ${read.message}`;
}

describe('readRule', () => {
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
      "refused: multiport needs `-p tcp', `-p udp'",
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
    'refuses an exclamation mark alone': ['-j RETURN !', 'refused: no option after !'],
    'refuses a negated module': ['! -m owner -j RETURN', 'refused: unexpected ! flag before --match'],
    'refuses a negated target': ['! -j RETURN', 'refused: unexpected ! flag before --jump'],
    'refuses a negated port to redirect to': [
      '-p tcp -j REDIRECT ! --to-port 1',
      'refused: unexpected ! flag before --to-ports',
    ],
    'refuses a redirect port without REDIRECT': [
      '-p tcp -j RETURN --to-port 1',
      'refused: unknown option "--to-ports"',
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
      "refused: invalid port/service `1x' specified",
    ],
    'does not understand a rule without a target': ['-p tcp', 'not-understood: a rule without a target'],
    'does not understand REDIRECT without a port': [
      '-p tcp -j REDIRECT',
      'not-understood: REDIRECT without a port',
    ],
    'does not understand other options': ['-s 1.1.1.1 -j RETURN', 'not-understood: the option -s'],
    'does not understand joined options': ['--dport=80 -j RETURN', 'not-understood: the option --dport=80'],
    'does not understand other modules': [
      '-m conntrack -j RETURN',
      'not-understood: the match module conntrack',
    ],
    'does not understand a module without its option': [
      '-m owner -j RETURN',
      'not-understood: -m owner without its option',
    ],
    'does not understand a module before its protocol': [
      '-m tcp -j RETURN',
      'not-understood: -m tcp before -p tcp',
    ],
    'does not understand other protocols': ['-p icmp -j RETURN', 'not-understood: the protocol icmp'],
    'does not take names of objects for protocols': [
      '-p constructor -j RETURN',
      'not-understood: the protocol constructor',
    ],
    'does not understand user names': [
      '-m owner --uid-owner envoy -j RETURN',
      'not-understood: the user "envoy"',
    ],
    'does not understand several networks': [
      '-d 1.1.1.1,2.2.2.2 -j RETURN',
      'not-understood: several networks in one -d',
    ],
    'does not understand a negated network of everything': [
      '! -d 0.0.0.0/0 -j RETURN',
      'not-understood: a negated /0',
    ],
  };
  for (const [sentence, [text, outcome]] of Object.entries(cases)) {
    it(sentence, () => expect(told(text)).to.equal(outcome));
  }
});

const port = fc.nat(65535);
/** All ports at once are no match to the kernel. */
const ports: fc.Arbitrary<PortRange> = fc
  .tuple(port, port)
  .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }))
  .filter(({ from, to }) => from > 0 || to < 65535);
const listItem = fc.oneof(
  port.map((n) => ({ from: n, to: n })),
  ports.filter(({ from, to }) => from < to),
);
const negated = fc.boolean();
const protocol = fc.constantFrom('tcp' as const, 'udp' as const);

/** Any rule that the model can hold, in normal form. */
const anyRule: fc.Arbitrary<Rule> = fc
  .record({
    destination: fc.option(
      fc.record({
        kind: fc.constant('destination' as const),
        network: fc.tuple(fc.nat(0xffffffff), fc.integer({ min: 1, max: 32 })).map(([a, p]) => network(a, p)),
        negated,
      }),
    ),
    protocol: fc.option(protocol),
    portMatch: fc.oneof(
      fc.record({ kind: fc.constant('destination-port' as const), ports, negated }),
      fc.record({
        kind: fc.constant('multiport' as const),
        ports: fc.array(listItem, { minLength: 1, maxLength: 7 }),
        negated,
      }),
      fc.constant(undefined),
    ),
    owner: fc.option(fc.record({ kind: fc.constant('owner' as const), uid: fc.nat(0xfffffffe), negated })),
    target: fc.constantFrom('accept', 'return', 'redirect', 'jump'),
    redirectTo: port,
  })
  .map(({ destination, protocol: name, portMatch, owner, target, redirectTo }): Rule => {
    const matches: Match[] = [];
    if (destination !== null) matches.push(destination);
    if (name !== null) matches.push({ kind: 'protocol', protocol: name, negated: false });
    if (name !== null && portMatch !== undefined) {
      matches.push(portMatch.kind === 'multiport' ? portMatch : { ...portMatch, protocol: name });
    }
    if (owner !== null) matches.push(owner);
    if (target === 'redirect' && name !== null)
      return { matches, target: { kind: 'redirect', port: redirectTo } };
    if (target === 'jump') return { matches, target: { kind: 'jump', chain: 'ELSE_WHERE' } };
    return { matches, target: { kind: target === 'accept' ? 'accept' : 'return' } };
  });

describe('printing and reading', () => {
  it('gives the same rule', () => {
    fc.assert(
      fc.property(anyRule, (rule) => {
        expect(readRule(printRule(rule).split(' '))).to.deep.equal({ kind: 'value', value: rule });
      }),
      { numRuns: 2000 },
    );
  });

  it('gives the same rule set', () => {
    fc.assert(
      fc.property(fc.array(anyRule), fc.array(anyRule), (output, own) => {
        const builtIn = ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'].map(
          (name) => [name, name === 'OUTPUT' ? output : []] as const,
        );
        const rules: RuleSet = { chains: new Map([...builtIn, ['ELSE_WHERE', []], ['OWN_1', own]]) };
        const { ending, rules: read } = execute(printScript(rules));
        expect(ending.kind).to.equal('completed');
        expect([...read.chains]).to.deep.equal([...rules.chains]);
      }),
    );
  });
});
