/** Whether osm-init is there and has ended well; its states are told apart as the kubelet reports them. */
import { INIT_CONTAINER } from '../../osm/names.ts';
import type { ContainerStatus } from '../../osm/pod.ts';
import { finding, type Finding } from '../finding.ts';
import { describeCommand, logCommand, recreateCommand } from '../fix.ts';
import type { Check, Judgement } from '../judgement.ts';

export const checkInitContainer: Check = (judgement) => {
  const { pod, init, sidecar } = judgement;
  if (init === undefined) {
    if (sidecar === undefined) return [];
    const message = `The pod has a sidecar but no container ${INIT_CONTAINER}: nothing redirects its traffic.`;
    return [finding('InitContainerMissing', message, { fix: recreateCommand(pod) })];
  }
  if (init.status === undefined) {
    return [finding('PodStarting', 'The pod has not been started by a kubelet yet.')];
  }
  return initState(judgement, init.status);
};

function initState(judgement: Judgement, status: ContainerStatus): readonly Finding[] {
  const { pod, inGrace, sidecar } = judgement;
  const { state, restarts, lastExitCode } = status;
  if (state.kind === 'terminated' && state.exitCode === 0) return [];

  // Between two failures the state alternates; one finding for all of it keeps it from flapping.
  const failedBefore = restarts > 0 && lastExitCode !== undefined && lastExitCode !== 0;
  const backingOff = state.kind === 'waiting' && state.reason === 'CrashLoopBackOff';
  if (failedBefore || backingOff) {
    const exitCode = state.kind === 'terminated' ? state.exitCode : lastExitCode;
    return [crashLoop(judgement, exitCode)];
  }
  switch (state.kind) {
    case 'terminated': {
      const message = `${INIT_CONTAINER} has ended with exit code ${state.exitCode}: ${exitCodeMeaning(state.exitCode)}.`;
      const fix = logCommand(pod, INIT_CONTAINER);
      return [finding('InitContainerFailed', message, { fix, evidence: { exitCode: state.exitCode } })];
    }
    case 'waiting': {
      if (sidecar?.status?.state.kind === 'running') {
        const message = `The kubelet says ${INIT_CONTAINER} waits while the sidecar runs: it no longer knows how it ended.`;
        return [finding('InitContainerStateLost', message)];
      }
      const reason = state.reason === '' ? 'no reason given' : state.reason;
      if (inGrace)
        return [finding('PodStarting', `${INIT_CONTAINER} is still waiting to start (${reason}).`)];
      const message = `${INIT_CONTAINER} is still waiting to start: ${reason}.`;
      return [finding('InitContainerWaiting', message, { fix: describeCommand(pod) })];
    }
    case 'running': {
      if (inGrace) return [finding('PodStarting', `${INIT_CONTAINER} is still running.`)];
      const message = `${INIT_CONTAINER} is still running; it should have ended within a second.`;
      return [finding('InitContainerRunning', message, { fix: logCommand(pod, INIT_CONTAINER) })];
    }
  }
}

function crashLoop({ pod }: Judgement, exitCode: number | undefined): Finding {
  const last =
    exitCode === undefined ? '' : `, last with exit code ${exitCode}: ${exitCodeMeaning(exitCode)}`;
  const masked =
    exitCode === 1
      ? ' The first failure is the real one; later tries find the chains that it left behind.'
      : '';
  return finding('InitContainerCrashLoop', `${INIT_CONTAINER} fails again and again${last}.${masked}`, {
    fix: logCommand(pod, INIT_CONTAINER),
    ...(exitCode === undefined ? {} : { evidence: { exitCode } }),
  });
}

/** What iptables, sh and the runtime mean by it; measured with iptables 1.8.9. */
function exitCodeMeaning(code: number): string {
  switch (code) {
    case 1:
      return 'a chain exists already or is missing';
    case 2:
      return 'iptables or the shell refuses the text of a command';
    case 3:
      return 'no permission, or the kernel lacks the nat table';
    case 4:
      return 'no permission, or the kernel refuses a rule';
    case 126:
      return 'a program of the image cannot be executed';
    case 127:
      return 'the image lacks a program';
    case 137:
      return 'it was killed, perhaps for lack of memory';
    default:
      return 'the log tells more';
  }
}
