/**
 * A pod of the corpus as API object: what a ReplicaSet's pod looks like after the injector has been at it, and what a
 * kubelet says of it later. About 15 kB as the server returns it, with the managedFields of both.
 */
import { createHash } from 'node:crypto';
import {
  PROXY_UUID_LABEL,
  INIT_CONTAINER,
  INJECTION_ANNOTATION,
  OUTBOUND_PORTS_ANNOTATION,
} from '../../src/core/osm/names.ts';
import { osmScript } from '../../src/testing/osm-scripts.ts';
import type { CorpusPod } from './corpus.ts';

const CREATED = '2026-01-01T08:00:00Z';
const INITIALISED = '2026-01-01T08:00:04Z';
const STARTED = '2026-01-01T08:00:06Z';
const APP_IMAGE = 'registry.example.com/shop/application';
const ENVOY_IMAGE = 'envoyproxy/envoy-alpine:v1.17.2';
const INIT_IMAGE = 'openservicemesh/init:v0.8.0';

/** What is sent to create it. */
export function manifestOf(pod: CorpusPod): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadataOf(pod),
    spec: {
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      nodeName: pod.node,
      serviceAccountName: pod.app,
      automountServiceAccountToken: false,
      securityContext: { fsGroup: 2000 },
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 100,
              podAffinityTerm: {
                labelSelector: { matchLabels: { 'app.kubernetes.io/name': pod.app } },
                topologyKey: 'kubernetes.io/hostname',
              },
            },
          ],
        },
      },
      volumes: [
        { name: 'config', configMap: { name: `${pod.app}-config` } },
        { name: 'cache', emptyDir: { sizeLimit: '256Mi' } },
        {
          name: 'envoy-bootstrap-config-volume',
          secret: { secretName: `envoy-bootstrap-config-${uuid(pod)}` },
        },
      ],
      initContainers: [initContainer(pod)],
      containers: [application(pod), sidecar(pod)],
    },
  };
}

/** What a kubelet patches into the status once the pod runs. */
export function runningStatus(pod: CorpusPod): object {
  return {
    phase: 'Running',
    hostIP: '192.0.2.10',
    podIP: pod.address,
    podIPs: [{ ip: pod.address }],
    startTime: CREATED,
    conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
      type,
      status: 'True',
      lastProbeTime: null,
      lastTransitionTime: type === 'Initialized' ? INITIALISED : STARTED,
    })),
    initContainerStatuses: [initStatus(pod)],
    containerStatuses: [
      running(containerStatus(pod, pod.app, `${APP_IMAGE}:1.14.2`)),
      running(sidecarStatus(pod)),
    ],
  };
}

/** What a kubelet patches when the sidecar has crashed. */
export function crashedStatus(pod: CorpusPod): object {
  const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container=envoy' };
  return { containerStatuses: [{ ...sidecarStatus(pod), ready: false, state: { waiting, running: null } }] };
}

/** What it patches when the sidecar runs again. */
export function mendedStatus(pod: CorpusPod): object {
  const running = { startedAt: STARTED };
  return { containerStatuses: [{ ...sidecarStatus(pod), ready: true, state: { running, waiting: null } }] };
}

