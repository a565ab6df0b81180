/** Whether osm-init is there and has ended well; its states are told apart as the kubelet reports them. */
import type { ContainerStatus, InitContainer } from '../../osm/pod.ts';
import { finding, type Finding } from '../finding.ts';
import { describeCommand, logCommand, recreateCommand } from '../fix.ts';
import type { Check, Judgement } from '../judgement.ts';
import { quote } from '../quote.ts';

export const checkInitContainer: Check = (judgement) => {
  const { pod, init, sidecar, product } = judgement;
  if (init === undefined) {
    if (sidecar === undefined) return [];
    const message = `The pod has a sidecar but no container ${product.initContainer}: nothing redirects its traffic.`;
    return [finding('InitContainerMissing', message, { fix: recreateCommand(pod) })];
  }
  if (init.status === undefined) {
    return [finding('PodStarting', 'The pod has not been started by a kubelet yet.')];
  }
  const state = initState(judgement, init, init.status);
  const failed = state.some(
    ({ name }) => name === 'InitContainerFailed' || name === 'InitContainerCrashLoop',
  );
  return failed ? [...state, ...permission(init, init.status)] : state;
};

function initState(judgement: Judgement, init: InitContainer, status: ContainerStatus): readonly Finding[] {
  const { pod, inGrace, sidecar } = judgement;
  const { state, restarts, lastExitCode } = status;
  if (state.kind === 'terminated' && state.exitCode === 0) return [];

  // Between two failures the state alternates; one finding for all of it keeps it from flapping.
  const failedBefore = restarts > 0 && lastExitCode !== undefined && lastExitCode !== 0;
  const backingOff = state.kind === 'waiting' && state.reason === 'CrashLoopBackOff';
  const exitCode = state.kind === 'terminated' ? state.exitCode : lastExitCode;
  const failed = failedBefore || backingOff || state.kind === 'terminated';
  if (failed && sidecar?.status?.state.kind === 'running') return [rerun(judgement, init, exitCode)];
  if (failedBefore || backingOff) return [crashLoop(judgement, init, exitCode)];
  switch (state.kind) {
    case 'terminated': {
      const message = `${init.name} has ended with exit code ${state.exitCode}: ${exitCodeMeaning(state.exitCode)}.`;
      const fix = logCommand(pod, init.name);
      return [finding('InitContainerFailed', message, { fix, evidence: { exitCode: state.exitCode } })];
    }
    case 'waiting': {
      if (sidecar?.status?.state.kind === 'running') {
        const message = `The kubelet says ${init.name} waits while the sidecar runs: it no longer knows how it ended.`;
        return [finding('InitContainerStateLost', message)];
      }
      const reason = state.reason === '' ? 'no reason given' : state.reason;
      if (inGrace) return [finding('PodStarting', `${init.name} is still waiting to start (${reason}).`)];
      const message = `${init.name} is still waiting to start: ${reason}.`;
      return [finding('InitContainerWaiting', message, { fix: describeCommand(pod) })];
    }
    case 'running': {
      if (inGrace) return [finding('PodStarting', `${init.name} is still running.`)];
      const message = `${init.name} is still running; it should have ended within a second.`;
      return [finding('InitContainerRunning', message, { fix: logCommand(pod, init.name) })];
    }
  }
}

/**
 * The kubelet starts no container before osm-init has ended well, so it has, in this sandbox: what failed is a second run.
 * One that finds its chains already there changes nothing.
 */
function rerun({ pod, dialect }: Judgement, { name }: InitContainer, exitCode: number | undefined): Finding {
  const fix = recreateCommand(pod);
  const evidence = exitCode === undefined ? {} : { exitCode };
  const code = exitCode === undefined ? '' : ` with exit code ${exitCode}`;
  if (exitCode === 1 && dialect?.form === 'commands') {
    const message = `${name} ran again beside the running containers and failed${code}, because the chains of its first run exist: those rules are untouched.`;
    return finding('InitContainerRerun', message, { fix, evidence });
  }
  const message = `${name} ran again beside the running containers and failed${code}: whether the rules of its first run are intact is not known.`;
  return finding('InitContainerRerunFailed', message, { fix, evidence });
}

/** What the pod itself tells of a failure, whatever the exit code: iptables uses 2, 3 and 4 for want of the permission. */
function permission(init: InitContainer, { state, lastExitCode }: ContainerStatus): readonly Finding[] {
  const code = state.kind === 'terminated' ? state.exitCode : lastExitCode;
  if (code === undefined || init.privileged === true) return [];
  if (init.addedCapabilities.some((name) => CAPABILITIES.has(name))) return [];
  const message = `${init.name} may not change rules: it has neither the capability NET_ADMIN nor is it privileged.`;
  return [finding('InitPermissionMissing', message, { evidence: { exitCode: code } })];
}

const CAPABILITIES = new Set(['NET_ADMIN', 'CAP_NET_ADMIN', 'ALL']);

function crashLoop(judgement: Judgement, init: InitContainer, exitCode: number | undefined): Finding {
  const { pod, installed } = judgement;
  const last =
    exitCode === undefined ? '' : `, last with exit code ${exitCode}: ${exitCodeMeaning(exitCode)}`;
  const masked = exitCode === 1 ? firstFailure(installed?.refusals[0]?.command) : '';
  return finding('InitContainerCrashLoop', `${init.name} fails again and again${last}.${masked}`, {
    fix: logCommand(pod, init.name),
    ...(exitCode === undefined ? {} : { evidence: { exitCode } }),
  });
}

/** Only what the model sees to be refused can be named; where it sees nothing, the log has it. */
function firstFailure(command: string | undefined): string {
  const real = ' The first failure is the real one; later tries find the chains that it left behind.';
  return command === undefined ? real : `${real} The first one was at ${quote(command)}.`;
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
