/** OA6xx: what the rules cannot see: traffic that escapes or breaks although every rule is right. */
import {
  CONFIGURED_INBOUND_PORTS,
  INIT_ORDER,
  PORTS_OF_CONTAINERS,
  RULES_IN_POD,
  SCRIPT,
} from './commands.ts';
import { discrepant, note, warning, type CatalogueEntry } from './entry.ts';

export const EXPOSURE = {
  AppRunsAsProxyUser: discrepant({
    code: 'OA601',
    title: "An application runs as the sidecar's user, which is never redirected.",
    example:
      'The container app runs as user 1500, like the sidecar: the rules let all TCP traffic of that user pass, so it bypasses the mesh.',
    meaning:
      "The rules know the sidecar by its user alone. What the application sends bypasses the sidecar, as if it were the sidecar's own: no encryption, no policy, no telemetry.",
    cause:
      "The container, or the pod for all of its containers, sets runAsUser to the sidecar's user: 1500, or 1337 up to v0.7. Some do so on purpose, to get past the mesh.",
    confirm: {
      commands: [
        `kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.securityContext.runAsUser}{"\\n"}{range .spec.containers[*]}{.name}{" "}{.securityContext.runAsUser}{"\\n"}{end}'`,
        `kubectl -n NAMESPACE get pod POD -o jsonpath='{range .spec.initContainers[*]}{.name}{" "}{.securityContext.runAsUser}{"\\n"}{end}{range .spec.ephemeralContainers[*]}{.name}{" "}{.securityContext.runAsUser}{"\\n"}{end}'`,
      ],
      shows:
        "The container has the user of the sidecar, or has none of its own, and the first line, which is the pod's user, is the sidecar's.",
    },
    remedy: "Give the container another user in the workload's pod template.",
  }),

  Ipv6NotRedirected: warning({
    code: 'OA602',
    title: 'The pod has an IPv6 address, and nothing redirects IPv6.',
    example:
      'The pod has the IPv6 address fd00::5: the mesh installs rules for IPv4 alone, so its IPv6 traffic bypasses the sidecar.',
    meaning:
      'What the pod sends to an IPv6 address, or receives at its own, bypasses the sidecar: no encryption, no policy, no telemetry. Its IPv4 traffic is not concerned.',
    cause: 'The cluster gives pods addresses of both families. No release of OSM or FSM runs ip6tables.',
    confirm: {
      commands: [
        `kubectl -n NAMESPACE get pod POD -o jsonpath='{.status.podIPs[*].ip}{"\\n"}'`,
        `${SCRIPT} | grep -c ip6tables`,
      ],
      shows: 'The first prints an address with colons, the second prints 0.',
    },
    remedy:
      'Give meshed workloads services of IPv4 alone, or close IPv6 to them by a NetworkPolicy or in the network of the cluster.',
  }),

  InitAfterRedirection: warning({
    code: 'OA603',
    title: 'Init containers run after osm-init, before the sidecar does.',
    example:
      'After osm-init the init container migrate runs: its TCP connections are redirected to a sidecar that is not running yet.',
    meaning:
      'The rules are in force and the sidecar is not: every TCP connection of the init container to another host is refused. Where it needs one, the pod does not start.',
    cause:
      'The injector puts osm-init last. Another webhook has added its init container behind it, or the pod was written by hand.',
    confirm: {
      commands: [INIT_ORDER],
      shows: 'A container without Always stands below osm-init.',
    },
    remedy:
      'Nothing, where the init container needs no network. Otherwise let the other webhook put it in front, or exclude what it connects to.',
  }),

  SidecarBeforeRedirection: warning({
    code: 'OA604',
    title: 'A native sidecar starts before osm-init.',
    example:
      'Before osm-init starts log-shipper, which goes on running: connections that it opens before are never redirected.',
    meaning:
      'The kernel decides over a connection when it is opened. Those that the container has opened before the rules were there bypass the sidecar for as long as they last; later ones are redirected.',
    cause:
      'The pod has an init container with restartPolicy Always. The injector puts osm-init behind all init containers.',
    confirm: {
      commands: [INIT_ORDER],
      shows: 'A container with Always stands above osm-init.',
    },
    remedy:
      'Make it an ordinary container, which starts after osm-init, unless its traffic may bypass the mesh.',
  }),

  NodeRedirected: discrepant({
    code: 'OA605',
    title: 'osm-init has changed the rules of the node.',
    example:
      "The pod uses its node's network, and osm-init has changed the rules of the node: traffic of the whole node is redirected to the pod's sidecar.",
    meaning:
      "TCP connections of the node itself, of the kubelet and of all pods in the node's network go to the ports of one sidecar. Once the pod is gone nobody listens there, and the connections fail.",
    cause:
      'The pod has hostNetwork: true and was injected all the same: injectors up to v0.11 do so, later ones pass such pods over. It may also have been copied with its injected containers.',
    confirm: {
      commands: [
        `kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.hostNetwork}{"\\n"}{.spec.nodeName}{"\\n"}'`,
        RULES_IN_POD,
      ],
      shows:
        "The first prints true and the name of the node. The second, where IMAGE is the image of osm-init, prints the rules of the node, with the mesh's chains among them.",
    },
    remedy:
      "Let the workload opt out of injection and delete the pod. Its rules outlive it: remove the mesh's chains from the node by hand, or restart the node.",
  }),

  MeshPortUsed: warning({
    code: 'OA606',
    title: "An application listens on a port of the mesh's own.",
    example: 'A container listens on port 15003 (app), which the sidecar or its probes use.',
    meaning:
      'Two programs of one pod cannot listen on one port: the application or the sidecar fails to start. Inbound traffic to 15010 and to 15901 to 15904 also passes the rules unredirected.',
    cause:
      'The application happens to use one of 15000, 15001, 15003, 15010 and 15901 to 15904, or the container is a proxy of its own.',
    confirm: {
      commands: [PORTS_OF_CONTAINERS],
      shows: 'A container other than the sidecar has one of these ports.',
    },
    remedy: 'Let the application listen on another port.',
  }),

  UdpNotRedirected: note({
    code: 'OA607',
    title: 'An application listens on UDP or SCTP, which is not redirected.',
    example: 'A container listens on port UDP 53 (dns); the mesh redirects TCP alone.',
    meaning: 'That traffic bypasses the sidecar in every release: no encryption, no policy, no telemetry.',
    cause: 'The rules are for TCP alone, by design.',
    confirm: {
      commands: [PORTS_OF_CONTAINERS],
      shows: 'A port of a container other than the sidecar has the protocol UDP or SCTP.',
    },
    remedy: 'None needed, where the traffic may bypass the mesh; a NetworkPolicy can restrict it.',
  }),

  AppPortExcluded: note({
    code: 'OA608',
    title: 'A port that an application listens on is excluded for inbound traffic.',
    example:
      'Inbound traffic to port 9090 (app), which a container listens on, bypasses the sidecar as configuration or annotation asks.',
    meaning:
      'Everybody who reaches the pod reaches the port, past every policy of the mesh. That is what the exclusion is for; it is worth knowing where it applies.',
    cause: 'The port stands in inboundPortExclusionList or in the annotation inbound-port-exclusion-list.',
    confirm: {
      commands: [PORTS_OF_CONTAINERS, CONFIGURED_INBOUND_PORTS],
      shows:
        "A container has the port, and the configuration or the pod's annotation inbound-port-exclusion-list holds it.",
    },
    remedy:
      'None needed, where it is meant so. Otherwise take the port off the list and restart the workload.',
  }),
} as const satisfies Readonly<Record<string, CatalogueEntry>>;
