/** Cases of OA2xx. */
import type { INIT_CONTAINER } from '../../core/audit/catalogue/init-container.ts';
import type { AuditInput } from '../../core/audit/judgement.ts';
import type { ContainerState, ContainerStatus, InitContainer } from '../../core/osm/pod.ts';
import type { Release } from '../osm-scripts.ts';
import {
  configWith,
  envoy,
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
import { fsm, initIn, initOf, meshConfigs, MONITORED, released, YOUNG } from './inputs.ts';

const forgotten = meshedPod({
  initContainers: [initContainer(undefined, { status: status(waiting('PodInitializing')) })],
});
/** The release's osm-init in this state beside a sidecar that runs. */
const beside = (release: Release, state: ContainerState, rest: Partial<ContainerStatus> = {}): AuditInput =>
  inputFor(
    meshedPod({ initContainers: [initOf(release, {}, { status: status(state, { restarts: 1, ...rest }) })] }),
    { configs: release === 'R1' ? configWith({}) : meshConfigs() },
  );
const imaged = (image: string, named: string): AuditInput =>
  released('R4', {}, { initImage: named }, { initContainers: [initOf('R4', {}, { image })] });
/** Without the right to change rules, while the sidecar waits. */
const powerless = (state: ContainerState, rest: Partial<InitContainer> = {}): AuditInput => {
  const [sidecar] = initIn(state).containers;
  const init = initContainer(undefined, { addedCapabilities: [], status: status(state), ...rest });
  return inputFor(meshedPod({ initContainers: [init], containers: sidecar === undefined ? [] : [sidecar] }));
};
const commanded = (command: readonly string[], args: readonly string[]): AuditInput =>
  inputFor(meshedPod({ initContainers: [initContainer('', { command, args })] }));

export const INIT_CONTAINER_CASES: CasesOf<typeof INIT_CONTAINER> = {
  InitContainerMissing: {
    raises: {
      'in a pod with a sidecar': {
        input: inputFor(meshedPod({ initContainers: [] })),
        message: 'The pod has a sidecar but no container osm-init: nothing redirects its traffic.',
      },
      'in a pod of FSM': {
        input: fsm({}, {}, { initContainers: [] }),
        message: 'The pod has a sidecar but no container fsm-init: nothing redirects its traffic.',
      },
    },
    silent: {
      'where the sidecar is missing too': inputFor(plainPod(), { namespace: MONITORED }),
      'where FSM redirects on the node': fsm({}, { interception: 'NodeLevel' }, { initContainers: [] }),
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
      'for v0.6, whose image holds the script': {
        input: commanded([], []),
        message:
          'The rules of osm-init are inside its image, as in OSM v0.6 and earlier: the pod does not carry them.',
      },
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
            containers: [envoy({ status: undefined })],
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
  InitPermissionMissing: {
    raises: {
      'when iptables failed for it': {
        input: powerless(terminated(4)),
        message:
          'osm-init may not change rules: it has neither the capability NET_ADMIN nor is it privileged.',
      },
      'with another capability, while it backs off': {
        input: powerless(waiting('CrashLoopBackOff'), {
          addedCapabilities: ['NET_RAW'],
          status: status(waiting('CrashLoopBackOff'), { restarts: 2, lastExitCode: 3 }),
        }),
        message:
          'osm-init may not change rules: it has neither the capability NET_ADMIN nor is it privileged.',
      },
    },
    silent: {
      'when it has the capability and fails': inputFor(initIn(terminated(4))),
      'when it is privileged': powerless(terminated(4), { privileged: true }),
      'when it has all capabilities': powerless(terminated(4), { addedCapabilities: ['ALL'] }),
      'when it has ended well all the same': powerless(terminated(0)),
      'when it has not run yet': powerless(waiting('PodInitializing')),
    },
  },
  InitContainerRerun: {
    raises: {
      'when the chains of its first run are in the way': {
        input: beside('R1', terminated(1)),
        message:
          'osm-init ran again beside the running containers and failed with exit code 1, because the chains of its first run exist: those rules are untouched.',
      },
      'while it backs off': {
        input: beside('R1', waiting('CrashLoopBackOff'), { lastExitCode: 1 }),
        message:
          'osm-init ran again beside the running containers and failed with exit code 1, because the chains of its first run exist: those rules are untouched.',
      },
    },
    silent: {
      'when no other container has started': inputFor(
        initIn(terminated(1), { restarts: 1, lastExitCode: 1 }),
      ),
      'when the second run ended well': beside('R2', terminated(0)),
      'when it failed for another reason': beside('R1', terminated(4)),
    },
  },
  InitContainerRerunFailed: {
    raises: {
      'for a lack of permission': {
        input: beside('R1', terminated(4)),
        message:
          'osm-init ran again beside the running containers and failed with exit code 4: whether the rules of its first run are intact is not known.',
      },
      'for a script of iptables-restore, which no chain is in the way of': {
        input: beside('R4', terminated(1)),
        message:
          'osm-init ran again beside the running containers and failed with exit code 1: whether the rules of its first run are intact is not known.',
      },
      'before its exit code is known': {
        input: beside('R1', waiting('CrashLoopBackOff')),
        message:
          'osm-init ran again beside the running containers and failed: whether the rules of its first run are intact is not known.',
      },
    },
    silent: {
      'when the chains of its first run are in the way': beside('R1', terminated(1)),
      'when it ended well after a failure': beside('R4', terminated(0), { lastExitCode: 4 }),
      'when no other container has started': inputFor(initIn(terminated(4))),
    },
  },
  InitImageDiffers: {
    raises: {
      'when the mesh was upgraded': {
        input: imaged('openservicemesh/init:v1.2.3', 'openservicemesh/init:v1.2.4'),
        message:
          'osm-init runs the image openservicemesh/init:v1.2.3; MeshConfig/osm-system/osm-mesh-config now names openservicemesh/init:v1.2.4.',
      },
    },
    silent: {
      'for the same image': imaged('openservicemesh/init:v1.2.4', 'openservicemesh/init:v1.2.4'),
      'when the MeshConfig names none': imaged('openservicemesh/init:v1.2.3', ''),
      'for a ConfigMap, which names none': inputFor(meshedPod()),
    },
  },
};
