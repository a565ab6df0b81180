import { expect } from 'chai';
import { CONDITION_TYPE } from '../core/audit/condition-text.ts';
import { finding, type Finding } from '../core/audit/finding.ts';
import type { Report, Status } from '../core/audit/report.ts';
import { CREATED, meshedPod, withoutEffect } from '../testing/builders.ts';
import { ManualClock } from '../testing/kube/manual-clock.ts';
import type { Condition, ConditionPatch, PodStatusApi } from '../kube/conditions.ts';
import type { EventInput } from '../kube/events.ts';
import { ConditionWriter } from './condition-writer.ts';
import { Reporter, type ReporterOptions } from './reporter.ts';
import type { PodSnapshot } from './snapshot.ts';

const NOT_READY = finding('SidecarNotReady', 'The container envoy runs but is not ready.');
const CRASH = finding('SidecarNotRunning', 'It keeps ending, last with exit code 1.');
const EXTRA = finding('ExcludedPortExtra', 'Extra.', { evidence: { values: ['80'] } });
const STARTING = finding('PodStarting', 'The container envoy is still starting.');
const BAD_CONFIG = finding('ConfigPortInvalid', 'The configuration has a bad port.');
const UNREADABLE = finding('ConfigUnreadable', 'The configuration cannot be read.');
const EXPOSED = withoutEffect('Exposed.', { evidence: { values: ['15010'] } });
const NOT_IN_MESH = finding('NotInMesh', 'The mesh does not concern this pod.');

/** A pod, whatever stands on it, and every call that was made on its behalf. */
class Bench {
  readonly calls: string[] = [];
  readonly notes: string[] = [];
  readonly clock = new ManualClock(CREATED);
  readonly #api: PodStatusApi;
  readonly #events: ReporterOptions['events'];
  reporter: Reporter;
  #conditions: ConditionWriter | undefined;
  condition: Condition | undefined;
  uid = 'first';
  undecided: Report['undecided'] = [];

  constructor() {
    const api: PodStatusApi = {
      patchNamespacedPodStatus: ({ namespace, name, body }) => {
        const { metadata, status } = body as ConditionPatch & { metadata: { uid: string } };
        const [condition] = status.conditions;
        if ('$patch' in condition) {
          this.calls.push(`remove ${namespace}/${name} ${metadata.uid}`);
          this.condition = undefined;
          return Promise.resolve({});
        }
        this.calls.push(`patch ${namespace}/${name} ${metadata.uid} ${condition.status} ${condition.reason}`);
        this.condition = condition;
        return Promise.resolve({});
      },
    };
    const tell = (verb: string) => async (event: EventInput) => {
      await Promise.resolve();
      this.calls.push(`${verb} ${event.type} ${event.reason}`);
      this.notes.push(`${event.regarding.kind} ${event.regarding.uid} ${event.note}`);
    };
    this.#api = api;
    this.#events = { record: tell('record'), ensure: tell('ensure') };
    this.reporter = this.#create();
  }

  get snapshot(): PodSnapshot {
    return { pod: meshedPod({ uid: this.uid }), condition: this.condition };
  }

  restart(): void {
    this.reporter = this.#create();
  }

