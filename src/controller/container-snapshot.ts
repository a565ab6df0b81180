/** The facts of a pod's containers: what their specifications ask for, and what the kubelet says about them. */
import { unsafeVariable } from '../core/iptables/shell-variables.ts';
import type {
  Container,
  ContainerState,
  ContainerStatus,
  ContainerVariables,
  InitContainer,
} from '../core/osm/pod.ts';
import type { ContainerObject, ContainerStatusObject, EnvObject, InitContainerObject } from './pod-schema.ts';

/** @param podUser the user of the pod's containers that name none themselves */
export function containerOf(
  { name, image, ports, securityContext }: ContainerObject,
  podUser: number | undefined,
  statuses: readonly ContainerStatusObject[],
): Container {
  return {
    name,
    image,
    runAsUser: securityContext.runAsUser ?? podUser,
    ports: ports.map(({ containerPort, protocol }) => ({ port: containerPort, protocol })),
    status: statusOf(name, statuses),
  };
}

export function initContainerOf(
  container: InitContainerObject,
  podUser: number | undefined,
  statuses: readonly ContainerStatusObject[],
): InitContainer {
  const { command, args, env, restartPolicy, securityContext } = container;
  const { name, image, runAsUser, ports, status } = containerOf(container, podUser, statuses);
  return {
    name,
    image,
    runAsUser,
    ports,
    status,
    command,
    args,
    env: variablesOf(env),
    privileged: securityContext.privileged ?? undefined,
    addedCapabilities: securityContext.capabilities.add,
    keepsRunning: restartPolicy === 'Always',
  };
}

/** What the kubelet takes from elsewhere, or puts together from other variables, is not known and left out. */
function variablesOf(env: readonly EnvObject[]): ContainerVariables {
  const variables = new Map<string, string | null>();
  for (const { name, value, valueFrom } of env) {
    const ownAddress = valueFrom?.fieldRef?.fieldPath === 'status.podIP';
    const plain = valueFrom === undefined;
    const text = value ?? '';
    // Of two with one name the last one counts.
    variables.delete(name);
    if (ownAddress) variables.set(name, null);
    else if (plain && !text.includes('$')) variables.set(name, text);
    // That it is there at all makes what the script does uncertain, whatever its value.
    else if (unsafeVariable(name)) variables.set(name, '');
  }
  return Object.fromEntries(variables);
}

/** The kubelet's word on a container; undefined until it has said anything. */
function statusOf(name: string, statuses: readonly ContainerStatusObject[]): ContainerStatus | undefined {
  const status = statuses.find((candidate) => candidate.name === name);
  const state = status === undefined ? undefined : stateOf(status.state);
  if (status === undefined || state === undefined) return undefined;
  const { lastState, ready, restartCount } = status;
  return { state, lastExitCode: lastState.terminated?.exitCode, ready, restarts: restartCount };
}

function stateOf({
  waiting,
  running,
  terminated,
}: ContainerStatusObject['state']): ContainerState | undefined {
  if (terminated) {
    const { exitCode, reason, finishedAt } = terminated;
    return { kind: 'terminated', exitCode, reason, finishedAt: finishedAt ?? undefined };
  }
  if (running) return { kind: 'running', startedAt: running.startedAt ?? undefined };
  return waiting ? { kind: 'waiting', reason: waiting.reason, message: waiting.message } : undefined;
}
