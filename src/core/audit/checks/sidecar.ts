/** Whether the Envoy sidecar is there, runs and is ready. */
import type { ContainerStatus } from '../../osm/pod.ts';
import { finding, type Finding } from '../finding.ts';
import { logCommand, recreateCommand } from '../fix.ts';
import type { Check, Judgement } from '../judgement.ts';

export const checkSidecar: Check = (judgement) => {
  const { pod, sidecar, init, product } = judgement;
  if (sidecar === undefined) {
    const consequence =
      init === undefined ? '' : ` ${init.name} redirects its traffic to ports where nobody listens.`;
    const message = `The pod has no container ${product.sidecars[0] ?? ''} although the mesh has marked it.${consequence}`;
    return [finding('SidecarMissing', message, { fix: recreateCommand(pod) })];
  }
  // Until osm-init has ended well the kubelet starts no other container: osm-init is then what there is to look at.
  if (init !== undefined && !endedWell(init.status)) return [];
  return sidecar.status === undefined
    ? [starting(sidecar.name)]
    : sidecarState(judgement, sidecar.name, sidecar.status);
};

function sidecarState(judgement: Judgement, name: string, status: ContainerStatus): readonly Finding[] {
  const { pod, inGrace } = judgement;
  const { state, ready, restarts, lastExitCode } = status;
  const fix = logCommand(pod, name);
  // The state alternates while a container crashes; one wording for all of it keeps the finding from flapping.
  const exitCode = state.kind === 'terminated' ? state.exitCode : lastExitCode;
  const failed = exitCode !== undefined && exitCode !== 0 && restarts > 0 && !ready;
  // A container that runs again after its only failure gets its time; after several it is the same story going on.
  const crashing = failed && (state.kind !== 'running' || (inGrace && restarts > 1));
  if (crashing) {
    const message = `The container ${name} keeps ending, last with exit code ${exitCode}.`;
    return [finding('SidecarNotRunning', message, { fix, evidence: { exitCode } })];
  }
  switch (state.kind) {
    case 'terminated': {
      const message = `The container ${name} has ended with exit code ${state.exitCode}.`;
      return [finding('SidecarNotRunning', message, { fix, evidence: { exitCode: state.exitCode } })];
    }
    case 'waiting': {
      if (inGrace || state.reason === 'PodInitializing') return [starting(name)];
      const reason = state.reason === '' ? 'no reason given' : state.reason;
      return [finding('SidecarNotRunning', `The container ${name} waits: ${reason}.`, { fix })];
    }
    case 'running':
      if (ready) return [];
      if (inGrace) return [starting(name)];
      return [finding('SidecarNotReady', `The container ${name} runs but is not ready.`, { fix })];
  }
}

function endedWell(status: ContainerStatus | undefined): boolean {
  return status?.state.kind === 'terminated' && status.state.exitCode === 0;
}

function starting(container: string): Finding {
  return finding('PodStarting', `The container ${container} is still starting.`);
}
