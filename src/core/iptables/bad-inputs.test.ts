/**
 * Bad and surprising inputs: the model against what iptables 1.8.9 did with each on both backends, as recorded in
 * testdata/bad-inputs.json. e2e/kernel/recorded-inputs.test.ts holds the recording against the real iptables.
 */
import { expect } from 'chai';
import { readRecordedInputs, type RecordedInput } from '../../testing/recorded-inputs.ts';
import { execute } from './execute.ts';
import type { Execution } from './execution.ts';
import { printSave } from './print.ts';

const inputs = readRecordedInputs();

const run = ({ script, env }: RecordedInput): Execution => execute(script, new Map(Object.entries(env)));
const isUnderstood = ({ ending, opaque }: Execution): boolean =>
  ending.kind !== 'not-understood' && opaque.length === 0;

/** As the recording lists them: chains of one's own, then rules. */
function listed({ rules }: Execution): readonly string[] {
  return printSave(rules)
    .split('\n')
    .filter((line) => /^(?::\S+ - |-A )/.test(line))
    .map((line) => line.replace(/ \[0:0\]$/, ''));
}

/** Where the backends name different causes: of two mistakes in a block iptables-nft names the later one. */
const NAMED_OTHERWISE = new Set([
  'reports the bad port before the missing chain on one backend',
  'reports the missing commit before the missing chain on one backend',
  'refuses a jump to a built-in chain in a restore',
]);

/** iptables-legacy saves as much as if the rule matched every packet; the kernel has it match none, as with iptables-nft. */
const SAVED_OTHERWISE = 'prints the negation of every interface on one backend only';

describe('bad inputs', () => {
  it('are understood as far as the model goes, no less', () => {
    const understood = inputs.filter((input) => isUnderstood(run(input)));
    // A mistake that turns a refusal into "not understood" changes the count.
    expect([inputs.length, understood.length]).to.deep.equal([929, 582]);
  });

  for (const input of inputs) {
    const execution = run(input);
    if (!isUnderstood(execution)) continue;
    it(input.about, () => {
      const { ending, refusals } = execution;
      const failed = ending.kind !== 'completed' || ending.status !== 0;
      for (const recorded of [input.nft, input.legacy]) {
        expect(failed, `status ${recorded.status}`).to.equal(recorded.status !== 0);
        if (input.about === SAVED_OTHERWISE && recorded === input.legacy) continue;
        expect(listed(execution)).to.deep.equal(recorded.rules);
      }
      const status = ending.kind === 'completed' ? ending.status : 2;
      expect([input.nft.status, input.legacy.status]).to.include(status);
      if (NAMED_OTHERWISE.has(input.about)) return;
      const said = `${input.nft.message}\n${input.legacy.message}`;
      for (const { message } of refusals)
        expect(said).to.include(message.replace(/ \(line \d+ of the input\)$/, ''));
    });
  }

  it('are never half understood: what is not understood says so with the text and its place', () => {
    for (const input of inputs) {
      const { ending, opaque } = run(input);
      const unknown = ending.kind === 'not-understood' ? [ending, ...opaque] : opaque;
      for (const { text, at } of unknown) {
        expect(at.offset).to.be.within(0, input.script.length);
        expect(text.length, input.about).to.be.greaterThan(0);
      }
    }
  });
});
