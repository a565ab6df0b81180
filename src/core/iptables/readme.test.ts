/** The worked examples of README.md, each as it stands there. */
import { expect } from 'chai';
import { GUIDE_SCRIPTS } from '../../testing/guide.ts';
import { readText } from '../../testing/repository.ts';
import { printAddress } from './cidr.ts';
import { compare } from './compare.ts';
import { describeClass } from './describe.ts';
import { execute } from './execute.ts';
import type { RuleSet } from './model.ts';
import { printVerdict } from './packet.ts';
import { witness } from './witness.ts';

const EXAMPLES = [...readText('src/core/iptables/README.md').matchAll(/```example\n([^]*?)```/g)].map(
  ([, text = '']) => text.split('---\n').map((part) => part.split('\n').filter((line) => line !== '')),
);

/** `guide` is the guide's script; `without` takes a command away, every other line adds one. */
function rulesOf(lines: readonly string[]): RuleSet {
  let commands: readonly string[] = [];
  for (const line of lines) {
    if (line === 'guide') commands = GUIDE_SCRIPTS.base.split(' && ');
    else if (line.startsWith('without ')) {
      const command = `iptables -t nat ${line.slice('without '.length)}`;
      expect(commands).to.include(command);
      commands = commands.filter((each) => each !== command);
    } else commands = [...commands, `iptables -t nat ${line}`];
  }
  const { rules, refusals, ending } = execute(commands.join(' && '));
  expect(refusals).to.deep.equal([]);
  expect(ending.kind).to.equal('completed');
  return rules;
}

function told(expected: RuleSet, installed: RuleSet): readonly string[] {
  const { differences, interfaces } = compare(expected, installed)!;
  return differences.map(({ hook, packets, expected: should, installed: does }) => {
    const packet = witness(hook, packets, interfaces);
    const user =
      packet.uid === undefined ? (hook === 'OUTPUT' ? ' without a user' : '') : ` from uid ${packet.uid}`;
    const verdicts = `expected ${printVerdict(should)}, installed ${printVerdict(does)}`;
    return `${describeClass(hook, packets, interfaces)}: ${verdicts}; for example ${printAddress(packet.destination)}:${packet.port}${user}`;
  });
}

describe('the worked examples of the README', () => {
  it('are all there', () => expect(EXAMPLES.length).to.be.at.least(10));

  for (const [i, [expected = [], installed = [], differences = []]] of EXAMPLES.entries()) {
    it(`${i + 1}: ${differences[0] ?? 'no difference'}`, () => {
      expect(told(rulesOf(expected), rulesOf(installed))).to.deep.equal(differences);
    });
  }
});
