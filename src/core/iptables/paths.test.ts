import { expect } from 'chai';
import { joinCommands } from '../../testing/osm-scripts.ts';
import { describeClass } from './describe.ts';
import { execute } from './execute.ts';
import { waysThrough } from './paths.ts';
import { printAppend } from './print.ts';
import type { RuleSet } from './model.ts';
import { Interfaces, universe } from './universe.ts';

const rulesOf = (...lines: readonly string[]): RuleSet => execute(joinCommands(lines)).rules;

/** Each way of what goes elsewhere than to 127.0.0.0/8: the packets, and the depth and text of the rules that they match. */
function told(rules: RuleSet): readonly string[] {
  const interfaces = new Interfaces([rules]);
  const [elsewhere] = universe('OUTPUT', interfaces);
  return waysThrough(rules, 'OUTPUT', elsewhere!, interfaces)!.map(({ packets, steps }) => {
    const rulesMet = steps.map(({ chain, rule, depth }) => `${depth} ${printAppend(chain, rule)}`);
    return [describeClass('OUTPUT', packets, interfaces), ...rulesMet].join(' | ');
  });
}

describe('waysThrough', () => {
  it('keeps ways apart that end alike, and says at which depth a rule stands', () => {
    expect(
      told(
        rulesOf(
          '-N A',
          '-A A -p tcp --dport 80 -j RETURN',
          '-A A -p tcp --dport 443 -j ACCEPT',
          '-A OUTPUT -p tcp -j A',
        ),
      ),
    ).to.deep.equal([
      'tcp to anywhere but 127.0.0.0/8, port 443 | 0 -A OUTPUT -p tcp -j A | 1 -A A -p tcp -m tcp --dport 443 -j ACCEPT',
      'anything but tcp to anywhere but 127.0.0.0/8',
      'tcp to anywhere but 127.0.0.0/8, port 80 | 0 -A OUTPUT -p tcp -j A | 1 -A A -p tcp -m tcp --dport 80 -j RETURN',
      'tcp to anywhere but 127.0.0.0/8, any port but 80, 443 | 0 -A OUTPUT -p tcp -j A',
    ]);
  });

  it('goes on behind a rule that only counts, and not behind a goto', () => {
    const lines = [
      '-N A',
      '-A OUTPUT -p tcp',
      '-A OUTPUT -p tcp -g A',
      '-A OUTPUT -p tcp -j REDIRECT --to-ports 1',
    ];
    expect(told(rulesOf(...lines)).filter((way) => way.startsWith('tcp'))).to.deep.equal([
      'tcp to anywhere but 127.0.0.0/8 | 0 -A OUTPUT -p tcp | 0 -A OUTPUT -p tcp -g A',
    ]);
    const jumps = lines.map((line) => line.replace('-g', '-j'));
    expect(told(rulesOf(...jumps)).filter((way) => way.startsWith('tcp'))).to.deep.equal([
      'tcp to anywhere but 127.0.0.0/8 | 0 -A OUTPUT -p tcp | 0 -A OUTPUT -p tcp -j A | 0 -A OUTPUT -p tcp -j REDIRECT --to-ports 1',
    ]);
  });

  it('ends at a rule outside the model', () => {
    const ways = told(
      rulesOf('-A OUTPUT -p tcp -m conntrack --ctstate NEW -j RETURN', '-A OUTPUT -j ACCEPT'),
    );
    expect(ways[0]).to.equal(
      'tcp to anywhere but 127.0.0.0/8 | 0 -A OUTPUT -p tcp -m conntrack --ctstate NEW -j RETURN',
    );
  });

  it('gives up when there are too many', () => {
    const rules = Array.from({ length: 2100 }, (_, i) => `-A OUTPUT -p tcp --dport ${i + 1} -j RETURN`);
    const { rules: many } = execute(joinCommands(rules));
    const interfaces = new Interfaces([many]);
    expect(waysThrough(many, 'OUTPUT', universe('OUTPUT', interfaces)[0]!, interfaces)).to.equal(undefined);
  });
});