  #create(): Reporter {
    const conditions = new ConditionWriter({
      api: this.#api,
      clock: this.clock,
      onPatch: () => undefined,
      lookAgain: () => undefined,
    });
    this.#conditions = conditions;
    return new Reporter({ conditions, events: this.#events });
  }

  /** Reports and returns what was called. */
  async report(status: Status, ...findings: readonly Finding[]): Promise<readonly string[]> {
    this.calls.length = 0;
    const identity = { namespace: 'test', name: 'web', uid: this.uid };
    const report: Report = {
      ...identity,
      status,
      findings,
      dialect: undefined,
      undecided: findings.some(({ effect }) => effect === 'Unknown') ? 'any' : this.undecided,
      recheckAt: undefined,
      configSource: undefined,
    };
    const wrote = await this.reporter.carryOut(
      this.reporter.plan({ key: 'test/web', snapshot: this.snapshot, report }),
    );
    this.#conditions?.recognises(this.snapshot, undefined); // the watch brings the write back
    expect(wrote, 'what report() returns').to.equal(this.calls.length > 0);
    return [...this.calls];
  }
}

const patched = (status: string, reason: string, uid = 'first'): string =>
  `patch test/web ${uid} ${status} ${reason}`;

describe('reporter', () => {
  let bench: Bench;
  beforeEach(() => (bench = new Bench()));

  it('tells of a new pod with its Events first and the condition last', async () => {
    expect(await bench.report('Discrepant', CRASH, EXTRA)).to.deep.equal([
      'ensure Warning SidecarNotRunning',
      'ensure Warning ExcludedPortExtra',
      patched('False', 'SidecarNotRunning'),
    ]);
    expect(bench.notes[1]).to.equal(`Pod first ${EXTRA.code} Extra.`);
    expect(bench.condition).to.deep.include({
      type: CONDITION_TYPE,
      message: `${CRASH.code} ${CRASH.message} ${EXTRA.code} Extra.`,
      lastTransitionTime: '2026-01-01T10:00:00Z',
    });
  });

  it('gives a pod that is in order its condition and no Event', async () => {
    expect(await bench.report('Verified')).to.deep.equal([patched('True', 'Verified')]);
  });

  it('writes nothing when nothing changed, nor after a restart', async () => {
    const reports: readonly (readonly [Status, ...Finding[]])[] = [
      ['Discrepant', CRASH, EXTRA],
      ['Verified'],
    ];
    for (const report of reports) {
      await bench.report(...report);
      expect(await bench.report(...report)).to.deep.equal([]);
      bench.restart();
      expect(await bench.report(...report)).to.deep.equal([]);
      expect(await bench.report(...report)).to.deep.equal([]);
    }
  });

  it('records the findings that are new and leaves those that last', async () => {
    await bench.report('Discrepant', CRASH);
    expect(await bench.report('Discrepant', CRASH, EXTRA)).to.deep.equal([
      'record Warning ExcludedPortExtra',
      patched('False', 'SidecarNotRunning'),
    ]);
    await bench.report('Discrepant', CRASH);
    expect((await bench.report('Discrepant', CRASH, EXTRA))[0]).to.equal('record Warning ExcludedPortExtra');
  });

  it('takes other words for the same finding for no news, but shows them in the condition', async () => {
    await bench.report('Discrepant', CRASH);
    const reworded = finding('SidecarNotRunning', 'It keeps ending, last with exit code 2.');
    expect(await bench.report('Discrepant', reworded)).to.deep.equal([patched('False', 'SidecarNotRunning')]);
    expect(bench.condition?.message).to.include('exit code 2');
  });

  it('takes the same finding with other values for news', async () => {
    await bench.report('Discrepant', EXTRA);
    const other = finding('ExcludedPortExtra', 'Extra.', { evidence: { values: ['80', '81'] } });
    expect(await bench.report('Discrepant', other)).to.include('record Warning ExcludedPortExtra');
  });

  it('makes sure of the Events after a restart when the condition says something else', async () => {
    await bench.report('Verified');
    bench.restart();
    expect(await bench.report('Discrepant', CRASH)).to.deep.equal([
      'ensure Warning SidecarNotRunning',
      patched('False', 'SidecarNotRunning'),
    ]);
  });

  it('tells of a recovery exactly once', async () => {
    await bench.report('Discrepant', CRASH);
    expect(await bench.report('Verified')).to.deep.equal([
      'record Normal RedirectionVerified',
      patched('True', 'Verified'),
    ]);
    expect(await bench.report('Verified')).to.deep.equal([]);
  });

  it('does not tell a finding again that could not be judged for a while, in a pod that was wrong all the time', async () => {
    await bench.report('Discrepant', CRASH, EXTRA);
    await bench.report('Discrepant', CRASH, UNREADABLE);
    const calls = await bench.report('Discrepant', CRASH, EXTRA);
    expect(calls.filter((call) => !call.startsWith('patch'))).to.deep.equal([]);
  });

  it('tells of a recovery through Unknown once, and of none where nothing was wrong', async () => {
    await bench.report('Discrepant', CRASH);
    await bench.report('Unknown', STARTING);
    expect(await bench.report('Verified')).to.include('record Normal RedirectionVerified');
    await bench.report('Unknown', STARTING);
    expect(await bench.report('Verified')).to.deep.equal([patched('True', 'Verified')]);
  });

  it('tells of a recovery that happened while the program was away', async () => {
    await bench.report('Discrepant', CRASH);
    bench.restart();
    expect(await bench.report('Verified')).to.deep.equal([
      'ensure Normal RedirectionVerified',
      patched('True', 'Verified'),
    ]);
    bench.restart();
    expect(await bench.report('Verified')).to.deep.equal([]);
  });

  it('gives a pod that merely starts no condition, but does not leave it an old one', async () => {
    expect(await bench.report('Unknown', STARTING)).to.deep.equal([]);
    await bench.report('Verified');
    expect(await bench.report('Unknown', STARTING)).to.deep.equal([patched('Unknown', 'PodStarting')]);
  });

  it('gives a pod its condition when it starts and something else is not known either', async () => {
    const calls = await bench.report('Unknown', BAD_CONFIG, STARTING);
    expect(calls).to.deep.equal([patched('Unknown', 'ConfigPortInvalid')]);
  });

  it('writes no Event on a pod for the configuration, nor for what is only worth a note', async () => {
    expect(await bench.report('Unknown', BAD_CONFIG)).to.deep.equal([
      patched('Unknown', 'ConfigPortInvalid'),
    ]);
    expect(await bench.report('NotApplicable', NOT_IN_MESH)).to.deep.equal(['remove test/web first']);
    expect(await bench.report('NotApplicable', NOT_IN_MESH)).to.deep.equal([]);
  });

  it('tells of a finding that leaves the status as it is by an Event alone, once', async () => {
    await bench.report('Verified');
    expect(await bench.report('Verified', EXPOSED)).to.deep.equal(['record Warning ExcludedPortExtra']);
    expect(await bench.report('Verified', EXPOSED)).to.deep.equal([]);
    expect(await bench.report('Verified', { ...EXPOSED, severity: 'info' })).to.deep.equal([]);
    expect(bench.condition).to.include({ reason: 'Verified' });
  });

  it('makes sure of that Event after a restart, as the condition does not speak of it, and only of that', async () => {
    await bench.report('Discrepant', CRASH);
    bench.restart();
    expect(await bench.report('Discrepant', CRASH, EXPOSED)).to.deep.equal([
      'ensure Warning ExcludedPortExtra',
    ]);
    expect(await bench.report('Discrepant', CRASH, EXPOSED)).to.deep.equal([]);
  });

  it('takes a pod that is in order but for such a finding for recovered', async () => {
    await bench.report('Discrepant', CRASH, EXPOSED);
    expect(await bench.report('Verified', EXPOSED)).to.deep.equal([
      'record Normal RedirectionVerified',
      patched('True', 'Verified'),
    ]);
  });

  it('gives a pod that merely starts no condition for such a finding either', async () => {
    expect(await bench.report('Unknown', STARTING, EXPOSED)).to.deep.equal([
      'ensure Warning ExcludedPortExtra',
    ]);
  });

  it('tells once of what cannot be told for a while, and again of what ended meanwhile', async () => {
    const unasked = finding('InjectedUnasked', 'The pod has a sidecar.');
    await bench.report('Discrepant', CRASH, unasked);
    bench.undecided = ['InjectedUnasked'];
    await bench.report('Verified');
    bench.undecided = [];
    expect(await bench.report('Discrepant', CRASH, unasked)).to.deep.equal([
      'record Warning SidecarNotRunning',
      patched('False', 'SidecarNotRunning'),
    ]);
    await bench.report('Verified');
    expect(await bench.report('Verified', unasked)).to.deep.equal(['record Warning InjectedUnasked']);
  });

  it('moves lastTransitionTime with the status alone', async () => {
    await bench.report('Discrepant', CRASH);
    await bench.clock.advance(60_000);
    await bench.report('Discrepant', NOT_READY);
    expect(bench.condition).to.include({
      reason: 'SidecarNotReady',
      lastTransitionTime: '2026-01-01T10:00:00Z',
    });
    await bench.report('Verified');
    expect(bench.condition).to.include({ lastTransitionTime: '2026-01-01T10:01:00Z' });
  });

  it('puts back a condition that somebody else has changed or removed, without an Event', async () => {
    await bench.report('Discrepant', CRASH);
    bench.condition = { type: CONDITION_TYPE, status: 'True' };
    expect(await bench.report('Discrepant', CRASH)).to.deep.equal([patched('False', 'SidecarNotRunning')]);
    bench.condition = undefined;
    expect(await bench.report('Discrepant', CRASH)).to.deep.equal([patched('False', 'SidecarNotRunning')]);
  });

  it('takes a pod recreated under the same name for a new one', async () => {
    await bench.report('Discrepant', CRASH);
    Object.assign(bench, { uid: 'second', condition: undefined });
    expect(await bench.report('Verified')).to.deep.equal([patched('True', 'Verified', 'second')]);
    Object.assign(bench, { uid: 'third', condition: undefined });
    expect(await bench.report('Discrepant', CRASH)).to.deep.equal([
      'ensure Warning SidecarNotRunning',
      patched('False', 'SidecarNotRunning', 'third'),
    ]);
  });
});
