import { expect } from 'chai';
import fc from 'fast-check';
import { GUIDE_SCRIPTS } from '../../testing/guide.ts';
import { naiveVerdict } from '../../testing/naive-nat.ts';
import { joinCommands, osmLines, osmScript, restoreScript } from '../../testing/osm-scripts.ts';
import { anyPacket, anyRuleSet } from '../../testing/rule-sets.ts';
import { compare, type Comparison } from './compare.ts';
import { describeClass } from './describe.ts';
import { execute } from './execute.ts';
import { printVerdict } from './packet.ts';
import { printSave } from './print.ts';
import { simulate } from './simulate.ts';
import { containsPoint } from './traffic-class.ts';
import { pointOf } from './universe.ts';
import { witness } from './witness.ts';

function comparison(expected: string, installed: string): Comparison {
  const result = compare(execute(expected).rules, execute(installed).rules);
  if (result === undefined) throw new Error('too complex');
  return result;
}

/** `tcp from uid not 1500 to 10.0.0.0/8: bypass, redirect 15001` */
function told(expected: string, installed: string): readonly string[] {
  const { differences, interfaces } = comparison(expected, installed);
  return differences.map(({ hook, packets, expected: should, installed: does }) => {
    return `${describeClass(hook, packets, interfaces)}: ${printVerdict(should)}, ${printVerdict(does)}`;
  });
}

const base = GUIDE_SCRIPTS.base;
const and = (...rules: readonly string[]): string =>
  [base, ...rules.map((rule) => `iptables -t nat ${rule}`)].join(' && ');
const without = (rule: string): string => base.replace(`iptables -t nat ${rule} && `, '');

