/** What is said of the pods and the pod histories that were recorded on a cluster with a kubelet. */
import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { audit } from '../core/audit/audit.ts';
import { inputFor } from '../testing/builders.ts';
import { readJson, readText, repositoryRoot } from '../testing/repository.ts';
import { podSnapshot } from './snapshot.ts';

/** Hours after the recording: no pod is in its grace period. */
const LATER = Date.parse('2026-11-23T12:00:00Z');

function told(object: unknown, now: number): string {
  const { status, findings } = audit(inputFor(podSnapshot(object).pod, { now }));
  return [status, ...findings.map(({ name }) => name)].join(' ');
}

describe('a recorded pod', () => {
  const statuses: Readonly<Record<string, string>> = {
    'deployment-good': 'Verified',
    'envoy-crash': 'Discrepant SidecarNotRunning',
    'envoy-not-ready': 'Discrepant SidecarNotReady',
    gated: 'Verified',
    good: 'Verified',
    'good-ports': 'Discrepant ExcludedPortExtra',
    'good.cond.app-restarted': 'Verified',
    'good.cond.sandbox-recreated-2': 'Verified',
    'good.phase0-created': 'Unknown PodStarting',
    'good.phase1-waiting': 'Discrepant InitContainerWaiting',
    'init-bad-rule': 'Discrepant InitContainerCrashLoop RuleRefused',
    'init-bad-rule.second-failure': 'Discrepant InitContainerCrashLoop RuleRefused',
    'init-fails-on-rerun.after': 'Discrepant InitContainerCrashLoop ScriptNotUnderstood',
    'init-no-netadmin': 'Discrepant InitContainerCrashLoop InitPermissionMissing',
    'init-no-sidecar': 'Discrepant SidecarMissing',
    'init-sleeping': 'Discrepant InitContainerRunning ScriptNotUnderstood',
    'iprange-doc': 'Discrepant InitContainerCrashLoop ScriptRefused',
    'iprange-fixed': 'Discrepant ExcludedRangeExtra',
    'never-init-bad-rule': 'Discrepant InitContainerFailed RuleRefused',
    'no-sidecar': 'NotApplicable NotInMesh',
    'sidecar-no-init': 'Discrepant InitContainerMissing',
    unschedulable: 'Unknown PodStarting',
  };
  for (const [name, verdict] of Object.entries(statuses)) {
    it(`${name} is ${verdict}`, () => {
      expect(told(readJson(`examples/recorded/${name}.json`), LATER)).to.equal(verdict);
    });
  }

  it('is never left out', () => {
    const files = readdirSync(join(repositoryRoot, 'examples/recorded'));
    expect(files.sort()).to.deep.equal(
      Object.keys(statuses)
        .map((name) => `${name}.json`)
        .sort(),
    );
  });
});

describe('a recorded start', () => {
  /** What is said after each step, at the time when the step was written. */
  function history(name: string): readonly string[] {
    return readText(`src/testing/steps/seq.${name}.jsonl`)
      .trim()
      .split('\n')
      .map((line) => {
        const { object } = JSON.parse(line) as {
          object: { metadata: { managedFields: readonly { time: string }[] } };
        };
        const times = object.metadata.managedFields.map(({ time }) => Date.parse(time));
        return told(object, Math.max(...times) + 500);
      });
  }

  it('that goes well is Unknown until it is Verified, without one error on the way', () => {
    expect(history('good')).to.deep.equal([...Array<string>(4).fill('Unknown PodStarting'), 'Verified']);
  });

  it('that must fail is Discrepant at once, and the failures of osm-init say so in one way', () => {
    expect(history('init-bad-rule')).to.deep.equal([
      ...Array<string>(3).fill('Discrepant RuleRefused PodStarting'),
      'Discrepant InitContainerFailed RuleRefused',
      ...Array<string>(3).fill('Discrepant InitContainerCrashLoop RuleRefused'),
    ]);
  });
});
