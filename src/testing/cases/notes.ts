/** Cases of OA9xx. */
import type { NOTES } from '../../core/audit/catalogue/notes.ts';
import type { Pod } from '../../core/osm/pod.ts';
import { inputFor, meshedPod, plainPod, terminated } from '../builders.ts';
import type { CasesOf } from './finding-cases.ts';
import { initIn, MONITORED, scripted } from './inputs.ts';

/** A pod of which one property cannot be read. */
function faulty(property: keyof Pod): Pod {
  return new Proxy(meshedPod(), {
    get: (pod, name) => {
      if (name === property) throw new Error('a fault');
      return Reflect.get(pod, name) as unknown;
    },
  });
}

export const NOTES_CASES: CasesOf<typeof NOTES> = {
  NotInMesh: {
    raises: {
      'in a namespace that no mesh monitors': {
        input: inputFor(plainPod()),
        message: 'The mesh does not concern this pod: no mesh monitors namespace test.',
      },
      'when it has ended': {
        input: inputFor(meshedPod({ phase: 'Succeeded' })),
        message: 'The mesh does not concern this pod: the pod has ended (phase Succeeded).',
      },
    },
    silent: {
      'when it was injected before its namespace left the mesh': inputFor(meshedPod()),
      'when it has ended because osm-init failed': inputFor({ ...initIn(terminated(1)), phase: 'Failed' }),
      'when the mesh monitors its namespace and it asks for a sidecar': inputFor(plainPod(), {
        namespace: MONITORED,
      }),
    },
  },
  JudgementFailed: {
    raises: {
      'when a check throws': {
        input: inputFor(faulty('initContainers')),
        message: 'osm-auditor failed to judge the pod: Error: a fault.',
      },
    },
    silent: {
      'when something throws that no verdict depends on': inputFor(faulty('restartPolicy')),
      'for a script that means nothing': scripted('\u0000"\uD800`('),
    },
  },
};
