/**
 * The parts of Kubernetes objects that are read, as schemas. Objects come from files too, so nothing about their shape
 * is taken for granted; what the schemas do not name is dropped.
 *
 * Kubernetes leaves out or writes null for what is empty: both read as the default.
 */
import * as v from 'valibot';

const text = v.string('expected text');
const maybe = <S extends v.GenericSchema, const D extends v.InferInput<S>>(schema: S, fallback: D) =>
  v.nullish(schema, fallback);
const texts = v.array(text, 'expected a list of texts');
// To valibot a list is an object too, and would read as a mapping that holds nothing.
const notList = v.check((value: unknown) => !Array.isArray(value), 'expected a mapping');
const textMap = v.pipe(v.unknown(), notList, v.record(v.string(), text, 'expected a mapping of texts'));
const mapping = <const E extends v.ObjectEntries>(entries: E) =>
  v.pipe(v.unknown(), notList, v.object(entries, 'expected a mapping'));

const NOT_A_TIME = 'expected a time such as 2021-03-22T09:26:14Z';
/** RFC 3339 to milliseconds since the epoch. Date.parse alone would make a year of any number. */
const time = v.pipe(
  text,
  v.isoTimestamp(NOT_A_TIME),
  v.transform((written) => Date.parse(written)),
  v.number(NOT_A_TIME),
);
const maybeTime = v.nullish(time, null);

const metadata = {
  name: text,
  uid: maybe(text, ''),
  creationTimestamp: maybeTime,
  deletionTimestamp: maybeTime,
  labels: maybe(textMap, {}),
  annotations: maybe(textMap, {}),
};

const containerState = mapping({
  waiting: v.nullish(mapping({ reason: maybe(text, ''), message: maybe(text, '') })),
  running: v.nullish(mapping({ startedAt: maybeTime })),
  terminated: v.nullish(
    mapping({ exitCode: v.number('expected a number'), reason: maybe(text, ''), finishedAt: maybeTime }),
  ),
});

const containerStatuses = maybe(
  v.array(
    mapping({
      name: text,
      state: maybe(containerState, {}),
      lastState: maybe(containerState, {}),
      ready: maybe(v.boolean('expected true or false'), false),
      restartCount: maybe(v.number('expected a number'), 0),
    }),
    'expected a list',
  ),
  [],
);

const containers = maybe(v.array(mapping({ name: text }), 'expected a list'), []);
const fieldRef = v.nullish(mapping({ fieldPath: maybe(text, '') }));
const env = maybe(
  v.array(
    mapping({ name: text, value: v.nullish(text), valueFrom: v.nullish(mapping({ fieldRef })) }),
    'expected a list',
  ),
  [],
);
const initContainers = maybe(
  v.array(mapping({ name: text, command: maybe(texts, []), args: maybe(texts, []), env }), 'expected a list'),
  [],
);

const conditions = maybe(
  v.array(
    mapping({
      type: text,
      status: text,
      reason: v.nullish(text),
      message: v.nullish(text),
      lastTransitionTime: v.nullish(text),
    }),
    'expected a list',
  ),
  [],
);

export const podSchema = mapping({
  metadata: mapping({
    ...metadata,
    namespace: maybe(text, 'default'),
    ownerReferences: maybe(
      v.array(
        mapping({ kind: text, name: text, controller: maybe(v.boolean('expected true or false'), false) }),
        'expected a list',
      ),
      [],
    ),
  }),
  spec: mapping({
    restartPolicy: maybe(text, 'Always'),
    hostNetwork: maybe(v.boolean('expected true or false'), false),
    initContainers,
    containers,
  }),
  status: maybe(
    mapping({
      phase: maybe(text, ''),
      initContainerStatuses: containerStatuses,
      containerStatuses,
      conditions,
    }),
    {},
  ),
});

export const namespaceSchema = mapping({ metadata: mapping(metadata) });

export const configMapSchema = mapping({
  metadata: mapping({
    ...metadata,
    namespace: maybe(text, 'default'),
    managedFields: maybe(v.array(mapping({ time: maybeTime }), 'expected a list'), []),
  }),
  data: maybe(textMap, {}),
});

export type PodObject = v.InferOutput<typeof podSchema>;
export type EnvObject = PodObject['spec']['initContainers'][number]['env'][number];
export type ContainerStatusObject = PodObject['status']['containerStatuses'][number];