describe('compare', () => {
  it('has a packet in exactly one difference when its verdicts differ, and in none when they do not', () => {
    fc.assert(
      fc.property(
        anyRuleSet,
        anyRuleSet,
        fc.array(anyPacket, { minLength: 80, maxLength: 80 }),
        (a, b, packets) => {
          const result = compare(a, b)!;
          const [savedA, savedB] = [printSave(a), printSave(b)];
          for (const packet of packets) {
            const point = pointOf(packet, result.interfaces);
            const holding = result.differences.filter(
              ({ hook, packets: box }) => hook === packet.hook && containsPoint(box, point),
            );
            const verdicts = [naiveVerdict(savedA, packet), naiveVerdict(savedB, packet)];
            expect(
              holding.map(({ expected, installed }) => [printVerdict(expected), printVerdict(installed)]),
            ).to.deep.equal(verdicts[0] === verdicts[1] ? [] : [verdicts]);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('shows each difference with a packet of it, whose walks end in its verdicts', () => {
    fc.assert(
      fc.property(anyRuleSet, anyRuleSet, (a, b) => {
        const { differences, interfaces } = compare(a, b)!;
        for (const { hook, packets, expected, installed } of differences) {
          const packet = witness(hook, packets, interfaces);
          expect(containsPoint(packets, pointOf(packet, interfaces))).to.equal(true);
          expect(printVerdict(simulate(a, packet)!.verdict)).to.equal(printVerdict(expected));
          expect(printVerdict(simulate(b, packet)!.verdict)).to.equal(printVerdict(installed));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('finds nothing between a rule set and itself', () => {
    fc.assert(
      fc.property(anyRuleSet, (rules) => {
        expect(compare(rules, rules)!.differences).to.deep.equal([]);
      }),
    );
  });

  const r4 = osmLines('R4', { ranges: ['10.0.0.0/8', '2.2.2.2/24'], ports: [80, 443], interfaces: ['net1'] });
  const same: Readonly<Record<string, readonly [string, string]>> = {
    'exclusions in another order': [
      and('-I PROXY_OUTPUT -d 1.1.1.1 -j RETURN', '-I PROXY_OUTPUT -d 2.2.2.0/24 -j RETURN'),
      and('-I PROXY_OUTPUT -d 2.2.2.0/24 -j RETURN', '-I PROXY_OUTPUT -d 1.1.1.1 -j RETURN'),
    ],
    'host bits': [
      and('-I PROXY_OUTPUT -d 2.2.2.2/24 -j RETURN'),
      and('-I PROXY_OUTPUT -d 2.2.2.0/24 -j RETURN'),
    ],
    'two halves of a network': [
      and('-I PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN'),
      and('-I PROXY_OUTPUT -d 10.128.0.0/9 -j RETURN', '-I PROXY_OUTPUT -d 10.0.0.0/9 -j ACCEPT'),
    ],
    'jumps that stand there twice': [
      base,
      and('-A OUTPUT -p tcp -j PROXY_OUTPUT', '-A PREROUTING -p tcp -j PROXY_INBOUND'),
    ],
    'an interface that a prefix holds already': [
      and('-I PROXY_OUTPUT -o eth+ -j RETURN'),
      and('-I PROXY_OUTPUT -o eth+ -j RETURN', '-I PROXY_OUTPUT -o eth0 -j RETURN'),
    ],
    'any interface, asked for or not, also where there is none': [
      and('-I PROXY_INBOUND -p tcp --dport 22 -j RETURN'),
      and('-I PROXY_INBOUND -i + -o + -p tcp --dport 22 -j RETURN'),
    ],
    'a rule for no interface at all, also where there is none': [
      base,
      and('-I PROXY_INBOUND ! -o + -j RETURN', '-I PROXY_OUTPUT ! -o + -j RETURN'),
    ],
    'a list of ports in several rules': [
      and('-I PROXY_OUTPUT -p tcp -m multiport --dports 80,81,82,443 -j RETURN'),
      and('-I PROXY_OUTPUT -p tcp --dport 443 -j RETURN', '-I PROXY_OUTPUT -p tcp --dport 80:82 -j RETURN'),
    ],
    'a dead rule that is missing': [base, without('-A PROXY_REDIRECT -p tcp --dport 15000 -j ACCEPT')],
    'a chain more, and other names of chains': [base, base.replaceAll('PROXY_REDIRECT', 'ELSEWHERE')],
    'iptables-restore instead of commands': [osmScript('R1'), restoreScript(osmLines('R1'))],
    'a script that has run twice': [restoreScript(r4), restoreScript(r4) + restoreScript(r4)],
    'a goto where nothing comes back': [base, base.replace('-A PROXY_OUTPUT -j', '-A PROXY_OUTPUT -g')],
  };
  for (const [what, [expected, installed]] of Object.entries(same)) {
    it(`is silent about ${what}`, () => expect(told(expected, installed)).to.deep.equal([]));
  }

  const different: Readonly<Record<string, readonly [string, string, readonly string[]]>> = {
    'an exclusion that is missing': [
      and('-I PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN'),
      base,
      ['tcp from uid not 1500 to 10.0.0.0/8: bypass, redirect 15001'],
    ],
    'an exclusion behind the redirect': [
      and('-I PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN'),
      and('-A PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN'),
      ['tcp from uid not 1500 to 10.0.0.0/8: bypass, redirect 15001'],
    ],
    'ports that nobody asked for': [
      base,
      and('-I PROXY_OUTPUT -p tcp -m multiport --dports 80,8080:8090 -j RETURN'),
      ['tcp from uid not 1500 to anywhere but 127.0.0.1/32, ports 80, 8080-8090: redirect 15001, bypass'],
    ],
    'an exclusion but for a part of it': [
      and('-I PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN'),
      and('-I PROXY_OUTPUT -d 10.3.0.0/16 -j RETURN'),
      ['tcp from uid not 1500 to 10.0.0.0/8 except 10.3.0.0/16: bypass, redirect 15001'],
    ],
    'the jump of inbound traffic': [
      base,
      without('-A PREROUTING -p tcp -j PROXY_INBOUND'),
      ['inbound tcp to any port but 15010, 15901-15903: redirect 15003, bypass'],
    ],
    'the user of Envoy': [
      base,
      base.replace('1500 -j', '1337 -j'),
      [
        'tcp from uid 1337 to anywhere but 127.0.0.1/32: redirect 15001, bypass',
        'tcp from uid 1500 to anywhere but 127.0.0.1/32: bypass, redirect 15001',
      ],
    ],
    'an interface': [
      base,
      and('-I PROXY_OUTPUT -o net1 -j RETURN', '-I PROXY_INBOUND -i net1 -j RETURN'),
      [
        'inbound tcp by net1 to any port but 15010, 15901-15903: redirect 15003, bypass',
        'tcp from uid not 1500 by net1 to anywhere but 127.0.0.0/8: redirect 15001, bypass',
      ],
    ],
    'interfaces of a prefix, but for one': [
      and('-I PROXY_OUTPUT -o eth+ -j RETURN', '-I PROXY_INBOUND -i eth+ -j RETURN'),
      and('-I PROXY_OUTPUT -o eth0 -j RETURN', '-I PROXY_INBOUND -i eth0 -j RETURN'),
      [
        'inbound tcp by eth+ but not eth0 to any port but 15010, 15901-15903: bypass, redirect 15003',
        'tcp from uid not 1500 by eth+ but not eth0 to anywhere but 127.0.0.0/8: bypass, redirect 15001',
      ],
    ],
    'every interface but those of a prefix': [
      base,
      and('-I PROXY_OUTPUT ! -o eth+ -j RETURN'),
      [
        'tcp from uid not 1500 by any interface but eth+ to anywhere but 127.0.0.0/8: redirect 15001, bypass',
        'tcp from uid not 1500 to 127.0.0.0/8 except 127.0.0.1/32: redirect 15001, bypass',
      ],
    ],
    'one release and another': [
      osmScript('R1'),
      osmScript('R3'),
      [
        'inbound tcp to port 15904: redirect 15003, bypass',
        "tcp from uid not 1500 to the pod's own address: redirect 15001, bypass",
        'tcp from uid not 1500 to 127.0.0.0/8 except 127.0.0.1/32: redirect 15001, bypass',
        "tcp from uid 1500 to the pod's own address: bypass, redirect 15003",
        'tcp from uid 1500 to 127.0.0.0/8 except 127.0.0.1/32: bypass, redirect 15003',
      ],
    ],
    'where a proxy that sends to the pod itself is sent': [
      osmScript('R4'),
      osmScript('R4').replace(
        '-A OUTPUT',
        '-A OUTPUT -p tcp -d 127.0.0.1 -j DNAT --to-destination 10.0.0.1:80\n-A OUTPUT',
      ),
      ['tcp to 127.0.0.1/32: bypass, dnat 10.0.0.1:80'],
    ],
  };
  for (const [what, [expected, installed, classes]] of Object.entries(different)) {
    it(`finds ${what}`, () => expect(told(expected, installed)).to.deep.equal(classes));
  }

  it('names the hooks where nothing is redirected any more', () => {
    expect(comparison(base, '').bypassed).to.deep.equal(['PREROUTING', 'OUTPUT']);
    expect(comparison(base, and('-I PROXY_OUTPUT -j RETURN')).bypassed).to.deep.equal(['OUTPUT']);
    expect(comparison('', '').bypassed).to.deep.equal([]);
  });

  it('sets apart what it cannot decide, also where both sides hold the same unknown match', () => {
    const unknown = '-I PROXY_OUTPUT -d 10.0.0.0/8 -m conntrack --ctstate NEW -j RETURN';
    const { differences, undecided, interfaces } = comparison(base, and(unknown));
    expect(differences).to.deep.equal([]);
    expect(undecided.map(({ hook, packets }) => describeClass(hook, packets, interfaces))).to.deep.equal([
      'tcp from uid not 1500 to 10.0.0.0/8',
      'tcp from uid 1500 to 10.0.0.0/8',
    ]);
    expect(comparison(and(unknown), and(unknown)).undecided).to.have.length(1);
  });

  it('reads a script of commands and of iptables-restore alike', () => {
    const lines = osmLines('R3').filter((line) => !line.startsWith(':'));
    const chains = ['INBOUND', 'IN_REDIRECT', 'OUTBOUND', 'OUT_REDIRECT'].map(
      (name) => `-N OSM_PROXY_${name}`,
    );
    expect(told(osmScript('R3'), joinCommands([...chains, ...lines]))).to.deep.equal([]);
  });
});
