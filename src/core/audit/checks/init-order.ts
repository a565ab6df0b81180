/**
 * Whether init containers run at the wrong time. They run one after the other: what is redirected before the sidecar runs
 * has nobody to go to, and what connects before there are rules is never redirected.
 */
import { finding, type Finding } from '../finding.ts';
import type { Check } from '../judgement.ts';
import { containersRun, enumerate } from '../quote.ts';

export const checkInitOrder: Check = ({ pod, init, dialect }) => {
  if (init === undefined) return [];
  const at = pod.initContainers.findIndex((each) => each === init);
  const later = pod.initContainers
    .slice(at + 1)
    .filter(({ keepsRunning, runAsUser }) => !keepsRunning && runAsUser !== dialect?.uid)
    .map(({ name }) => name);
  const earlier = pod.initContainers.slice(0, at).filter(({ keepsRunning }) => keepsRunning);
  const findings: Finding[] = [];
  if (later.length > 0) {
    const message = `After ${init.name} the init ${containersRun(later)}: ${later.length === 1 ? 'its' : 'their'} TCP connections are redirected to a sidecar that is not running yet.`;
    findings.push(finding('InitAfterRedirection', message, { evidence: { values: later } }));
  }
  if (earlier.length > 0) {
    const names = earlier.map(({ name }) => name);
    const message = `Before ${init.name} starts ${enumerate(names)}, which goes on running: connections that it opens before are never redirected.`;
    findings.push(finding('SidecarBeforeRedirection', message, { evidence: { values: names } }));
  }
  return findings;
};
