/** Pods as an injector makes them, with stand-ins for application and sidecar, to be run by a real kubelet. */
import type { Product } from '../../src/core/osm/names.ts';
import { FSM, OSM } from '../../src/core/osm/names.ts';
import type { Release } from '../../src/core/osm/releases.ts';
import { INIT_IMAGES, SIDECAR, TOOLS, type Backend } from '../node/pod-images.ts';

export interface GroundPod {
  readonly name: string;
  readonly release: Release;
  readonly backend: Backend;
  /** Of the init image. */
  readonly tag: string;
  /** undefined for a pod without the init container. */
  readonly script: string | undefined;
  readonly sidecar?: false;
  readonly netAdmin?: false;
  readonly appUser?: number;
  /** Containers beside the application and the sidecar. */
  readonly more?: readonly object[];
  /** A folder /kept that init containers find again when they run once more; see worksOnce. */
  readonly remembers?: true;
  readonly gated?: true;
  readonly hostNetwork?: true;
  readonly labels?: Readonly<Record<string, string>>;
}

export const CONDITION = 'openservicemesh.io/RedirectionVerified';
export const LIVE_CONDITION = 'openservicemesh.io/RedirectionLiveVerified';
export const APPLICATION_PORTS = [8000, 9090];

export function productOf({ reads }: Release): Product {
  return reads === 'FsmMeshConfig' ? FSM : OSM;
}

/** For a pod that remembers: works once; run again, it makes one chain and fails at the next command. */
export function worksOnce(script: string): string {
  return `if [ -e /kept/ran ]; then iptables -t nat -N PROXY_INBOUND && iptables -t nat -A NOPE -j RETURN; else touch /kept/ran && ${script}; fi`;
}

export function manifestOf(pod: GroundPod, namespace: string): object {
  const { name, release, sidecar, script, appUser, gated, remembers, hostNetwork, more = [], labels } = pod;
  const { proxyLabel } = productOf(release);
  const application = {
    name: 'app',
    image: TOOLS,
    command: ['python3', '/opt/application.py', 'app', ...APPLICATION_PORTS.map(String)],
    ports: APPLICATION_PORTS.map((containerPort) => ({ containerPort })),
    ...(appUser === undefined ? {} : { securityContext: { runAsUser: appUser } }),
  };
  const containers = [application, ...(sidecar === false ? [] : [sidecarOf(release)]), ...more];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: { app: name, [proxyLabel]: '00000000-0000-4000-8000-000000000001', ...labels },
    },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 1,
      ...(hostNetwork === true ? { hostNetwork } : {}),
      ...(script === undefined ? {} : { initContainers: [initOf(pod, script)] }),
      containers: containers.map((each) => ({ imagePullPolicy: 'IfNotPresent', ...each })),
      ...(gated === true ? { readinessGates: [{ conditionType: CONDITION }] } : {}),
      ...(remembers === true ? { volumes: [{ name: 'kept', emptyDir: {} }] } : {}),
    },
  };
}

function initOf(pod: GroundPod, script: string): object {
  const { release, backend, tag, netAdmin, remembers } = pod;
  const podIp = { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } };
  const knowsAddress = ['R4', 'FSM'].includes(release.dialect.name);
  return {
    name: productOf(release).initContainer,
    image: INIT_IMAGES[backend](tag),
    imagePullPolicy: 'IfNotPresent',
    command: ['/bin/sh'],
    args: ['-c', script],
    ...(knowsAddress ? { env: [podIp] } : {}),
    ...(netAdmin === false ? {} : { securityContext: { capabilities: { add: ['NET_ADMIN'] } } }),
    ...(remembers === true ? { volumeMounts: [{ name: 'kept', mountPath: '/kept' }] } : {}),
  };
}

function sidecarOf(release: Release): object {
  return {
    name: release.reads === 'FsmMeshConfig' ? 'sidecar' : 'envoy',
    image: SIDECAR,
    command: ['envoy'],
    securityContext: { runAsUser: release.dialect.uid },
    ports: [15000, 15003, 15010].map((containerPort) => ({ containerPort })),
  };
}
