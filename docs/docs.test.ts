import { expect } from 'chai';
import { LiveMetrics } from '../src/metrics/live-metrics.ts';
import { Metrics } from '../src/metrics/metrics.ts';
import { METRICS } from '../src/metrics/table.ts';
import { readText } from '../src/testing/repository.ts';
import { VERSION } from '../src/version.ts';
import { terminalPicture } from './terminal-picture.ts';
import { checkTranscript } from './transcripts.ts';
import { faultsPage, findingsPage, metricsPage } from './pages.ts';

describe('the generated documentation', () => {
  it('docs/findings.md is what the catalogue says (make docs)', () => {
    expect(readText('docs/findings.md')).to.equal(findingsPage());
  });

  it('docs/metrics.md is what the table of metrics says (make docs)', () => {
    expect(readText('docs/metrics.md')).to.equal(metricsPage());
  });

  it('docs/faults.md is what the catalogue of faults says (make docs)', () => {
    expect(readText('docs/faults.md')).to.equal(faultsPage());
  });

  it('docs/pictures/terminal.svg is what a terminal shows (make pictures)', async () => {
    expect(readText('docs/pictures/terminal.svg')).to.equal(terminalPicture(await checkTranscript()));
  });

  it('every metric of the table is served, and no other with our prefix', async () => {
    const texts = [await new Metrics('0').render(), await new LiveMetrics('0').render()];
    const served = texts.flatMap((text) =>
      [...text.matchAll(/^# TYPE (osm_auditor_\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`),
    );
    const listed = Object.values(METRICS).map(({ name, type }) => `${name} ${type}`);
    expect([...new Set(served)].sort()).to.deep.equal(listed.sort());
  });

  it('the version is the same everywhere', () => {
    expect(JSON.parse(readText('package.json'))).to.include({ version: VERSION });
  });
});
