/** Cases of OA2xx. */
import type { INIT_CONTAINER } from '../../core/audit/catalogue/init-container.ts';
import {
  initContainer,
  inputFor,
  meshedPod,
  plainPod,
  running,
  status,
  terminated,
  waiting,
} from '../builders.ts';
import { GUIDE_SCRIPTS } from '../guide.ts';
import type { CasesOf } from './finding-cases.ts';
import { initIn, MONITORED, YOUNG } from './inputs.ts';

const forgotten = meshedPod({
  initContainers: [initContainer(undefined, { status: status(waiting('PodInitializing')) })],
});
const commanded = (command: readonly string[], args: readonly string[]): ReturnType<typeof inputFor> =>
  inputFor(meshedPod({ initContainers: [initContainer('', { command, args })] }));

export const INIT_CONTAINER_CASES: CasesOf<typeof INIT_CONTAINER> = {
  InitContainerMissing: {
    raises: {
      'in a pod with a sidecar': {
        input: inputFor(meshedPod({ initContainers: [] })),
        message: 'The pod has a sidecar but no container osm-init: nothing redirects its traffic.',
      },
    },
    silent: {
      'where the sidecar is missing too': inputFor(plainPod(), { namespace: MONITORED }),
      'where other containers run before osm-init': inputFor(
        meshedPod({ initContainers: [{ ...initContainer('true'), name: 'migrate' }, initContainer()] }),
      ),
    },
  },
  InitContainerWaiting: {
    raises: {
      'for its image': {
        input: inputFor(initIn(waiting('ErrImagePull'))),
        message: 'osm-init is still waiting to start: ErrImagePull.',
      },
      'for no stated reason': {
        input: inputFor(initIn(waiting(''))),
        message: 'osm-init is still waiting to start: no reason given.',
      },
    },
    silent: {
      'in a young pod': inputFor(initIn(waiting('ErrImagePull')), YOUNG),
      'while the sidecar runs': inputFor(forgotten),
    },
  },
  InitContainerRunning: {
    raises: {
      'in an old pod': {
        input: inputFor(initIn(running())),
        message: 'osm-init is still running; it should have ended within a second.',
      },
    },
    silent: { 'in a young pod': inputFor(initIn(running()), YOUNG) },
  },
  InitContainerFailed: {
    raises: {
      'at once, also in a young pod': {
        input: inputFor(initIn(terminated(2)), YOUNG),
        message: 'osm-init has ended with exit code 2: iptables or the shell refuses the text of a command.',
      },
      'when the pod has ended for it': {
        input: inputFor({ ...initIn(terminated(4)), phase: 'Failed', restartPolicy: 'Never' }),
        message: 'osm-init has ended with exit code 4: no permission, or the kernel refuses a rule.',
      },
    },
    silent: {
      'when it has failed once and then ended well': inputFor(
        meshedPod({
          initContainers: [
            initContainer(undefined, { status: status(terminated(0), { restarts: 1, lastExitCode: 1 }) }),
          ],
        }),
      ),
      'when it fails for the second time': inputFor(initIn(terminated(2), { restarts: 1, lastExitCode: 2 })),
    },
  },
  InitContainerCrashLoop: {
    raises: {
      'while it backs off': {
        input: inputFor(initIn(waiting('CrashLoopBackOff'), { restarts: 3, lastExitCode: 1 })),
        message:
          'osm-init fails again and again, last with exit code 1: a chain exists already or is missing. The first failure is the real one; later tries find the chains that it left behind.',
      },
      'before its exit code is known': {
        input: inputFor(initIn(waiting('CrashLoopBackOff'))),
        message: 'osm-init fails again and again.',
      },
    },
    silent: {
      'after one failure': inputFor(initIn(terminated(1))),
      'when it runs again in a new sandbox after a good end': inputFor(
        initIn(running(), { restarts: 1, lastExitCode: 0 }),
      ),
    },
  },
  InitContainerStateLost: {
    raises: {
      'when it waits while the sidecar runs': {
        input: inputFor(forgotten),
        message: 'The kubelet says osm-init waits while the sidecar runs: it no longer knows how it ended.',
      },
    },
    silent: { 'when the sidecar waits too': inputFor(initIn(waiting('PodInitializing'))) },
  },
  InitCommandUnknown: {
    raises: {
      'for options of a program in the image': {
        input: commanded([], ['-p', '15001']),
        message: 'osm-init does not run sh -c with one script, but "-p 15001".',
      },
      'for arguments of an unknown entrypoint': {
        input: commanded([], ['/bin/sh', '-c', 'true']),
        message: 'osm-init does not run sh -c with one script, but "/bin/sh -c true".',
      },
    },
    silent: { 'for a script that is all in the command': commanded(['sh', '-c', GUIDE_SCRIPTS.base], []) },
  },
  PodStarting: {
    raises: {
      'when osm-init has not started': {
        input: inputFor(initIn(waiting('PodInitializing')), YOUNG),
        message: 'osm-init is still waiting to start (PodInitializing).',
      },
      'when no kubelet has seen the pod': {
        input: inputFor(
          meshedPod({
            initContainers: [initContainer(undefined, { status: undefined })],
            containers: [{ name: 'envoy', status: undefined }],
          }),
        ),
        message: 'The pod has not been started by a kubelet yet.',
      },
    },
    silent: {
      'when the grace period has ended': inputFor(initIn(waiting('PodInitializing'))),
      'in a young pod that has started': inputFor(meshedPod(), YOUNG),
    },
  },
};