export function uuid({ index }: CorpusPod): string {
  return `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
}

function metadataOf(pod: CorpusPod): object {
  const { name, namespace, app, templateHash, annotatedPorts } = pod;
  return {
    name,
    namespace,
    labels: {
      'app.kubernetes.io/name': app,
      'app.kubernetes.io/part-of': namespace,
      'app.kubernetes.io/version': '1.14.2',
      'app.kubernetes.io/managed-by': 'Helm',
      'helm.sh/chart': `${app}-3.2.1`,
      'pod-template-hash': templateHash,
      [PROXY_UUID_LABEL]: uuid(pod),
    },
    annotations: {
      [INJECTION_ANNOTATION]: 'enabled',
      ...(annotatedPorts === undefined ? {} : { [OUTBOUND_PORTS_ANNOTATION]: annotatedPorts.join(',') }),
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '15010',
      'prometheus.io/path': '/stats/prometheus',
      'checksum/config': digest(`config ${app}`),
      'checksum/secret': digest(`secret ${app}`),
      'kubernetes.io/psp': 'restricted-with-net-admin',
    },
    ownerReferences: [
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        name: `${app}-${templateHash}`,
        uid: `10000000-0000-4000-8000-${digest(`${namespace} ${app}`).slice(0, 12)}`,
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  };
}

function initContainer({ ports, ranges }: CorpusPod): object {
  return {
    name: INIT_CONTAINER,
    image: INIT_IMAGE,
    imagePullPolicy: 'IfNotPresent',
    command: ['/bin/sh'],
    args: ['-c', osmScript('R1', { ports, ranges })],
    securityContext: { capabilities: { add: ['NET_ADMIN'] } },
  };
}

function application(pod: CorpusPod): object {
  const probe = (port: number): object => ({
    httpGet: { path: '/osm-probe', port, scheme: 'HTTP' },
    initialDelaySeconds: 5,
    periodSeconds: 10,
    timeoutSeconds: 1,
    failureThreshold: 3,
  });
  const plain = ['LOG_LEVEL', 'DATABASE_HOST', 'CACHE_HOST', 'QUEUE_URL', 'FEATURE_FLAGS'];
  return {
    name: pod.app,
    image: `${APP_IMAGE}:1.14.2`,
    imagePullPolicy: 'IfNotPresent',
    args: [
      '--listen=:8080',
      '--metrics=:9090',
      `--service=${pod.app}.${pod.namespace}`,
      '--shutdown-grace=20s',
    ],
    ports: [
      { name: 'http', containerPort: 8080, protocol: 'TCP' },
      { name: 'metrics', containerPort: 9090, protocol: 'TCP' },
    ],
    env: [
      ...plain.map((name) => ({ name, value: `${name.toLowerCase()}.${pod.namespace}.svc.cluster.local` })),
      {
        name: 'DATABASE_PASSWORD',
        valueFrom: { secretKeyRef: { name: `${pod.app}-database`, key: 'password' } },
      },
      fromField('POD_NAME', 'metadata.name'),
      fromField('POD_IP', 'status.podIP'),
    ],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    livenessProbe: probe(15901),
    readinessProbe: probe(15902),
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, runAsUser: 10001 },
    volumeMounts: [
      { name: 'config', mountPath: '/etc/application', readOnly: true },
      { name: 'cache', mountPath: '/var/cache/application' },
    ],
  };
}

function sidecar(pod: CorpusPod): object {
  return {
    name: 'envoy',
    image: ENVOY_IMAGE,
    imagePullPolicy: 'IfNotPresent',
    command: ['envoy'],
    args: [
      '--log-level',
      'error',
      '--config-path',
      '/etc/envoy/bootstrap.yaml',
      '--service-node',
      `${uuid(pod)}.sidecar.${pod.app}.${pod.namespace}.cluster.local`,
      '--bootstrap-version 3',
    ],
    ports: [
      { name: 'proxy-admin', containerPort: 15000, protocol: 'TCP' },
      { name: 'proxy-inbound', containerPort: 15003, protocol: 'TCP' },
      { name: 'proxy-metrics', containerPort: 15010, protocol: 'TCP' },
    ],
    env: [
      fromField('POD_UID', 'metadata.uid'),
      fromField('POD_NAME', 'metadata.name'),
      fromField('POD_NAMESPACE', 'metadata.namespace'),
      fromField('POD_IP', 'status.podIP'),
      fromField('SERVICE_ACCOUNT', 'spec.serviceAccountName'),
    ],
    resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '192Mi' } },
    securityContext: { runAsUser: 1500 },
    volumeMounts: [{ name: 'envoy-bootstrap-config-volume', mountPath: '/etc/envoy', readOnly: true }],
  };
}

function fromField(name: string, fieldPath: string): object {
  return { name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } } };
}

function running(status: object): object {
  return { ...status, ready: true, started: true, state: { running: { startedAt: STARTED } } };
}

function sidecarStatus(pod: CorpusPod): object {
  return containerStatus(pod, 'envoy', ENVOY_IMAGE);
}

function initStatus(pod: CorpusPod): object {
  return {
    ...containerStatus(pod, INIT_CONTAINER, INIT_IMAGE),
    ready: true,
    state: {
      terminated: {
        containerID: containerId(pod, INIT_CONTAINER),
        exitCode: 0,
        reason: 'Completed',
        startedAt: CREATED,
        finishedAt: INITIALISED,
      },
    },
  };
}

function containerStatus(pod: CorpusPod, name: string, image: string): object {
  return {
    name,
    image: `docker.io/${image}`,
    imageID: `docker.io/${image.replace(/:.*/, '')}@sha256:${digest(image)}`,
    containerID: containerId(pod, name),
    lastState: {},
    restartCount: 0,
  };
}

function containerId({ index }: CorpusPod, name: string): string {
  return `containerd://${digest(`${name} ${index}`)}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
