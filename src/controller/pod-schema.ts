/** The parts of pods and namespaces that are read. */
import {
  anything,
  flag,
  list,
  mapping,
  maybe,
  maybeTime,
  metadata,
  namespacedMetadata,
  number,
  optional,
  text,
  textMap,
  texts,
  whole,
  type Read,
} from './object-schema.ts';

const containerState = mapping({
  waiting: optional(mapping({ reason: maybe(text, ''), message: maybe(text, '') })),
  running: optional(mapping({ startedAt: maybeTime })),
  terminated: optional(mapping({ exitCode: number, reason: maybe(text, ''), finishedAt: maybeTime })),
});

const containerStatuses = list(
  mapping({
    name: text,
    state: maybe(containerState, {}),
    lastState: maybe(containerState, {}),
    ready: maybe(flag, false),
    restartCount: maybe(number, 0),
  }),
);

const runAsUser = optional(whole);

const container = {
  name: text,
  image: maybe(text, ''),
  ports: list(mapping({ containerPort: whole, protocol: maybe(text, 'TCP') })),
};
const containers = list(mapping({ ...container, securityContext: maybe(mapping({ runAsUser }), {}) }));

const fieldRef = optional(mapping({ fieldPath: maybe(text, '') }));
const initContainers = list(
  mapping({
    ...container,
    command: texts,
    args: texts,
    env: list(mapping({ name: text, value: optional(text), valueFrom: optional(mapping({ fieldRef })) })),
    restartPolicy: maybe(text, ''),
    securityContext: maybe(
      mapping({
        runAsUser,
        privileged: optional(flag),
        capabilities: maybe(mapping({ add: texts }), {}),
      }),
      {},
    ),
  }),
);

const conditions = list(
  mapping({
    type: text,
    status: text,
    reason: optional(text),
    message: optional(text),
    lastTransitionTime: optional(text),
  }),
);

export const podSchema = mapping({
  metadata: mapping({
    ...namespacedMetadata,
    ownerReferences: list(mapping({ kind: text, name: text, controller: maybe(flag, false) })),
  }),
  spec: mapping({
    restartPolicy: maybe(text, 'Always'),
    hostNetwork: maybe(flag, false),
    runtimeClassName: optional(text),
    os: maybe(mapping({ name: maybe(text, '') }), {}),
    nodeSelector: textMap,
    securityContext: maybe(mapping({ runAsUser }), {}),
    // There are dozens of kinds, and none of them but one is of interest.
    volumes: anything,
    initContainers,
    containers,
    ephemeralContainers: containers,
  }),
  status: maybe(
    mapping({
      phase: maybe(text, ''),
      podIP: maybe(text, ''),
      podIPs: list(mapping({ ip: maybe(text, '') })),
      initContainerStatuses: containerStatuses,
      containerStatuses,
      ephemeralContainerStatuses: containerStatuses,
      conditions,
    }),
    {},
  ),
});

export const namespaceSchema = mapping({ metadata: mapping(metadata) });

export type PodObject = Read<typeof podSchema>;
export type ContainerObject = PodObject['spec']['containers'][number];
export type InitContainerObject = PodObject['spec']['initContainers'][number];
export type EnvObject = InitContainerObject['env'][number];
export type ContainerStatusObject = PodObject['status']['containerStatuses'][number];
