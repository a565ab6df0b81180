/** Cases of OA1xx. */
import type { MEMBERSHIP } from '../../core/audit/catalogue/membership.ts';
import { INJECTION_ANNOTATION, MONITORED_BY_LABEL } from '../../core/osm/names.ts';
import {
  inputFor,
  meshedPod,
  namespaceOf,
  NOW,
  plainPod,
  running,
  terminated,
  waiting,
} from '../builders.ts';
import type { CasesOf } from './finding-cases.ts';
import { MONITORED, sidecarIn, YOUNG } from './inputs.ts';

const wish = (value: string): ReturnType<typeof plainPod> =>
  plainPod({ annotations: { [INJECTION_ANNOTATION]: value } });

export const MEMBERSHIP_CASES: CasesOf<typeof MEMBERSHIP> = {
  SidecarMissing: {
    raises: {
      'in a namespace that asks for sidecars': {
        input: inputFor(plainPod(), { namespace: MONITORED }),
        message: 'The mesh monitors namespace test and a sidecar is asked for, but the pod has none.',
      },
      'beside osm-init': {
        input: inputFor(meshedPod({ containers: [] })),
        message:
          'The pod has no container envoy although the mesh has marked it. osm-init redirects its traffic to ports where nobody listens.',
      },
      'with the mark of the mesh alone': {
        input: inputFor(meshedPod({ containers: [], initContainers: [] })),
        message: 'The pod has no container envoy although the mesh has marked it.',
      },
    },
    silent: {
      'where the pod opts out': inputFor(wish('disabled'), { namespace: MONITORED }),
      'in a namespace that is monitored and asks for none': inputFor(plainPod(), {
        namespace: namespaceOf('test', { labels: { [MONITORED_BY_LABEL]: 'osm' } }),
      }),
    },
  },
  SidecarNotRunning: {
    raises: {
      'when it crashes and waits': {
        input: inputFor(sidecarIn(waiting('CrashLoopBackOff'), { restarts: 3, lastExitCode: 3 })),
        message: 'The container envoy keeps ending, last with exit code 3.',
      },
      'when it has ended': {
        input: inputFor(sidecarIn(terminated(0))),
        message: 'The container envoy has ended with exit code 0.',
      },
      'when its image cannot be pulled': {
        input: inputFor(sidecarIn(waiting('ErrImagePull'))),
        message: 'The container envoy waits: ErrImagePull.',
      },
    },
    silent: {
      'while a young pod pulls its image': inputFor(sidecarIn(waiting('ErrImagePull')), YOUNG),
      'when it runs again after its only failure': inputFor(
        sidecarIn(running(NOW - 1000), { restarts: 1, lastExitCode: 137 }),
      ),
      'when it has crashed and is ready again': inputFor(
        sidecarIn(running(), { restarts: 3, lastExitCode: 3, ready: true }),
      ),
    },
  },
  SidecarNotReady: {
    raises: {
      'long after it has started': {
        input: inputFor(sidecarIn(running())),
        message: 'The container envoy runs but is not ready.',
      },
    },
    silent: {
      'in a young pod': inputFor(sidecarIn(running()), YOUNG),
      'a second after it has started, in an old pod': inputFor(sidecarIn(running(NOW - 1000))),
    },
  },
  NamespaceUnknown: {
    raises: {
      'when nothing was injected and the namespace is not there': {
        input: inputFor(plainPod(), { namespace: undefined }),
        message:
          'Whether the pod belongs to the mesh cannot be told: nothing was injected, and the labels of namespace test, which say whether that is right, are not known.',
      },
    },
    silent: {
      'when the pod was injected': inputFor(meshedPod(), { namespace: undefined }),
      'when the pod opts out': inputFor(wish('disabled'), { namespace: undefined }),
    },
  },
  InjectionAnnotationInvalid: {
    raises: {
      'on the pod': {
        input: inputFor(wish('on')),
        message:
          'The pod\'s annotation openservicemesh.io/sidecar-injection is "on", which is neither enabled nor disabled.',
      },
      'on its namespace': {
        input: inputFor(plainPod(), {
          namespace: { ...MONITORED, annotations: { [INJECTION_ANNOTATION]: 'on' } },
        }),
        message:
          'The namespace\'s annotation openservicemesh.io/sidecar-injection is "on", which is neither enabled nor disabled.',
      },
    },
    silent: {
      'for a value in capitals': inputFor(wish('Disabled')),
      'for an empty value': inputFor(wish('')),
      'for a bad value on a namespace that no mesh monitors': inputFor(plainPod(), {
        namespace: namespaceOf('test', { annotations: { [INJECTION_ANNOTATION]: 'on' } }),
      }),
    },
  },
};
