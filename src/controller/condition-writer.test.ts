import { expect } from 'chai';
import { CONDITION_TYPE, LIVE_REDIRECTION } from '../core/audit/condition-text.ts';
import { finding, type Finding } from '../core/audit/finding.ts';
import type { Report, Status } from '../core/audit/report.ts';
import type { Condition } from '../kube/conditions.ts';
import { ApiError } from '../kube/errors.ts';
import { CREATED, meshedPod } from '../testing/builders.ts';
import { ManualClock } from '../testing/kube/manual-clock.ts';
import { ConditionWriter } from './condition-writer.ts';
import type { PodSnapshot } from './snapshot.ts';

const STARTING = finding('PodStarting', 'The container envoy is still starting.');
const OUTSIDE = finding('NotInMesh', 'The mesh does not concern this pod.');
const UNSURE = finding('NamespaceUnknown', 'Whether the pod belongs to the mesh cannot be told.');
const TRUE: Condition = {
  type: CONDITION_TYPE,
  status: 'True',
  reason: 'Verified',
  message: 'Traffic is redirected as the mesh configuration says.',
};

const verdict = (status: Status, ...findings: readonly Finding[]): Report => {
  return {
    namespace: 'test',
    name: 'web',
    uid: 'a',
    status,
    findings,
    dialect: undefined,
    undecided: [],
    recheckAt: undefined,
    configSource: undefined,
  };
};
const podWith = (
  condition: Condition | undefined,
  rest: Parameters<typeof meshedPod>[0] = {},
): PodSnapshot => {
  return { pod: meshedPod({ uid: 'a', ...rest }), condition };
};

