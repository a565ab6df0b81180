/** What the reporter does when writing fails half-way, when a kind of writing is switched off, and what it remembers. */
import { expect } from 'chai';
import { CONDITION_TYPE } from '../core/audit/condition-text.ts';
import { finding } from '../core/audit/finding.ts';
import { WG_POLICY } from '../core/audit/policy-report-object.ts';
import type { Report } from '../core/audit/report.ts';
import type { Condition, ConditionPatch } from '../kube/conditions.ts';
import { ApiError } from '../kube/errors.ts';
import { CREATED, meshedPod } from '../testing/builders.ts';
import { ManualClock } from '../testing/kube/manual-clock.ts';
import { podKey } from '../core/osm/pod.ts';
import { ConditionWriter } from './condition-writer.ts';
import { Reporter, type ReporterOptions } from './reporter.ts';
import type { PodSnapshot } from './snapshot.ts';

const CRASH = finding('SidecarNotRunning', 'It keeps ending.');
const EXTRA = finding('ExcludedPortExtra', 'Extra.');
const ENSURE_CRASH = 'ensure Warning SidecarNotRunning';
const ENSURE_EXTRA = 'ensure Warning ExcludedPortExtra';

const verdict = (status: Report['status'], findings: Report['findings'] = [], uid = 'a'): Report => {
  return {
    namespace: 'test',
    name: 'web',
    uid,
    status,
    findings,
    dialect: undefined,
    undecided: findings.some(({ effect }) => effect === 'Unknown') ? 'any' : [],
    recheckAt: undefined,
    configSource: undefined,
  };
};
const BAD = verdict('Discrepant', [CRASH, EXTRA]);
const GOOD = verdict('Verified');
const podWith = (condition: Condition | undefined, uid = 'a'): PodSnapshot => {
  return { pod: meshedPod({ uid }), condition };
};
const condition = (status: string, reason: string, message: string): Condition => {
  return { type: CONDITION_TYPE, status, reason, message };
};

