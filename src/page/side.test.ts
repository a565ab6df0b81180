/** Which rule sets of a pod the page shows beside each other, and by what they are told apart. */
import { expect } from 'chai';
import { readSave } from '../core/iptables/save.ts';
import type { RuleSet } from '../core/iptables/model.ts';
import { sidesOf, type Side } from './side.ts';

const REDIRECT = '-A OUTPUT -p tcp -j REDIRECT --to-ports 15001';
const RETURN = '-A OUTPUT -d 10.0.0.0/8 -j RETURN';

function rules(...lines: readonly string[]): RuleSet {
  return readSave(['*nat', ...lines, 'COMMIT', ''].join('\n')).rules;
}

const RIGHT = rules(REDIRECT);
/** As a kernel prints them, with chains that hold nothing. */
const RIGHT_IN_KERNEL = rules(
  ':PREROUTING ACCEPT [7:420]',
  ':OUTPUT ACCEPT [0:0]',
  ':OSM_EMPTY - [0:0]',
  `[3:180] ${REDIRECT}`,
);
const EXCLUDED = rules(RETURN, REDIRECT);
const OTHER = rules(REDIRECT, RETURN);

const CASES: Readonly<
  Record<
    string,
    readonly [Readonly<Record<'expected' | 'installed' | 'live', RuleSet | undefined>>, readonly Side[]]
  >
> = {
  'what is expected and installed stands there once where nobody looked into the kernel': [
    { expected: RIGHT, installed: RIGHT, live: undefined },
    [{ kind: 'both', rules: RIGHT, other: undefined }],
  ],
  'what is installed otherwise stands beside what is expected': [
    { expected: RIGHT, installed: EXCLUDED, live: undefined },
    [
      { kind: 'expected', rules: RIGHT, other: EXCLUDED },
      { kind: 'installed', rules: EXCLUDED, other: RIGHT },
    ],
  ],
  'the kernel with all as it should be stands there once, whatever chains it has without a rule': [
    { expected: RIGHT, installed: RIGHT, live: RIGHT_IN_KERNEL },
    [{ kind: 'all', rules: RIGHT_IN_KERNEL, other: undefined }],
  ],
  'the kernel with other rules is told apart from what was installed': [
    { expected: RIGHT, installed: RIGHT, live: EXCLUDED },
    [
      { kind: 'both', rules: RIGHT, other: EXCLUDED },
      { kind: 'live', rules: EXCLUDED, other: RIGHT },
    ],
  ],
  'the order of rules matters': [
    { expected: EXCLUDED, installed: EXCLUDED, live: OTHER },
    [
      { kind: 'both', rules: EXCLUDED, other: OTHER },
      { kind: 'live', rules: OTHER, other: EXCLUDED },
    ],
  ],
  'all three stand there where the script is wrong too': [
    { expected: RIGHT, installed: EXCLUDED, live: OTHER },
    [
      { kind: 'expected', rules: RIGHT, other: EXCLUDED },
      { kind: 'installed', rules: EXCLUDED, other: RIGHT },
      { kind: 'live', rules: OTHER, other: EXCLUDED },
    ],
  ],
  'the kernel is told apart from what is expected where the script is not understood': [
    { expected: RIGHT, installed: undefined, live: OTHER },
    [
      { kind: 'expected', rules: RIGHT, other: undefined },
      { kind: 'installed', rules: undefined, other: RIGHT },
      { kind: 'live', rules: OTHER, other: RIGHT },
    ],
  ],
};

describe('rule sets beside each other', () => {
  for (const [sentence, [sets, sides]] of Object.entries(CASES)) {
    it(sentence, () => expect(sidesOf(sets)).to.deep.equal(sides));
  }
});
