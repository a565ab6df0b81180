/** Builders for judgement's input, a healthy meshed pod and what a test wants to be different about it, and for findings. */
import { finding, type Finding } from '../core/audit/finding.ts';
import type { AuditInput } from '../core/audit/judgement.ts';
import type { ConfigSet } from '../core/osm/choose-config.ts';
import {
  configMapConfig,
  resourceConfig,
  type MeshConfig,
  type MeshConfigResource,
} from '../core/osm/mesh-config.ts';
import { CONFIG_MAP_NAME, OSM, PROXY_UUID_LABEL } from '../core/osm/names.ts';
import type {
  Container,
  ContainerState,
  ContainerStatus,
  InitContainer,
  Namespace,
  Pod,
} from '../core/osm/pod.ts';
import { GUIDE_SCRIPTS } from './guide.ts';

/** Long after everything that the builders' pods went through. */
export const NOW = Date.parse('2026-01-01T12:00:00Z');
export const CREATED = Date.parse('2026-01-01T10:00:00Z');
export const PROXY_ID = '22222222-2222-4222-8222-222222222222';

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

/** Runs and is ready. */
export function container(name: string, rest: Partial<Container> = {}): Container {
  const image = `example/${name}:1`;
  return {
    name,
    image,
    runAsUser: undefined,
    ports: [],
    status: status(running(), { ready: true }),
    ...rest,
  };
}

/** The sidecar as the injector makes it, running and ready. */
export function envoy(rest: Partial<Container> = {}): Container {
  const ports = [15000, 15003, 15010].map((port) => ({ port, protocol: 'TCP' }));
  return container('envoy', { runAsUser: 1500, ports, ...rest });
}

/** osm-init as the guide shows it, ended well. */
export function initContainer(
  script: string = GUIDE_SCRIPTS.base,
  rest: Partial<InitContainer> = {},
): InitContainer {
  return {
    ...container('osm-init'),
    command: ['/bin/sh'],
    args: ['-c', script],
    env: {},
    privileged: undefined,
    addedCapabilities: ['NET_ADMIN'],
    keepsRunning: false,
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
    runtimeClass: undefined,
    windows: false,
    mirror: false,
    addresses: ['10.244.0.5'],
    bootstrapSecrets: [`envoy-bootstrap-config-${PROXY_ID}`],
    owner: undefined,
    labels: { [PROXY_UUID_LABEL]: PROXY_ID },
    annotations: {},
    annotatedAt: {},
    initContainers: [initContainer()],
    containers: [container('app'), envoy()],
    ephemeralContainers: [],
    ...rest,
  };
}

/** A pod that the injector has not touched. */
export function plainPod(rest: Partial<Pod> = {}): Pod {
  return meshedPod({
    labels: {},
    initContainers: [],
    bootstrapSecrets: [],
    containers: [container('app')],
    ...rest,
  });
}

export function namespaceOf(name: string, rest: Partial<Namespace> = {}): Namespace {
  return { name, labels: {}, annotations: {}, ...rest };
}

/** A set with the ConfigMap of this data. */
export function configWith(data: Readonly<Record<string, string>>, changedAt?: number): ConfigSet {
  const identity = {
    namespace: 'osm-system',
    name: CONFIG_MAP_NAME,
    uid: '33333333-3333-4333-8333-333333333333',
  };
  return configSet([configMapConfig({ ...identity, changedAt, data })]);
}

export function configSet(configs: readonly MeshConfig[], rest: Partial<ConfigSet> = {}): ConfigSet {
  return { configs, meshes: [], unreadable: [], osmNamespace: undefined, searched: 'any namespace', ...rest };
}

export const NO_CONFIG: ConfigSet = configSet([]);

/** A MeshConfig that says nothing but this. */
export function meshConfig(rest: Partial<MeshConfigResource> = {}): MeshConfig {
  return resourceConfig({
    namespace: 'osm-system',
    name: 'osm-mesh-config',
    uid: '33333333-3333-4333-8333-333333333333',
    changedAt: undefined,
    product: OSM,
    outboundRanges: [],
    includedRanges: [],
    outboundPorts: [],
    inboundPorts: [],
    interfaces: [],
    localProxyMode: '',
    dnsProxy: false,
    interception: '',
    initImage: '',
    sidecarImage: '',
    ...rest,
  });
}

export function inputFor(pod: Pod, rest: Partial<AuditInput> = {}): AuditInput {
  return {
    pod,
    namespace: undefined,
    configs: configWith({}),
    now: NOW,
    graceMs: 60_000,
    settleMs: 5000,
    fork: {},
    ...rest,
  };
}

/** A finding that leaves the status of its pod as it is. */
export function withoutEffect(message: string, rest: Partial<Finding> = {}): Finding {
  return { ...finding('ExcludedPortExtra', message), severity: 'warning', effect: 'None', ...rest };
}
