/** What `check --watch` shows when something happens, without a cluster. */
import { expect } from 'chai';
import { Readable } from 'node:stream';
import { audit } from '../core/audit/audit.ts';
import type { Report } from '../core/audit/report.ts';
import { finding } from '../core/audit/finding.ts';
import { inputFor, meshedPod } from '../testing/builders.ts';
import { linesView, screenView, type View } from './live-views.ts';
import { harmless, type Size } from './terminal.ts';

const INPUT = inputFor(meshedPod());
const GOOD: Report = { ...audit(INPUT), name: 'web-0' };
const BAD: Report = {
  ...GOOD,
  status: 'Discrepant',
  findings: [
    finding('ExcludedRangeExtra', 'A range.', { fix: 'kubectl mend', evidence: { values: ['10.0.0.0/8'] } }),
    finding('ExcludedPortExtra', 'A port.', { evidence: { values: ['80'] } }),
  ],
};
const OPTIONS = { output: 'table', showPods: false, color: 'never' } as const;

interface Stage {
  readonly view: View;
  /** What is written since it was last asked for. */
  readonly out: () => string;
  readonly err: () => string;
  reports: readonly Report[];
  size: Size;
}

function stage(kind: 'screen' | 'lines', output = 'table'): Stage {
  const written = { out: '', err: '' };
  const take = (stream: 'out' | 'err') => (): string => {
    const text = written[stream];
    written[stream] = '';
    return text;
  };
  const on = { out: take('out'), err: take('err'), reports: [GOOD], size: { columns: 80, rows: 24 } };
  const screen = { size: () => on.size };
  const terminal = harmless({
    stdin: Readable.from([]),
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    interactive: false,
    screen,
    now: () => 0,
  });
  const sight = {
    audit: {
      get reports() {
        return on.reports;
      },
    },
    around: { configs: () => INPUT.configs },
  };
  const options = { ...OPTIONS, output };
  const view = kind === 'lines' ? linesView(options, terminal) : screenView(screen, options, terminal, sight);
  return Object.assign(on, { view });
}

const NOTHING = { judged: 0, changed: [], gone: [] };

describe('a live table, line by line', () => {
  it('begins with all pods, under a header even if there are none', () => {
    const { view, out } = stage('lines');
    view.show({ judged: 1, changed: [GOOD], gone: [] }, undefined);
    expect(out()).to.equal(
      'NAMESPACE   NAME    STATUS          CODE    MESSAGE\ntest        web-0   Verified\n',
    );
    const empty = stage('lines');
    empty.view.show(NOTHING, undefined);
    expect(empty.out()).to.equal('NAMESPACE   NAME   STATUS          CODE    MESSAGE\n');
  });

  it('says nothing while nothing changes', () => {
    const { view, out, err } = stage('lines');
    view.show({ judged: 1, changed: [GOOD], gone: [] }, undefined);
    out();
    view.show({ judged: 5, changed: [], gone: [] }, undefined);
    expect([out(), err()]).to.deep.equal(['', '']);
  });

  it('has a line for a pod that changes, with all codes and the worst message, and one for a pod that goes', () => {
    const { view, out } = stage('lines');
    view.show({ judged: 1, changed: [GOOD], gone: [] }, undefined);
    out();
    view.show({ judged: 1, changed: [BAD], gone: [] }, undefined);
    expect(out()).to.equal('test        web-0   Discrepant      OA402,OA404   A range.\n');
    view.show({ judged: 1, changed: [], gone: [BAD] }, undefined);
    expect(out()).to.equal('test        web-0   Deleted\n');
  });

  it('has the command that mends with -o wide', () => {
    const { view, out } = stage('lines', 'wide');
    view.show({ judged: 1, changed: [BAD], gone: [] }, undefined);
    expect(out()).to.match(/CODE +FIX +MESSAGE\n.* OA402,OA404 +kubectl mend +A range\.\n$/);
  });

  it('says once on standard error that it is blind, and that it is no more', () => {
    const { view, out, err } = stage('lines');
    view.show(NOTHING, undefined);
    out();
    view.show(NOTHING, 'changes of pods are not seen');
    view.show(NOTHING, 'changes of pods, namespaces are not seen');
    expect(err()).to.equal('changes of pods are not seen\n');
    view.show(NOTHING, undefined);
    expect(err()).to.equal('changes are seen again\n');
    expect(out()).to.equal('');
  });
});

describe('a live table on a screen', () => {
  it('is drawn in its place: as many lines up as it had', () => {
    const on = stage('screen');
    on.view.show({ judged: 1, changed: [GOOD], gone: [] }, undefined);
    const first = on.out();
    expect(first).to.match(/^NAMESPACE[^]*web-0[^]*Verified[^]*1 pod: 1 verified/);
    on.reports = [BAD];
    on.view.show({ judged: 1, changed: [BAD], gone: [] }, undefined);
    const second = on.out();
    expect(second.startsWith(`\u001b[${first.split('\n').length - 1}A\r`)).to.equal(true);
    expect(second).to.match(/Discrepant[^]*1 discrepant/);
  });

  it('is left alone when judging again changes nothing that is seen', () => {
    const on = stage('screen');
    on.view.show({ judged: 1, changed: [GOOD], gone: [] }, undefined);
    on.out();
    on.view.show({ judged: 1, changed: [], gone: [] }, undefined);
    on.view.show(NOTHING, undefined);
    expect(on.out()).to.equal('');
  });

  it('shows above the summary that it is blind, what could not be read, and no control character of either', () => {
    const on = stage('screen');
    on.view.note('an object could not be read: a\u001b[2J');
    on.view.show({ judged: 1, changed: [GOOD], gone: [] }, 'changes of pods are not seen');
    expect(on.out()).to.match(/a\\u\{1b\}\[2J[^]*changes of pods are not seen[^]*1 pod: /);
    on.view.show(NOTHING, undefined);
    expect(on.out())
      .to.match(/1 pod: /)
      .and.not.to.include('not seen');
  });

  it('begins anew on a screen of another size', () => {
    const on = stage('screen');
    on.view.show({ judged: 1, changed: [GOOD], gone: [] }, undefined);
    on.out();
    on.size = { columns: 30, rows: 24 };
    on.view.show(NOTHING, undefined);
    const again = on.out();
    expect(again.startsWith('\u001b[2J\u001b[H')).to.equal(true);
    for (const line of again.split('\n')) {
      expect(line.replaceAll(/\u001b\[[0-9]*[A-Z]/g, '').length).to.be.below(30);
    }
  });
});
