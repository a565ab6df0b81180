/** Cases of OA9xx. */
import type { NOTES } from '../../core/audit/catalogue/notes.ts';
import type { Pod } from '../../core/osm/pod.ts';
import { inputFor, meshedPod, namespaceOf, plainPod, terminated } from '../builders.ts';
import type { CasesOf } from './finding-cases.ts';
import { fsm, initIn, MONITORED, scripted } from './inputs.ts';

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
        input: inputFor(plainPod(), { namespace: namespaceOf('test') }),
        message: 'The mesh does not concern this pod: no mesh monitors namespace test.',
      },
      'when it has ended': {
        input: inputFor(meshedPod({ phase: 'Succeeded' })),
        message: 'The mesh does not concern this pod: the pod has ended (phase Succeeded).',
      },
      'when its mesh needs no rules in the pod': {
        input: fsm({}, { interception: 'NodeLevel' }, { initContainers: [] }),
        message:
          'The mesh does not concern this pod: the interception mode of its mesh is NodeLevel, which needs no rules in the pod.',
      },
      'when a kubelet made it from a file': {
        input: inputFor(plainPod({ mirror: true }), { namespace: MONITORED }),
        message:
          'The mesh does not concern this pod: a kubelet made the pod from a file, which no injector sees.',
      },
    },
    silent: {
      'when it was injected before its namespace left the mesh': inputFor(meshedPod()),
      'when it has ended because osm-init failed': inputFor({ ...initIn(terminated(1)), phase: 'Failed' }),
      'when it has rules of its own in a mesh that needs none': fsm({}, { interception: 'NodeLevel' }),
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
