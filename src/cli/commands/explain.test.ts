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

  for (const [columns, width] of [
    [60, 60],
    [200, 100],
    [10, 40],
  ] as const) {
    it(`fits a window of ${columns} columns in ${width}`, async () => {
      const screen = { size: () => ({ columns, rows: 24 }) };
      for (const name of FINDING_NAMES) {
        const { stdout } = await osmAuditor(['explain', name], { screen, env: { NO_COLOR: '1' } });
        const { commands } = catalogueEntry(name).confirm;
        const text = stdout.split('\n').filter((line) => !commands.includes(line.trim()));
        expect(Math.max(...text.map((line) => line.length)), name).to.be.at.most(width);
      }
    });
  }

  it('leads to the findings of the same subject, and to no other', async () => {
    const { stdout } = await osmAuditor(['explain', 'OA102']);
    const related = stdout.slice(stdout.indexOf('SEE ALSO:')).match(/OA\d{3} [A-Za-z]+/g);
    const expected = FINDING_NAMES.map((name) => [catalogueEntry(name).code, name].join(' '));
    expect(related).to.deep.equal(
      expected.filter((each) => each.startsWith('OA1') && !each.startsWith('OA102 ')),
    );
  });

  const SHOWN: Readonly<Record<string, readonly [event: RegExp, condition: RegExp]>> = {
    OA402: [/Warning ExcludedRangeExtra on the pod/, /is False, with the reason ExcludedRangeExtra/],
    OA303: [/Warning ScriptNotUnderstood on the pod/, /is Unknown, with the reason ScriptNotUnderstood/],
    OA504: [/Warning ConfigRangeInvalid on the configuration/, /is Unknown/],
    OA413: [/Warning AnnotationNotKnown on the pod/, /does not speak of it/],
    OA607: [/^none/, /does not speak of it/],
    OA901: [/^none/, /the pod gets none/],
  };
  for (const [code, [event, condition]] of Object.entries(SHOWN)) {
    it(`says where ${code} shows`, async () => {
      const { stdout } = await osmAuditor(['explain', code]);
      const fact = (label: string): string =>
        new RegExp(`^${label}: +((?:.|\n {12})*)`, 'm').exec(stdout)?.[1]?.replace(/\s+/g, ' ') ?? '';
      expect(fact('EVENT')).to.match(event);
      expect(fact('CONDITION')).to.match(condition);
      expect(fact('METRIC')).to.equal(`osm_auditor_findings{code="${code}"}`);
    });
  }

  it('lists each finding below the subject of its hundred', async () => {
    const { stdout } = await osmAuditor(['explain']);
    const headings = stdout.match(/^OA\dxx: .+$/gm) ?? [];
    expect(headings.map((heading) => heading.slice(0, 3))).to.deep.equal([
      ...new Set(FINDING_NAMES.map((name) => catalogueEntry(name).code.slice(0, 3))),
    ]);
    for (const part of stdout.split(/^(?=OA\dxx)/m).slice(1)) {
      const codes = part.match(/^OA\d{3}/gm) ?? [];
      for (const code of codes) expect(code.slice(0, 3)).to.equal(part.slice(0, 3));
    }
  });

  const TYPOS: Readonly<Record<string, string>> = {
    OA42: 'did you mean OA402 or OA412?',
    OA4O2: 'did you mean OA402 or OA412?',
    AO402: 'did you mean OA402?',
    sidecarmising: 'did you mean SidecarMissing?',
    range:
      'did you mean ExcludedRangeMissing or ExcludedRangeExtra or IncludedRangeMissing or IncludedRangeExtra?',
    OA999: 'osm-auditor explain lists them all',
    OA: 'osm-auditor explain lists them all',
    xyzzy: 'osm-auditor explain lists them all',
  };
  for (const [typed, hint] of Object.entries(TYPOS)) {
    it(`takes ${typed} for a mistake: ${hint}`, async () => {
      const { status, stderr } = await osmAuditor(['explain', typed]);
      expect(stderr).to.equal(`error: there is no finding "${typed}"; ${hint}\n`);
      expect(status).to.equal(2);
    });
  }
});