describe('reporter, when writing fails', () => {
  let calls: string[];
  let failing: string | undefined;

  beforeEach(() => {
    calls = [];
    failing = undefined;
  });

  async function call(line: string): Promise<void> {
    await Promise.resolve();
    calls.push(line);
    if (line === failing) throw new Error(`no answer to: ${line}`);
  }
  const create = (off: Partial<ReporterOptions> = {}): Reporter =>
    new Reporter({
      conditions: new ConditionWriter({
        api: {
          patchNamespacedPodStatus: ({ body }) =>
            call(`patch ${(body as ConditionPatch).status.conditions[0].status}`),
        },
        clock: new ManualClock(CREATED),
        onPatch: (result) => calls.push(result),
        lookAgain: () => undefined,
      }),
      events: {
        record: ({ type, reason }) => call(`record ${type} ${reason}`),
        ensure: ({ type, reason }) => call(`ensure ${type} ${reason}`),
      },
      ...off,
    });
  const write = (reporter: Reporter, snapshot: PodSnapshot, report: Report): Promise<boolean> =>
    reporter.carryOut(reporter.plan({ key: podKey(snapshot.pod), snapshot, report }));
  /** Reports while the call named fails. */
  async function fail(reporter: Reporter, snapshot: PodSnapshot, report: Report, at: string): Promise<void> {
    failing = at;
    const error: unknown = await write(reporter, snapshot, report).catch((thrown: unknown) => thrown);
    failing = undefined;
    expect(error).to.have.property('message', `no answer to: ${at}`);
  }

  it('does not write the condition before all Events are written', async () => {
    const reporter = create();
    await fail(reporter, podWith(undefined), BAD, ENSURE_EXTRA);
    expect(calls).to.deep.equal([ENSURE_CRASH, ENSURE_EXTRA]);
  });

  it('only makes sure of the Events when it tries again, so that none is counted twice', async () => {
    const reporter = create();
    const verified = condition('True', 'Verified', 'Traffic is redirected as the mesh configuration says.');
    await write(reporter, podWith(verified), GOOD);
    await fail(reporter, podWith(verified), BAD, 'record Warning ExcludedPortExtra');
    calls.length = 0;
    await write(reporter, podWith(verified), BAD);
    expect(calls).to.deep.equal([ENSURE_CRASH, ENSURE_EXTRA, 'patch False', 'success']);
    calls.length = 0;
    await write(reporter, podWith(undefined), verdict('Discrepant', [EXTRA]));
    await write(reporter, podWith(undefined), BAD);
    expect(
      calls.filter((line) => line.includes('Warning')),
      'after a success it is sure again',
    ).to.deep.equal(['record Warning SidecarNotRunning']);
  });

  it('counts a patch that failed, and writes it with the Events made sure of when it tries again', async () => {
    const reporter = create();
    await fail(reporter, podWith(undefined), BAD, 'patch False');
    expect(calls.splice(0)).to.deep.equal([ENSURE_CRASH, ENSURE_EXTRA, 'patch False', 'error']);
    await write(reporter, podWith(undefined), BAD);
    expect(calls).to.deep.equal([ENSURE_CRASH, ENSURE_EXTRA, 'patch False', 'success']);
  });

  it('still tells of the recovery of a pod whose trouble was told only in part', async () => {
    const reporter = create();
    await write(reporter, podWith(undefined), BAD);
    await fail(reporter, podWith(condition('False', 'x', '')), GOOD, 'patch True');
    calls.length = 0;
    await write(reporter, podWith(condition('False', 'x', '')), GOOD);
    expect(calls).to.deep.equal(['ensure Normal RedirectionVerified', 'patch True', 'success']);
  });

  it('writes the condition though the server refuses Events, and goes on trying to write them', async () => {
    const forbidden = new ApiError({ code: 403, reason: 'Forbidden', message: 'events is forbidden' });
    let refused = true;
    const ensure = async ({ reason }: { readonly reason: string }): Promise<void> => {
      await call(`ensure ${reason}`);
      if (refused) throw forbidden;
    };
    const reporter = create({ events: { ensure, record: ensure } });
    const tries = async (): Promise<unknown> =>
      write(reporter, podWith(undefined), BAD).catch((error: unknown) => error);
    expect(await tries()).to.equal(forbidden);
    expect(calls.splice(0)).to.deep.equal(['ensure SidecarNotRunning', 'patch False', 'success']);
    expect(await tries()).to.equal(forbidden);
    expect(calls.splice(0), 'the condition is there').to.deep.equal(['ensure SidecarNotRunning']);
    refused = false;
    expect(await tries()).to.equal(true);
    expect(calls).to.deep.equal(['ensure SidecarNotRunning', 'ensure ExcludedPortExtra']);
  });

  it('does not tell of a finding again that was not known to have ended', async () => {
    const reporter = create();
    await write(reporter, podWith(undefined), BAD);
    await write(reporter, podWith(undefined), verdict('Unknown', [finding('ConfigUnreadable', 'No.')]));
    calls.length = 0;
    await write(reporter, podWith(undefined), BAD);
    expect(calls).to.deep.equal(['patch False', 'success']);
  });

  it('writes a policy report last, and tries one that fails again by itself', async () => {
    const said = { digest: '', found: {} };
    let due = true;
    const reporter = create({
      policyReports: {
        plan: () =>
          due ? [{ verb: 'create', api: WG_POLICY, namespace: 'test', name: 'b', body: {}, said }] : [],
        write: async () => {
          await call('create report');
          due = false;
        },
        forget: () => undefined,
        reset: () => undefined,
      },
    });
    await fail(reporter, podWith(undefined), BAD, 'create report');
    expect(calls.splice(0)).to.deep.equal([
      ENSURE_CRASH,
      ENSURE_EXTRA,
      'patch False',
      'success',
      'create report',
    ]);
    expect(await write(reporter, podWith(undefined), BAD)).to.equal(true);
    expect(calls.splice(0)).to.deep.equal(['create report']);
    expect(await write(reporter, podWith(undefined), BAD)).to.equal(false);
  });

  describe('with conditions switched off', () => {
    it('writes Events on transitions, and makes sure of them after a restart', async () => {
      const off = { conditions: undefined };
      const reporter = create(off);
      expect(await write(reporter, podWith(undefined), BAD)).to.equal(true);
      expect(await write(reporter, podWith(undefined), BAD)).to.equal(false);
      await write(reporter, podWith(undefined), GOOD);
      await write(create(off), podWith(undefined), BAD);
      expect(calls).to.deep.equal([
        ENSURE_CRASH,
        ENSURE_EXTRA,
        'record Normal RedirectionVerified',
        ENSURE_CRASH,
        ENSURE_EXTRA,
      ]);
    });
  });

  describe('with Events switched off', () => {
    it('writes the condition alone', async () => {
      const reporter = create({ events: undefined });
      expect(await write(reporter, podWith(undefined), BAD)).to.equal(true);
      expect(calls).to.deep.equal(['patch False', 'success']);
    });

    it('says that nothing was written when conditions are off too', async () => {
      const reporter = create({ events: undefined, conditions: undefined });
      expect(await write(reporter, podWith(undefined), BAD)).to.equal(false);
      expect(calls).to.deep.equal([]);
    });
  });
});
