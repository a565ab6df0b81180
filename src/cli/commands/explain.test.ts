import { expect } from 'chai';
import { catalogueEntry, FINDING_NAMES } from '../../core/audit/catalogue.ts';
import { osmAuditor } from '../../testing/recording-terminal.ts';

describe('explain', () => {
  it('lists every finding once, in the order of the codes', async () => {
    const { stdout } = await osmAuditor(['explain']);
    const codes = stdout.match(/^OA\d{3}/gm);
    expect(codes).to.deep.equal(FINDING_NAMES.map((name) => catalogueEntry(name).code));
    expect(codes).to.deep.equal([...new Set(codes)].sort());
  });

  for (const wanted of ['oa402', 'ExcludedRangeExtra', 'EXCLUDEDRANGEEXTRA']) {
    it(`finds a page by ${wanted}`, async () => {
      const { stdout } = await osmAuditor(['explain', wanted]);
      expect(stdout).to.equal((await osmAuditor(['explain', 'OA402'])).stdout);
    });
  }

  it('has a page for every finding, complete, each command whole on its line and the rest at most 80 columns wide', async () => {
    for (const name of FINDING_NAMES) {
      const { status, stdout } = await osmAuditor(['explain', name]);
      expect(status).to.equal(0);
      const { title, example, meaning, cause, confirm, remedy } = catalogueEntry(name);
      const words = stdout.replace(/\s+/g, ' ');
      for (const text of [title, example, meaning, cause, confirm.shows, remedy])
        expect(words).to.include(text);
      const commands = confirm.commands.map((command) => `    ${command}`);
      const lines = stdout.split('\n');
      expect(lines).to.include.members(commands);
      const text = lines.filter((line) => !commands.includes(line));
      expect(Math.max(...text.map((line) => line.length)), name).to.be.at.most(80);
    }
  });
});
