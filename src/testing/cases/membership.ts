/** Cases of OA1xx. */
import type { MEMBERSHIP } from '../../core/audit/catalogue/membership.ts';
import { IGNORE_LABEL, INJECTION_ANNOTATION, MONITORED_BY_LABEL } from '../../core/osm/names.ts';
import {
  configSet,
  container,
  envoy,
  inputFor,
  meshConfig,
  meshedPod,
  namespaceOf,
  NOW,
  plainPod,
  PROXY_ID,
  running,
  terminated,
  waiting,
} from '../builders.ts';
import type { CasesOf } from './finding-cases.ts';
import { fsm, meshConfigs, MONITORED, NO_CONFIG, sidecarIn, YOUNG } from './inputs.ts';

const wish = (value: string): ReturnType<typeof plainPod> =>
  plainPod({ annotations: { [INJECTION_ANNOTATION]: value } });

/** A container that is called as the sidecar is, and serves something else. */
const proxyOfTheirOwn = container('envoy', { ports: [{ port: 10_000, protocol: 'TCP' }] });
const otherSecret = 'envoy-bootstrap-config-44444444-4444-4444-8444-444444444444';

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
      'when a sidecar of FSM has no fsm-init and the configuration is not there': {
        input: { ...fsm({}, {}, { initContainers: [] }), configs: NO_CONFIG },
        message:
          'Whether the pod belongs to the mesh cannot be told: it has a sidecar without fsm-init, and the configuration, which says whether that is right, is not known.',
      },
    },
    silent: {
      'when the pod was injected': inputFor(meshedPod(), { namespace: undefined }),
      'when the pod opts out': inputFor(wish('disabled'), { namespace: undefined }),
      'when a sidecar of FSM has no fsm-init, as the configuration asks': fsm(
        {},
        { interception: 'NodeLevel' },
        { initContainers: [] },
      ),
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
  SidecarImpostor: {
    raises: {
      'for another program in a pod that the mesh has marked': {
        input: inputFor(meshedPod({ bootstrapSecrets: [], containers: [proxyOfTheirOwn] })),
        message:
          'The container envoy has neither the ports nor the user nor the configuration of a sidecar: it is another program of the name.',
      },
    },
    silent: {
      "when it has the sidecar's configuration": inputFor(meshedPod({ containers: [proxyOfTheirOwn] })),
      "when it runs as the sidecar's user": inputFor(
        meshedPod({ bootstrapSecrets: [], containers: [{ ...proxyOfTheirOwn, runAsUser: 1500 }] }),
      ),
      'when it is that of a fork, and the fork is told': inputFor(
        meshedPod({ bootstrapSecrets: [], containers: [{ ...proxyOfTheirOwn, runAsUser: 2000 }] }),
        { fork: { uid: 2000 } },
      ),
      'when it names no ports': inputFor(
        meshedPod({ bootstrapSecrets: [], containers: [container('envoy')] }),
      ),
      'in a pod that nothing was injected into': inputFor(plainPod({ containers: [proxyOfTheirOwn] }), {
        namespace: MONITORED,
      }),
    },
  },
  ProxyIdMismatch: {
    raises: {
      'in a copied pod': {
        input: inputFor(meshedPod({ bootstrapSecrets: [otherSecret] })),
        message:
          "The label osm-proxy-uuid is 22222222-2222-4222-8222-222222222222, and the sidecar's configuration is of another proxy: envoy-bootstrap-config-44444444-4444-4444-8444-444444444444.",
      },
      'in a pod of FSM': {
        input: fsm({}, {}, { bootstrapSecrets: ['sidecar-bootstrap-config-4'] }),
        message:
          "The label fsm-proxy-uuid is 22222222-2222-4222-8222-222222222222, and the sidecar's configuration is of another proxy: sidecar-bootstrap-config-4.",
      },
    },
    silent: {
      'when one of two configurations is its own': inputFor(
        meshedPod({ bootstrapSecrets: [otherSecret, `envoy-bootstrap-config-${PROXY_ID}`] }),
      ),
      'when the label is missing': inputFor(meshedPod({ labels: {}, bootstrapSecrets: [otherSecret] })),
      'when no configuration is mounted': inputFor(meshedPod({ bootstrapSecrets: [] })),
      'when the configuration has the name that osm-edge gives it': inputFor(
        meshedPod({
          bootstrapSecrets: [`sidecar-bootstrap-config-${PROXY_ID}`],
          containers: [envoy({ name: 'sidecar' })],
        }),
      ),
    },
  },
  InjectedUnasked: {
    raises: {
      'when its namespace has left the mesh': {
        input: inputFor(meshedPod(), { namespace: namespaceOf('test') }),
        message: 'The pod has a sidecar, although a new one would get none: no mesh monitors namespace test.',
      },
      'when the mesh now ignores its namespace': {
        input: inputFor(meshedPod(), {
          namespace: { ...MONITORED, labels: { ...MONITORED.labels, [IGNORE_LABEL]: 'true' } },
        }),
        message: 'The pod has a sidecar, although a new one would get none: the mesh ignores namespace test.',
      },
      'when the pod now opts out': {
        input: inputFor(meshedPod({ annotations: { [INJECTION_ANNOTATION]: 'disabled' } }), {
          namespace: MONITORED,
        }),
        message:
          'The pod has a sidecar, although a new one would get none: the pod opts out of sidecar injection.',
      },
      'when only another kind of mesh monitors its namespace': {
        input: { ...fsm({}, {}), namespace: MONITORED },
        message: 'The pod has a sidecar, although a new one would get none: no mesh monitors namespace test.',
      },
    },
    silent: {
      'when its namespace is monitored and asks for sidecars': inputFor(meshedPod(), {
        namespace: MONITORED,
      }),
      'when the namespace is not known': inputFor(meshedPod(), { namespace: undefined }),
      'when nothing was injected': inputFor(plainPod(), { namespace: namespaceOf('test') }),
    },
  },
  InjectionUnheard: {
    raises: {
      'in a namespace that no mesh monitors': {
        input: inputFor(wish('enabled'), { namespace: namespaceOf('test') }),
        message:
          'The pod asks for a sidecar by openservicemesh.io/sidecar-injection and gets none: no mesh monitors namespace test.',
      },
      'in a namespace of a control plane': {
        input: inputFor(wish('true'), {
          namespace: namespaceOf('test', {
            labels: { [MONITORED_BY_LABEL]: 'osm', 'control-plane': 'controller-manager' },
          }),
        }),
        message:
          'The pod asks for a sidecar by openservicemesh.io/sidecar-injection and gets none: namespace test carries the label control-plane, which injectors pass over.',
      },
    },
    silent: {
      'when a mesh monitors the namespace': inputFor(wish('enabled'), { namespace: MONITORED }),
      'when the pod asks for none': inputFor(wish('disabled'), { namespace: namespaceOf('test') }),
      'when the namespace alone asks': inputFor(plainPod(), {
        namespace: namespaceOf('test', { annotations: { [INJECTION_ANNOTATION]: 'enabled' } }),
      }),
      'when the namespace is not known': inputFor(wish('enabled'), {
        namespace: undefined,
        configs: meshConfigs(),
      }),
    },
  },
  SidecarUserUnknown: {
    raises: {
      'where neither the sidecar nor the pod names a user': {
        input: inputFor(meshedPod({ containers: [envoy({ runAsUser: undefined })] })),
        message:
          'The container envoy does not say which user it runs as: whether it is 1500, whose traffic is not to be redirected, its image decides.',
      },
    },
    silent: {
      'where the user was given': inputFor(meshedPod({ containers: [envoy({ runAsUser: undefined })] }), {
        fork: { uid: 1500 },
      }),
      'where the sidecar is missing': inputFor(meshedPod({ containers: [] })),
      'where there are no rules that name a user': inputFor(
        meshedPod({ containers: [envoy({ runAsUser: undefined })], initContainers: [] }),
      ),
    },
  },
  SidecarImageDiffers: {
    raises: {
      'after a change of the image': {
        input: inputFor(meshedPod({ containers: [envoy({ image: 'envoyproxy/envoy:v1.19.3' })] }), {
          configs: configSet([meshConfig({ sidecarImage: 'envoyproxy/envoy:v1.22.2' })]),
        }),
        message:
          'envoy runs the image envoyproxy/envoy:v1.19.3; MeshConfig/osm-system/osm-mesh-config now names envoyproxy/envoy:v1.22.2.',
      },
    },
    silent: {
      'for the same image': inputFor(
        meshedPod({ containers: [envoy({ image: 'envoyproxy/envoy:v1.22.2' })] }),
        {
          configs: configSet([meshConfig({ sidecarImage: 'envoyproxy/envoy:v1.22.2' })]),
        },
      ),
      'where the configuration names none': inputFor(meshedPod(), { configs: configSet([meshConfig()]) }),
    },
  },
};
