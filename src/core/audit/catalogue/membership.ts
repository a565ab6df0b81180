/** OA1xx: whether the mesh concerns a pod, and its sidecar. */
import { CONFIGURED_SIDECAR, ENVOY_STATUS, INJECTION_OF_POD, NAMESPACE_SAYS } from './commands.ts';
import { discrepant, note, sharedUnknown, unknown, warning, type CatalogueEntry } from './entry.ts';

export const MEMBERSHIP = {
  SidecarMissing: discrepant({
    code: 'OA101',
    title: 'The pod should have an Envoy sidecar and has none.',
    example: 'The mesh monitors namespace test and a sidecar is asked for, but the pod has none.',
    meaning:
      'Nothing proxies its traffic. If osm-init ran all the same, its connections end at ports where nobody listens.',
    cause:
      'The pod was created before its namespace joined the mesh, the injector was not reachable, or the pod was edited.',
    confirm: {
      commands: [
        `kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.containers[*].name}{"\\n"}{.metadata.labels}{"\\n"}'`,
        NAMESPACE_SAYS,
      ],
      shows:
        'The first line holds no envoy, and either the labels of the pod hold osm-proxy-uuid or the namespace shows monitored-by and sidecar-injection.',
    },
    remedy: 'Create the pod again, so that the injector sees it.',
  }),

  SidecarNotRunning: discrepant({
    code: 'OA102',
    title: 'The Envoy sidecar is not running.',
    example: 'The container envoy keeps ending, last with exit code 3.',
    meaning: "The rules send the pod's TCP traffic to a proxy that is not there: its connections fail.",
    cause: 'Envoy crashes (its log says why), its image cannot be pulled, or it has ended.',
    confirm: {
      commands: [ENVOY_STATUS, 'kubectl -n NAMESPACE logs POD -c envoy'],
      shows: 'The state is waiting or terminated, or restartCount grows; the log ends in the reason.',
    },
    remedy: "Read the sidecar's log and the pod's events.",
  }),

  SidecarNotReady: discrepant({
    code: 'OA103',
    title: 'The Envoy sidecar runs but is not ready.',
    example: 'The container envoy runs but is not ready.',
    meaning: 'Traffic reaches Envoy, which cannot serve it yet: connections fail or wait.',
    cause: 'Envoy has not received its configuration from osm-controller, or its certificate is not valid.',
    confirm: {
      commands: [ENVOY_STATUS, 'kubectl -n NAMESPACE logs POD -c envoy'],
      shows: 'The state is running and ready is false; the log says what Envoy waits for.',
    },
    remedy: "Read the sidecar's log and look at osm-controller.",
  }),

  NamespaceUnknown: sharedUnknown({
    code: 'OA104',
    title: 'Whether the pod belongs to the mesh cannot be told.',
    example:
      'Whether the pod belongs to the mesh cannot be told: nothing was injected, and the labels of namespace test, which say whether that is right, are not known.',
    meaning:
      'The pod carries no sidecar; only the labels of its namespace say whether that is right, and they are not known. Or it carries the sidecar of FSM without fsm-init; only the MeshConfig says whether that is right.',
    cause: 'The Namespace object, or the MeshConfig of FSM, is not among the files, or may not be read.',
    confirm: {
      commands: [
        NAMESPACE_SAYS,
        'kubectl auth can-i list namespaces -A --as=system:serviceaccount:osm-auditor:osm-auditor',
      ],
      shows:
        'The first shows what osm-auditor lacked: without the label monitored-by no mesh monitors the namespace. The second says no where the permission is missing.',
    },
    remedy: 'Give the object that the message names too.',
  }),

  InjectionAnnotationInvalid: unknown({
    code: 'OA105',
    title: 'The annotation openservicemesh.io/sidecar-injection has a value that the injector does not take.',
    example:
      'The pod\'s annotation openservicemesh.io/sidecar-injection is "on", which is neither enabled nor disabled.',
    meaning: 'The injector refuses pods with such an annotation; what was meant cannot be told.',
    cause: 'A typing error: the values are enabled, yes, true, disabled, no and false.',
    confirm: {
      commands: [
        INJECTION_OF_POD,
        `kubectl get namespace NAMESPACE -o jsonpath='{.metadata.annotations.openservicemesh\\.io/sidecar-injection}{"\\n"}'`,
      ],
      shows: 'One of them prints something else than enabled, yes, true, disabled, no or false.',
    },
    remedy: 'Correct the annotation.',
  }),

  SidecarImpostor: discrepant({
    code: 'OA106',
    title: 'The container with the name of the sidecar is another program.',
    example:
      'The container envoy has neither the ports nor the user nor the configuration of a sidecar: it is another program of the name.',
    meaning:
      "Where osm-init has run, the rules send the pod's TCP traffic to ports where nobody listens. Where it has not, no sidecar serves the pod.",
    cause:
      "The application's own container is called envoy or sidecar, and the mesh's one was removed or never added.",
    confirm: {
      commands: [
        `kubectl -n NAMESPACE get pod POD -o jsonpath='{range .spec.containers[*]}{.name}{" "}{.image}{" "}{.securityContext.runAsUser}{" "}{.ports}{"\\n"}{end}'`,
        `kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.volumes[*].secret.secretName}{"\\n"}'`,
      ],
      shows:
        'The container has another image, another user than 1500 and none of the ports 15000, 15003 and 15010; the second prints no name with bootstrap-config.',
    },
    remedy:
      'Give the container another name and create the pod again, so that the injector adds the sidecar.',
  }),

  ProxyIdMismatch: warning({
    code: 'OA107',
    title: "The pod's proxy label and the sidecar's configuration are of two proxies.",
    example:
      "The label osm-proxy-uuid is 22222222-2222-4222-8222-222222222222, and the sidecar's configuration is of another proxy: envoy-bootstrap-config-44444444-4444-4444-8444-444444444444.",
    meaning:
      "The sidecar presents itself as another pod's proxy, while the mesh looks for this pod's under the number of the label: it may get that pod's configuration and certificates, or none.",
    cause: 'The pod was copied with its injected containers and given a new label, or the label was edited.',
    confirm: {
      commands: [
        `kubectl -n NAMESPACE get pod POD -o jsonpath='{.metadata.labels.osm-proxy-uuid}{"\\n"}{.spec.volumes[*].secret.secretName}{"\\n"}'`,
      ],
      shows: 'The name with bootstrap-config in the second line does not end in the first line.',
    },
    remedy:
      'Create the pod again from a description without the injected containers, so that the injector numbers it.',
  }),

  InjectedUnasked: warning({
    code: 'OA108',
    title: 'The pod has a sidecar that it would not get today.',
    example: 'The pod has a sidecar, although a new one would get none: no mesh monitors namespace test.',
    meaning:
      'The rules of the running pod stay in force. Its next creation gives it no sidecar: its traffic then leaves the mesh without a word.',
    cause: 'The namespace has left the mesh, or is ignored, or the pod opts out, since the pod was created.',
    confirm: {
      commands: [NAMESPACE_SAYS, INJECTION_OF_POD],
      shows:
        'The namespace has no label monitored-by, or has the label openservicemesh.io/ignore or control-plane; or the second prints disabled, no or false.',
    },
    remedy:
      'Bring the namespace back into the mesh with osm namespace add, or restart the workload, so that it leaves too.',
  }),

  InjectionUnheard: warning({
    code: 'OA109',
    title: 'The pod asks for a sidecar, and nobody listens.',
    example:
      'The pod asks for a sidecar by openservicemesh.io/sidecar-injection and gets none: no mesh monitors namespace test.',
    meaning: 'The pod is outside the mesh, although its author wants it inside.',
    cause:
      'The annotation of a pod counts only in a namespace that a mesh monitors, and not in one that is ignored or is that of a control plane.',
    confirm: {
      commands: [NAMESPACE_SAYS, INJECTION_OF_POD],
      shows:
        'The second prints enabled, yes or true; the namespace has no label monitored-by, or has the label openservicemesh.io/ignore or control-plane.',
    },
    remedy:
      'Add the namespace to the mesh with osm namespace add and create the pod again, or drop the annotation.',
  }),

  SidecarUserUnknown: unknown({
    code: 'OA110',
    title: 'The sidecar does not say which user it runs as.',
    example:
      'The container envoy does not say which user it runs as: whether it is 1500, whose traffic is not to be redirected, its image decides.',
    meaning:
      "The rules let the TCP traffic of one user pass. If it is not the sidecar's, the sidecar's own connections are redirected back to it, in a loop.",
    cause:
      'The injector always writes the user; somebody has removed it from the pod, or another program made the pod.',
    confirm: {
      commands: [
        `kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.securityContext}{"\\n"}{.spec.containers[?(@.name=="envoy")].securityContext}{"\\n"}'`,
        'kubectl -n NAMESPACE exec POD -c envoy -- id -u',
      ],
      shows: 'The first prints no runAsUser; the second prints the user that the image has chosen.',
    },
    remedy:
      'Create the pod again, so that the injector writes the sidecar; for a mesh of your own give --proxy-uid.',
  }),

  SidecarImageDiffers: note({
    code: 'OA111',
    title: 'The configuration now names another image for the sidecar.',
    example:
      'envoy runs the image envoyproxy/envoy:v1.19.3; MeshConfig/osm-system/osm-mesh-config now names envoyproxy/envoy:v1.22.2.',
    meaning: 'The pod still runs the sidecar of before: what the other image mends is not mended here.',
    cause:
      'The mesh was upgraded or its configuration edited after the pod was created; or the configuration was not upgraded with the mesh and still names an old image.',
    confirm: {
      commands: [
        `kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.containers[?(@.name=="envoy")].image}{"\\n"}'`,
        CONFIGURED_SIDECAR,
      ],
      shows: 'The envoyImage or sidecarImage of the second is another than the image that the first prints.',
    },
    remedy: 'None needed; the next restart of the workload brings the other image.',
  }),
} as const satisfies Readonly<Record<string, CatalogueEntry>>;
