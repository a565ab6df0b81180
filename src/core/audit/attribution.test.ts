import { expect } from 'chai';
import { GUIDE_SCRIPTS } from '../../testing/guide.ts';
import { printCidr } from '../iptables/cidr.ts';
import { compare } from '../iptables/compare.ts';
import { execute } from '../iptables/execute.ts';
import { describeClass } from '../iptables/describe.ts';
import { R1 } from '../osm/dialect.ts';
import { attribute } from './attribution.ts';
import type { Cause } from './cause.ts';

/** Each cause once, with the traffic that it explains. */
function told(expected: string, installed: string): readonly string[] {
  const [should, does] = [execute(expected).rules, execute(installed).rules];
  const comparison = compare(should, does)!;
  return attribute(comparison, should, does, R1).map(({ difference, cause }) => {
    return `${describeClass(difference.hook, difference.packets, comparison.interfaces)}: ${inWords(cause)}`;
  });
}

function inWords(cause: Cause): string {
  switch (cause.kind) {
    case 'rules-missing':
    case 'rules-unexpected':
      return `${cause.kind} ${cause.rules.join('; ')}`;
    case 'exclusion-missing':
    case 'exclusion-extra':
      return `${cause.kind} ${cause.exclusion.kind}`;
    case 'inclusion-missing':
    case 'inclusion-extra':
      return `${cause.kind} ${cause.network === undefined ? 'rest' : printCidr(cause.network)}`;
    case 'setting-missing':
    case 'setting-extra':
      return `${cause.kind} ${cause.setting}`;
    case 'user-changed':
    case 'port-changed':
      return `${cause.kind} ${cause.installed}`;
    case 'order':
      return `order ${cause.early ?? 'nothing'} before ${cause.late ?? 'nothing'}`;
  }
}

const base = GUIDE_SCRIPTS.base;
const and = (...rules: readonly string[]): string =>
  [base, ...rules.map((rule) => `iptables -t nat ${rule}`)].join(' && ');

describe('attribute', () => {
  it('tells two causes in one difference apart', () => {
    const expected = and(
      '-I PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN',
      '-I PROXY_OUTPUT -d 172.16.0.0/12 -j RETURN',
    );
    const installed = and('-A PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN');
    expect(told(expected, installed)).to.deep.equal([
      'tcp from uid not 1500 to 172.16.0.0/12: exclusion-missing range',
      'tcp from uid not 1500 to 10.0.0.0/8: order -A PROXY_OUTPUT -j PROXY_REDIRECT before -A PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN',
    ]);
  });

  it('does not call a rule an exclusion that stands in another chain, or asks for more', () => {
    expect(told(base, and('-I OUTPUT -p tcp -d 10.0.0.0/8 -j ACCEPT'))[0]).to.match(
      /: rules-unexpected -A OUTPUT /,
    );
    expect(told(base, and('-I PROXY_OUTPUT -d 10.0.0.0/8 -p tcp --dport 80 -j RETURN'))[0]).to.match(
      /: rules-unexpected -A PROXY_OUTPUT /,
    );
    expect(told(base, and('-I PROXY_OUTPUT ! -d 10.0.0.0/8 -j RETURN'))[0]).to.match(/: rules-unexpected /);
  });

  it('calls an accepting rule with a comment an exclusion as well', () => {
    const rule = '-I PROXY_OUTPUT -d 10.0.0.0/8 -m comment --comment mine -j ACCEPT';
    expect(told(base, and(rule))).to.deep.equal([
      'tcp from uid not 1500 to 10.0.0.0/8: exclusion-extra range',
    ]);
  });

  it('names the rules that differ also where nothing decides on one side', () => {
    expect(told('', 'iptables -t nat -A OUTPUT -p tcp -j REDIRECT --to-ports 15001')).to.deep.equal([
      'tcp: rules-unexpected -A OUTPUT -p tcp -j REDIRECT --to-ports 15001',
    ]);
  });

  it('lets one packet speak for a difference when there are more than it looks at one by one', () => {
    const redirects = Array.from(
      { length: 60 },
      (_, i) => `iptables -t nat -A OUTPUT -p tcp --dport ${i + 1} -j REDIRECT --to-ports ${20_000 + i}`,
    ).join(' && ');
    const causes = told('', redirects);
    expect(causes).to.have.length(60);
    for (const cause of causes) expect(cause).to.match(/rules-unexpected -A OUTPUT -p tcp -m tcp --dport /);
  });
});
