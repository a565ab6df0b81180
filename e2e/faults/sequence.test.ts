import { expect } from 'chai';
import { randomFrom } from '../../src/testing/random.ts';
import type { Fault } from './fault.ts';
import { FAULTS } from './faults.ts';
import { describePlan, plan } from './sequence.ts';

const SEEDS = Array.from({ length: 300 }, (_, seed) => seed);

describe('random sequences of faults', () => {
  it('are the same for the same seed, and others for others', () => {
    const twice = [1, 1, 2].map((seed) => describePlan(plan(randomFrom(seed))));
    expect(twice[0]).to.equal(twice[1]);
    expect(twice[0]).to.not.equal(twice[2]);
  });

  it('end every fault that they begin, and never let two have the same part at once', () => {
    for (const seed of SEEDS) {
      const active = new Set<Fault>();
      for (const step of plan(randomFrom(seed))) {
        if (step.kind === 'inflict') {
          const taken = [...active].flatMap(({ uses }) => uses);
          for (const part of step.fault.uses) expect(taken, `seed ${seed}`).to.not.include(part);
          active.add(step.fault);
        } else if (step.kind === 'heal') active.delete(step.fault);
        else if (step.kind !== 'wait') {
          expect(
            [...active].some(({ clusterAway }) => clusterAway === true),
            `seed ${seed}`,
          ).to.equal(false);
        }
      }
      expect([...active], `seed ${seed}`).to.deep.equal([]);
    }
  });

  it('reach every fault of the catalogue within 300 seeds', () => {
    const steps = SEEDS.flatMap((seed) => plan(randomFrom(seed)));
    const reached = new Set(steps.flatMap((step) => (step.kind === 'inflict' ? [step.fault] : [])));
    expect(reached.size).to.equal(FAULTS.length);
  });
});
