/** OA9xx: what is worth a note, and faults of the auditor itself. */
import { NAMESPACE_SAYS } from './commands.ts';
import { unknown, type CatalogueEntry } from './entry.ts';

export const NOTES = {
  NotInMesh: {
    code: 'OA901',
    severity: 'info',
    effect: 'NotApplicable',
    scope: 'pod',
    title: 'The mesh does not concern this pod.',
    example: 'The mesh does not concern this pod: no mesh monitors namespace test.',
    meaning: 'There is nothing to judge; the message says why.',
    cause: 'The pod opts out, its namespace is not monitored, it has ended, or it is part of the system.',
    confirm: {
      commands: [
        NAMESPACE_SAYS,
        `kubectl -n NAMESPACE get pod POD -o jsonpath='{.metadata.annotations}{"\\n"}{.spec.hostNetwork}{"\\n"}{.status.phase}{"\\n"}'`,
      ],
      shows:
        'The namespace has no label monitored-by or one to ignore it, or the pod opts out by its annotation, uses the network of its node or has ended, as the message says.',
    },
    remedy: 'None needed.',
  },

  JudgementFailed: unknown({
    code: 'OA902',
    title: 'osm-auditor failed to judge the pod.',
    example: 'osm-auditor failed to judge the pod: Error: a fault.',
    meaning: 'Nothing is known about the pod; other pods are judged as ever.',
    cause: 'A fault in osm-auditor that something in this pod brings out.',
    confirm: {
      commands: [
        'kubectl -n NAMESPACE get pod POD -o yaml > pod.yaml',
        'osm-auditor check -f pod.yaml -o wide',
      ],
      shows:
        'The verdict on the saved pod names the same fault; where it does not, the configuration or the namespace is part of it and must be saved too.',
    },
    remedy: 'Report it, with the pod and the message.',
  }),
} as const satisfies Readonly<Record<string, CatalogueEntry>>;
