import { expect } from 'chai';
import { finding } from '../core/audit/finding.ts';
import { OPEN_REPORTS, WG_POLICY, type PolicyReport } from '../core/audit/policy-report-object.ts';
import type { Report } from '../core/audit/report.ts';
import type { Pod } from '../core/osm/pod.ts';
import type { Presence } from '../kube/discovered-list-watch.ts';
import { ApiError } from '../kube/errors.ts';
import { CREATED, meshedPod } from '../testing/builders.ts';
import { ManualClock } from '../testing/kube/manual-clock.ts';
import { policyReportSnapshot, type StoredPolicyReport } from './policy-report-snapshot.ts';
import { PolicyReportWriter, type ReportGroup } from './policy-report-writer.ts';

const EXTRA = finding('ExcludedPortExtra', 'Extra.', { evidence: { values: ['80'] } });
const MISSING = finding('ExcludedPortMissing', 'Missing.', { evidence: { values: ['81'] } });
const STARTING = finding('PodStarting', 'The container envoy is still starting.');
const OUTSIDE = finding('NotInMesh', 'The mesh does not concern this pod.');
const KEY = 'test/osm-auditor-u1';

const verdict = (status: Report['status'], ...findings: Report['findings']): Report => ({
  namespace: 'test',
  name: 'web',
  uid: 'u1',
  status,
  findings,
  dialect: undefined,
  undecided: [],
  recheckAt: undefined,
  configSource: undefined,
});
const GOOD = verdict('Verified');
const BAD = verdict('Discrepant', EXTRA);

/** Both groups of a cluster, with the report of one pod in each, and every call. */
class Bench {
  readonly clock = new ManualClock(CREATED);
  readonly calls: string[] = [];
  readonly results: string[] = [];
  readonly looks: string[] = [];
  readonly stored = new Map<string, StoredPolicyReport>();
  /** The last body that was sent. */
  body: PolicyReport | undefined;
  readonly state: Record<
    'reports' | 'policyreports',
    { presence: Presence; synced: boolean; refusal: unknown }
  > = {
    reports: { presence: 'present', synced: true, refusal: undefined },
    policyreports: { presence: 'present', synced: true, refusal: undefined },
  };
  readonly groups: readonly ReportGroup[] = [OPEN_REPORTS, WG_POLICY].map((api) => {
    const state = this.state[api.plural as 'reports'];
    return {
      api,
      presence: () => state.presence,
      reports: {
        get: () => this.stored.get(api.plural),
        get synced() {
          return state.synced;
        },
        get refusal() {
          return state.refusal;
        },
      },
    };
  });
  /** What the next calls fail with. */
  failures: (Error | undefined)[] = [];
  readonly pod: Pod = meshedPod({ uid: 'u1' });
  writer = this.start();

  start(): PolicyReportWriter {
    const call = async (line: string, body: object): Promise<void> => {
      await Promise.resolve();
      this.calls.push(line);
      const failure = this.failures.shift();
      if (failure !== undefined) throw failure;
      this.body = body as PolicyReport;
    };
    this.writer = new PolicyReportWriter({
      groups: this.groups,
      clock: this.clock,
      onWrite: (result) => this.results.push(result),
      lookAgain: (key, afterMs) => this.looks.push(`${key} ${afterMs}`),
      api: {
        createNamespacedCustomObject: ({ plural, body }) => call(`create ${plural}`, body),
        patchNamespacedCustomObject: ({ plural, name, body }) => call(`patch ${plural} ${name}`, body),
      },
    });
    return this.writer;
  }

  /** Writes what the report asks for; it comes back through the watch unless `echo` is false. */
  async report(report: Report, { echo = true, pod = this.pod } = {}): Promise<readonly string[]> {
    this.calls.length = 0;
    for (const write of this.writer.plan(pod, report)) {
      await this.writer.write(write);
      if (echo) this.comesBack(write.api.plural);
    }
    return [...this.calls];
  }

  comesBack(plural: string): string | undefined {
    this.stored.set(plural, policyReportSnapshot(this.body));
    return this.changed(plural);
  }

  changed(plural: string): string | undefined {
    const group = this.groups.find(({ api }) => api.plural === plural);
    return this.writer.changed(group!, KEY);
  }
}

const refused = (code: number, cause?: string): ApiError =>
  new ApiError({
    code,
    reason: 'No',
    message: 'no',
    causes: cause === undefined ? [] : [{ reason: cause, field: 'metadata.namespace' }],
  });

