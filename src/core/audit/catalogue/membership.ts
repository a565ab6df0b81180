/** OA1xx: whether the mesh concerns a pod, and its sidecar. */
import { ENVOY_STATUS, NAMESPACE_SAYS } from './commands.ts';
import { discrepant, sharedUnknown, unknown, type CatalogueEntry } from './entry.ts';

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
      'The pod carries no sidecar; only the labels of its namespace say whether that is right, and they are not known.',
    cause: 'The Namespace object is not among the files, or may not be read.',
    confirm: {
      commands: [
        NAMESPACE_SAYS,
        'kubectl auth can-i list namespaces -A --as=system:serviceaccount:osm-auditor:osm-auditor',
      ],
      shows:
        'The first shows what osm-auditor lacked: without the label monitored-by no mesh monitors the namespace. The second says no where the permission is missing.',
    },
    remedy: 'Give the Namespace object too.',
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
        `kubectl -n NAMESPACE get pod POD -o jsonpath='{.metadata.annotations.openservicemesh\\.io/sidecar-injection}{"\\n"}'`,
        `kubectl get namespace NAMESPACE -o jsonpath='{.metadata.annotations.openservicemesh\\.io/sidecar-injection}{"\\n"}'`,
      ],
      shows: 'One of them prints something else than enabled, yes, true, disabled, no or false.',
    },
    remedy: 'Correct the annotation.',
  }),
} as const satisfies Readonly<Record<string, CatalogueEntry>>;
