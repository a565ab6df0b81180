/**
 * The model against the kernel, on both backends. `make fuzz-kernel N=...` runs the same for longer, with other seeds.
 */
import { expect } from 'chai';
import { randomFrom } from '../../src/testing/random.ts';
import { compareWithKernel, emptyTally } from './differential.ts';
import { BACKENDS } from './job.ts';
import type { KernelProber } from './prober.ts';
import { someScript } from './scripts.ts';
import { proberOrSkip } from './testing.ts';

const SEED = 7;
const SCRIPTS = 52;
const PACKETS = 2000;
const AT_LEAST = 100_000;

for (const backend of BACKENDS) {
  describe(`the model and the kernel (${backend})`, function () {
    this.timeout(300_000);
    let prober: KernelProber | undefined;
    before(async function () {
      prober = await proberOrSkip(this, backend);
    });
    after(() => prober?.stop());

    it(`agree on more than ${AT_LEAST} verdicts, on exit statuses and on what iptables-save prints`, async () => {
      const tally = emptyTally();
      const scripts = Array.from({ length: SCRIPTS }, (_, i) => someScript(i, SEED, randomFrom(SEED + i)));
      await Promise.all(
        scripts.map((script, i) =>
          compareWithKernel(prober!, backend, script, PACKETS, randomFrom(i), tally),
        ),
      );
      expect(tally.disagreements.join('\n\n')).to.equal('');
      expect(tally.verdicts, JSON.stringify(tally)).to.be.greaterThan(AT_LEAST);
      expect(tally.undetermined).to.be.lessThan(tally.verdicts / 100);
    });
  });
}
