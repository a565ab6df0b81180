/** Builders for judgement's input, a healthy meshed pod and what a test wants to be different about it, and for findings. */
import { finding, type Finding } from '../core/audit/finding.ts';
import type { AuditInput } from '../core/audit/judgement.ts';
import { meshConfigOf, type ConfigLookup } from '../core/osm/mesh-config.ts';
import { CONFIG_MAP_NAME, PROXY_UUID_LABEL } from '../core/osm/names.ts';
import type { ContainerState, ContainerStatus, InitContainer, Namespace, Pod } from '../core/osm/pod.ts';
import { GUIDE_SCRIPTS } from './guide.ts';

/** Long after everything that the builders' pods went through. */
export const NOW = Date.parse('2026-01-01T12:00:00Z');
export const CREATED = Date.parse('2026-01-01T10:00:00Z');

export function terminated(exitCode: number, finishedAt = CREATED): ContainerState {
  return { kind: 'terminated', exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', finishedAt };
}

export function running(startedAt = CREATED): ContainerState {
  return { kind: 'running', startedAt };
}

export function waiting(reason: string): ContainerState {
  return { kind: 'waiting', reason, message: '' };
}

export function status(state: ContainerState, rest: Partial<ContainerStatus> = {}): ContainerStatus {
  return { state, lastExitCode: undefined, ready: false, restarts: 0, ...rest };
}

/** osm-init as the guide shows it, ended well. */
export function initContainer(
  script: string = GUIDE_SCRIPTS.base,
  rest: Partial<InitContainer> = {},
): InitContainer {
  return {
    name: 'osm-init',
    command: ['/bin/sh'],
    args: ['-c', script],
    env: {},
    status: status(terminated(0), { ready: true }),
    ...rest,
  };
}

/** Verified against an empty configuration. */
export function meshedPod(rest: Partial<Pod> = {}): Pod {
  return {
    namespace: 'test',
    name: 'web',
    uid: '11111111-1111-4111-8111-111111111111',
    createdAt: CREATED,
    terminating: false,
    phase: 'Running',
    restartPolicy: 'Always',
    hostNetwork: false,
    owner: undefined,
    labels: { [PROXY_UUID_LABEL]: '22222222-2222-4222-8222-222222222222' },
    annotations: {},
    initContainers: [initContainer()],
    containers: [
      { name: 'app', status: status(running(), { ready: true }) },
      { name: 'envoy', status: status(running(), { ready: true }) },
    ],
    ...rest,
  };
}

/** A pod that the injector has not touched. */
export function plainPod(rest: Partial<Pod> = {}): Pod {
  const containers = [{ name: 'app', status: status(running(), { ready: true }) }];
  return meshedPod({ labels: {}, initContainers: [], containers, ...rest });
}

export function namespaceOf(name: string, rest: Partial<Namespace> = {}): Namespace {
  return { name, labels: {}, annotations: {}, ...rest };
}

export function configWith(data: Readonly<Record<string, string>>, changedAt?: number): ConfigLookup {
  const identity = {
    namespace: 'osm-system',
    name: CONFIG_MAP_NAME,
    uid: '33333333-3333-4333-8333-333333333333',
  };
  return { kind: 'found', config: meshConfigOf({ ...identity, changedAt, data }) };
}

export function inputFor(pod: Pod, rest: Partial<AuditInput> = {}): AuditInput {
  return {
    pod,
    namespace: namespaceOf(pod.namespace),
    config: configWith({}),
    osmNamespace: 'osm-system',
    now: NOW,
    graceMs: 60_000,
    ...rest,
  };
}

/** A finding that leaves the status of its pod as it is. */
export function withoutEffect(message: string, rest: Partial<Finding> = {}): Finding {
  return { ...finding('ExcludedPortExtra', message), severity: 'warning', effect: 'None', ...rest };
}