describe('the writer of policy reports', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  const failureOf = async (report: Report): Promise<unknown> =>
    bench.report(report).catch((error: unknown) => error);

  it('creates a report, patches what differs and is silent otherwise', async () => {
    expect(await bench.report(BAD)).to.deep.equal(['create reports']);
    expect(bench.body?.summary).to.include({ fail: 1, pass: 0 });
    expect(await bench.report(BAD)).to.deep.equal([]);
    expect(await bench.report(GOOD)).to.deep.equal(['patch reports osm-auditor-u1']);
    expect(bench.body?.summary).to.include({ fail: 0, pass: 1 });
    expect(bench.results).to.deep.equal(['success', 'success']);
  });

  it('writes nothing after a start over what is there, however much later', async () => {
    await bench.report(BAD);
    bench.start();
    await bench.clock.advance(3_600_000);
    expect(await bench.report(BAD)).to.deep.equal([]);
  });

  it('keeps the time of a result that goes on, and gives a new one its own', async () => {
    await bench.report(BAD);
    await bench.clock.advance(5000);
    await bench.report(verdict('Discrepant', EXTRA, MISSING));
    const seconds = bench.body?.results.map(({ timestamp }) => timestamp!.seconds - CREATED / 1000);
    expect(seconds).to.deep.equal([0, 5]);
  });

  it('does not write again while the last write is on its way back', async () => {
    await bench.report(BAD, { echo: false });
    expect(await bench.report(BAD, { echo: false })).to.deep.equal([]);
    await bench.clock.advance(10_000);
    expect(await bench.report(BAD, { echo: false }), 'it never came').to.deep.equal(['create reports']);
  });

  it('knows its own echo, and has a pod looked at whose report somebody else has changed or deleted', async () => {
    await bench.report(BAD, { echo: false });
    expect(bench.comesBack('reports')).to.equal(undefined);
    bench.stored.set('reports', { digest: '', found: {} });
    expect(bench.changed('reports')).to.equal('test/web');
    expect(await bench.report(BAD)).to.deep.equal(['patch reports osm-auditor-u1']);
    bench.stored.clear();
    expect(bench.changed('reports')).to.equal('test/web');
    expect(await bench.report(BAD)).to.deep.equal(['create reports']);
    bench.writer.forget('test/web');
    expect(bench.changed('reports')).to.equal(undefined);
  });

  it('creates at once what was deleted while a write to it was on its way back', async () => {
    await bench.report(BAD);
    await bench.report(GOOD, { echo: false });
    bench.stored.clear();
    expect(bench.changed('reports')).to.equal('test/web');
    expect(await bench.report(GOOD)).to.deep.equal(['create reports']);
  });

  it('goes on in the group that the report is in when the preferred one appears', async () => {
    bench.state.reports.presence = 'absent';
    expect(await bench.report(BAD)).to.deep.equal(['create policyreports']);
    bench.state.reports.presence = 'present';
    expect(await bench.report(GOOD)).to.deep.equal(['patch policyreports osm-auditor-u1']);
  });

  it('keeps both in step where a pod has one in each', async () => {
    bench.stored.set('reports', { digest: '', found: {} }).set('policyreports', { digest: '', found: {} });
    const both = ['patch reports osm-auditor-u1', 'patch policyreports osm-auditor-u1'];
    expect(await bench.report(BAD)).to.deep.equal(both);
    expect(await bench.report(BAD)).to.deep.equal([]);
  });

  for (const [title, prepare] of Object.entries({
    'no group is there': () => {
      bench.state.reports.presence = bench.state.policyreports.presence = 'absent';
    },
    'it is not known whether the preferred group is there': () => {
      bench.state.reports.presence = 'unknown';
    },
    'the reports of the preferred group are not all read': () => {
      bench.state.reports.synced = false;
    },
    'both are refused': () => {
      bench.state.reports.refusal = bench.state.policyreports.refusal = refused(403);
    },
  })) {
    it(`creates nothing while ${title}`, async () => {
      prepare();
      expect(await bench.report(BAD)).to.deep.equal([]);
    });
  }

  it('uses the group that it may read where the other is refused', async () => {
    Object.assign(bench.state.reports, { refusal: refused(403), synced: false, presence: 'unknown' });
    expect(await bench.report(BAD)).to.deep.equal(['create policyreports']);
  });

  for (const [title, report] of Object.entries({
    'that the mesh does not concern': verdict('NotApplicable', OUTSIDE),
    'of which there is nothing to say yet': verdict('Unknown', STARTING),
  })) {
    it(`creates none of a pod ${title}, and keeps the one that is there true`, async () => {
      expect(await bench.report(report)).to.deep.equal([]);
      await bench.report(BAD);
      expect(await bench.report(report)).to.deep.equal(['patch reports osm-auditor-u1']);
      expect(bench.body?.summary).to.include({ fail: 0 });
    });
  }

  it('leaves alone the report of a pod that is ending', async () => {
    await bench.report(BAD);
    expect(await bench.report(GOOD, { pod: meshedPod({ uid: 'u1', terminating: true }) })).to.deep.equal([]);
  });

  it('patches what it could not create because it is there', async () => {
    bench.failures = [refused(409)];
    expect(await bench.report(BAD)).to.deep.equal(['create reports', 'patch reports osm-auditor-u1']);
    expect(bench.results).to.deep.equal(['success']);
  });

  it('throws what fails, counts it, and tries the same again', async () => {
    bench.failures = [refused(500)];
    expect(await failureOf(BAD)).to.have.property('code', 500);
    expect(bench.results).to.deep.equal(['error']);
    expect(await bench.report(BAD)).to.deep.equal(['create reports']);
  });

  for (const code of [404, 405]) {
    it(`looks again a little later where the definition is gone or going, which is no failure: ${code}`, async () => {
      bench.failures = [refused(code)];
      await bench.report(BAD, { echo: false });
      expect([bench.results, bench.looks]).to.deep.equal([[], ['test/web 10000']]);
      expect(await bench.report(BAD)).to.deep.equal(['create reports']);
    });
  }

  it('takes nothing for a failure in a namespace that goes', async () => {
    bench.failures = [refused(403, 'NamespaceTerminating')];
    await bench.writer.write(bench.writer.plan(bench.pod, BAD)[0]!);
    expect(bench.results).to.deep.equal([]);
  });

  it('believes nothing of what it wrote after a reset: another replica may have written since', async () => {
    await bench.report(BAD, { echo: false });
    bench.writer.reset();
    expect(await bench.report(BAD)).to.deep.equal(['create reports']);
  });
});