describe('condition writer', () => {
  let clock: ManualClock;
  let create: (words?: typeof LIVE_REDIRECTION) => ConditionWriter;
  let bodies: unknown[];
  let writer: ConditionWriter;
  let again: string[];
  let results: string[];
  let answer: () => Promise<unknown>;

  beforeEach(() => {
    clock = new ManualClock(CREATED);
    bodies = [];
    again = [];
    results = [];
    answer = () => Promise.resolve({});
    create = (words) =>
      new ConditionWriter({
        ...(words !== undefined && { words }),
        api: {
          patchNamespacedPodStatus: ({ body }) => {
            bodies.push(body);
            return answer();
          },
        },
        clock,
        onPatch: (result) => results.push(result),
        lookAgain: (key, afterMs) => again.push(`${key} in ${afterMs} ms`),
      });
    writer = create();
  });

  /** The version before had no condition unless said otherwise. */
  const recognises = (after: PodSnapshot, before?: Condition): boolean => writer.recognises(after, before);
  const write = async (snapshot: PodSnapshot, report: Report): Promise<boolean> => {
    const patch = writer.plan(snapshot, report);
    if (patch !== undefined) await writer.write(snapshot.pod, patch);
    return patch !== undefined;
  };

  it('does not write the same again while the first write is on its way back', async () => {
    expect(await write(podWith(undefined), verdict('Verified'))).to.equal(true);
    expect(await write(podWith(undefined), verdict('Verified'))).to.equal(false);
    expect(recognises(podWith(undefined)), 'a version from before the write').to.equal(true);
  });

  it('writes, keeps and takes away the condition whose words it was given, and no other', async () => {
    writer = create(LIVE_REDIRECTION);
    const { type, verified: message } = LIVE_REDIRECTION;
    const live: Condition = { type, status: 'True', reason: 'Verified', message };
    await write(podWith(undefined), verdict('Verified'));
    expect(recognises(podWith(live)), 'the echo').to.equal(true);
    expect(await write(podWith(live), verdict('Verified'))).to.equal(false);
    await write(podWith(live), verdict('NotApplicable', OUTSIDE));
    const [written, removal] = bodies;
    expect(written).to.have.nested.property('status.conditions').that.containSubset([{ type, message }]);
    expect(removal).to.have.deep.nested.property('status.conditions', [{ type, $patch: 'delete' }]);
    expect(bodies).to.have.length(2);
  });

  it('knows the echo of its write, also when it comes before the answer', async () => {
    let recognised: boolean | undefined;
    answer = () => {
      recognised = recognises(podWith(TRUE));
      return Promise.resolve({});
    };
    await write(podWith(undefined), verdict('Verified'));
    expect(recognised).to.equal(true);
  });

  it('tells a foreign hand once the echo was there, and mends what it did', async () => {
    await write(podWith(undefined), verdict('Verified'));
    expect(recognises(podWith(TRUE))).to.equal(true);
    expect(recognises(podWith({ ...TRUE, message: 'tampered' }), TRUE)).to.equal(false);
    expect(recognises(podWith(undefined), TRUE)).to.equal(false);
    expect(await write(podWith(undefined), verdict('Verified'))).to.equal(true);
  });

  it('looks again where a list may show what somebody wrote over the write, and mends that', async () => {
    const rival: Condition = { ...TRUE, status: 'False', reason: 'Rival' };
    await write(podWith(undefined), verdict('Verified'));
    await clock.advance(4000);
    expect(recognises(podWith(rival))).to.equal(true);
    expect(again).to.deep.equal(['test/web in 6500 ms']);
    await clock.advance(6500);
    expect(await write(podWith(rival), verdict('Verified'))).to.equal(true);
  });

  it('looks again for nothing else', async () => {
    await write(podWith(undefined), verdict('Verified'));
    recognises(podWith(TRUE));
    recognises(podWith({ ...TRUE, message: 'tampered' }), TRUE);
    expect(again).to.deep.equal([]);
  });

  it('gives up waiting for an echo that never comes', async () => {
    await write(podWith(undefined), verdict('Verified'));
    await clock.advance(10_000);
    expect(recognises(podWith(undefined))).to.equal(false);
    expect(await write(podWith(undefined), verdict('Verified'))).to.equal(true);
  });

  it('forgets a write that failed', async () => {
    answer = () => Promise.reject(new Error('no answer'));
    await write(podWith(undefined), verdict('Verified')).catch(() => undefined);
    answer = () => Promise.resolve({});
    expect(await write(podWith(undefined), verdict('Verified'))).to.equal(true);
    expect(bodies).to.have.length(2);
  });

  it('claims nothing about pods that it never wrote on, of another uid, or forgotten', async () => {
    await write(podWith(undefined), verdict('Verified'));
    expect(writer.present(podWith(undefined, { uid: 'b' }))).to.equal(undefined);
    expect(recognises(podWith(TRUE, { uid: 'b' }), TRUE)).to.equal(true);
    writer.forget('test/web');
    expect(writer.present(podWith(undefined))).to.equal(undefined);
  });

  it('tells a foreign hand on what a process before this one wrote', () => {
    expect(recognises(podWith(TRUE), TRUE)).to.equal(true);
    expect(recognises(podWith(undefined), TRUE)).to.equal(false);
    expect(recognises(podWith({ ...TRUE, status: 'False' }), TRUE)).to.equal(false);
  });

  it('takes the condition from a pod that left the mesh, and no other', async () => {
    expect(await write(podWith(TRUE), verdict('NotApplicable', OUTSIDE))).to.equal(true);
    expect(bodies).to.deep.equal([
      { metadata: { uid: 'a' }, status: { conditions: [{ type: CONDITION_TYPE, $patch: 'delete' }] } },
    ]);
    expect(await write(podWith(TRUE), verdict('NotApplicable', OUTSIDE)), 'not twice').to.equal(false);
  });

  const untouched: Readonly<Record<string, readonly [PodSnapshot, Report]>> = {
    'a pod outside the mesh without a condition': [podWith(undefined), verdict('NotApplicable', OUTSIDE)],
    'a pod that is being deleted': [podWith(TRUE, { terminating: true }), verdict('NotApplicable', OUTSIDE)],
    'a pod that has ended': [podWith(TRUE, { phase: 'Succeeded' }), verdict('NotApplicable', OUTSIDE)],
    'a pod that perhaps does not belong to the mesh': [podWith(undefined), verdict('Unknown', UNSURE)],
    'a pod that merely starts': [podWith(undefined), verdict('Unknown', STARTING)],
  };
  for (const [what, [snapshot, report]] of Object.entries(untouched)) {
    it(`writes nothing on ${what}`, () => expect(writer.plan(snapshot, report)).to.equal(undefined));
  }

  for (const [what, because] of [
    ['when a pod starts again', STARTING],
    ['when it is no longer known whether the pod belongs to the mesh', UNSURE],
  ] as const) {
    it(`replaces a True of before ${what}`, () => {
      const patch = writer.plan(podWith(TRUE), verdict('Unknown', because));
      expect(patch?.status.conditions[0]).to.include({ status: 'Unknown', reason: because.name });
    });
  }

  it('counts what could not be written, but not pods that are gone by then', async () => {
    const failWith = async (code: number): Promise<void> => {
      answer = () => Promise.reject(new ApiError({ code, reason: '', message: 'no' }));
      const { pod } = podWith(undefined);
      const patch = writer.plan(podWith(undefined), verdict('Verified'));
      await writer.write(pod, patch!).catch(() => undefined);
    };
    await failWith(404);
    expect(results).to.deep.equal([]);
    await failWith(500);
    expect(results).to.deep.equal(['error']);
  });
});
