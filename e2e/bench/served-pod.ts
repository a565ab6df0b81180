/** A pod of the corpus as an API server would return it once it runs and has been judged. */
import { CONDITION_TYPE, RECOVERED_NOTE } from '../../src/core/audit/condition-text.ts';
import { readJson } from '../../src/testing/repository.ts';
import { manifestOf, runningStatus, uuid } from './corpus-pod.ts';
import type { CorpusPod } from './corpus.ts';

const WRITTEN = '2026-01-01T08:00:07Z';

/** Of a recorded pod: who wrote which field, once more for what the corpus has beyond it. */
const recorded = readJson('examples/recorded/good.json') as {
  metadata: { managedFields: readonly object[] };
};
const managedFields = [...recorded.metadata.managedFields, ...recorded.metadata.managedFields];

const CONDITION = {
  type: CONDITION_TYPE,
  status: 'True',
  reason: 'Verified',
  message: RECOVERED_NOTE,
  lastProbeTime: WRITTEN,
  lastTransitionTime: WRITTEN,
};

export function servedPod(pod: CorpusPod): object {
  const manifest = manifestOf(pod) as { metadata: object };
  const status = runningStatus(pod) as { conditions: readonly object[] };
  return {
    ...manifest,
    metadata: {
      ...manifest.metadata,
      uid: `2${uuid(pod).slice(1)}`,
      resourceVersion: String(pod.index + 1),
      creationTimestamp: '2026-01-01T08:00:00Z',
      managedFields,
    },
    status: { ...status, conditions: [...status.conditions, CONDITION], qosClass: 'Burstable' },
  };
}
