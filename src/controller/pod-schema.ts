/** The parts of pods and namespaces that are read. */
import * as v from 'valibot';
import {
  anything,
  flag,
  list,
  mapping,
  maybe,
  maybeTime,
  metadata,
  namespacedMetadata,
  text,
  textMap,
  texts,
  whole,
} from './object-schema.ts';

const containerState = mapping({
  waiting: v.nullish(mapping({ reason: maybe(text, ''), message: maybe(text, '') })),
  running: v.nullish(mapping({ startedAt: maybeTime })),
  terminated: v.nullish(
    mapping({ exitCode: v.number('expected a number'), reason: maybe(text, ''), finishedAt: maybeTime }),
  ),
});

const containerStatuses = list(
  mapping({
    name: text,
    state: maybe(containerState, {}),
    lastState: maybe(containerState, {}),
    ready: maybe(flag, false),
    restartCount: maybe(v.number('expected a number'), 0),
  }),
);

const runAsUser = v.nullish(whole);

const container = {
  name: text,
  image: maybe(text, ''),
  ports: list(mapping({ containerPort: whole, protocol: maybe(text, 'TCP') })),
};
const containers = list(mapping({ ...container, securityContext: maybe(mapping({ runAsUser }), {}) }));

const fieldRef = v.nullish(mapping({ fieldPath: maybe(text, '') }));
const initContainers = list(
  mapping({
    ...container,
    command: texts,
    args: texts,
    env: list(mapping({ name: text, value: v.nullish(text), valueFrom: v.nullish(mapping({ fieldRef })) })),
    restartPolicy: maybe(text, ''),
    securityContext: maybe(
      mapping({
        runAsUser,
        privileged: v.nullish(flag),
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
    reason: v.nullish(text),
    message: v.nullish(text),
    lastTransitionTime: v.nullish(text),
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

export type PodObject = v.InferOutput<typeof podSchema>;
export type ContainerObject = PodObject['spec']['containers'][number];
export type InitContainerObject = PodObject['spec']['initContainers'][number];
export type EnvObject = InitContainerObject['env'][number];
export type ContainerStatusObject = PodObject['status']['containerStatuses'][number];
