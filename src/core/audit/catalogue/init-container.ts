/** OA2xx: the init container osm-init, as the kubelet reports it. */
import { CONFIGURED_SIDECAR, INIT_STATUS, INIT_LOG, ENVOY_STATUS, RULES_IN_POD } from './commands.ts';
import { discrepant, note, unknown, warning, type CatalogueEntry } from './entry.ts';

export const INIT_CONTAINER = {
  InitContainerMissing: discrepant({
    code: 'OA201',
    title: 'The pod has a sidecar but no osm-init container.',
    example: 'The pod has a sidecar but no container osm-init: nothing redirects its traffic.',
    meaning:
      'No rule redirects anything: all traffic bypasses the sidecar, although the pod looks healthy and ready.',
    cause: 'The pod was edited, or injected by something else than the OSM injector.',
    confirm: {
      commands: [
        `kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.initContainers[*].name}{"\\n"}{.spec.containers[*].name}{"\\n"}'`,
      ],
      shows: 'The first line holds no osm-init, the second holds envoy.',
    },
    remedy: 'Create the pod again, so that the injector adds osm-init.',
  }),

  InitContainerWaiting: discrepant({
    code: 'OA202',
    title: 'osm-init is still waiting to start.',
    example: 'osm-init is still waiting to start: ErrImagePull.',
    meaning: 'No rule is installed, and no other container of the pod starts.',
    cause:
      'Its image cannot be pulled, a volume is missing, or the sandbox cannot be created; the reason is in the message.',
    confirm: {
      commands: [INIT_STATUS, 'kubectl -n NAMESPACE describe pod POD'],
      shows: 'The state is waiting; the events at the end say what for.',
    },
    remedy: "Read the pod's events.",
  }),

  InitContainerRunning: discrepant({
    code: 'OA203',
    title: 'osm-init is still running.',
    example: 'osm-init is still running; it should have ended within a second.',
    meaning:
      'It takes a fraction of a second normally. The rules may be there in part; no other container of the pod starts.',
    cause: 'The script waits for something: the xtables lock, or a command that was added to it.',
    confirm: { commands: [INIT_STATUS, INIT_LOG], shows: 'The state is running, and startedAt is long ago.' },
    remedy: "Look at the script and at osm-init's log.",
  }),

  InitContainerFailed: discrepant({
    code: 'OA204',
    title: 'osm-init has failed.',
    example: 'osm-init has ended with exit code 2: iptables or the shell refuses the text of a command.',
    meaning: 'The rules are there in part or not at all, and no other container of the pod starts.',
    cause:
      'The exit code tells: 1 a chain or rule is in the way, 2 iptables or the shell refuses the text, 3 and 4 no permission.',
    confirm: {
      commands: [INIT_STATUS, INIT_LOG],
      shows:
        'The state is terminated with an exitCode that is not 0; the log ends in what iptables or the shell said.',
    },
    remedy: "Read osm-init's log; correct what it names and create the pod again.",
  }),

  InitContainerCrashLoop: discrepant({
    code: 'OA205',
    title: 'osm-init fails again and again.',
    example:
      'osm-init fails again and again, last with exit code 1: a chain exists already or is missing. The first failure is the real one; later tries find the chains that it left behind.',
    meaning: 'The pod cannot start. The rules of the first try stay in its network namespace, half made.',
    cause:
      'The first failure is the real one. Later tries fail with exit code 1, "Chain already exists", because the first has created the chains.',
    confirm: {
      commands: [INIT_STATUS, INIT_LOG],
      shows:
        'The state is waiting with reason CrashLoopBackOff or terminated with an error, and restartCount grows.',
    },
    remedy: "Find the first failure in osm-init's oldest log or in the script; create the pod again.",
  }),

  InitContainerStateLost: unknown({
    code: 'OA206',
    title: 'The kubelet no longer says how osm-init ended.',
    example: 'The kubelet says osm-init waits while the sidecar runs: it no longer knows how it ended.',
    meaning:
      'The containers run, so osm-init ended well once; whether it did in the present sandbox is not known.',
    cause: 'The ended container was removed from the node to free space.',
    confirm: {
      commands: [INIT_STATUS, ENVOY_STATUS],
      shows: 'The state of osm-init is waiting, while envoy is running.',
    },
    remedy: 'Create the pod again if certainty is needed.',
  }),

  InitCommandUnknown: unknown({
    code: 'OA207',
    title: 'osm-init does not run a script that the pod carries.',
    example:
      'The rules of osm-init are inside its image, as in OSM v0.6 and earlier: the pod does not carry them.',
    meaning: 'Which rules it installs cannot be told from the pod.',
    cause:
      'OSM v0.6 and earlier keep the script inside the image; forks may too, or start a program of their own.',
    confirm: {
      commands: [
        `kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.initContainers[?(@.name=="osm-init")].command}{.spec.initContainers[?(@.name=="osm-init")].args}{"\\n"}'`,
        RULES_IN_POD,
      ],
      shows:
        'The first prints no sh -c with a script. The second, where IMAGE is the image of osm-init, prints the rules that are installed.',
    },
    remedy: 'Look at the rules inside the pod.',
  }),

  PodStarting: {
    ...unknown({
      code: 'OA208',
      title: 'The pod is still starting.',
      example: 'osm-init is still waiting to start (PodInitializing).',
      meaning: 'osm-init or the sidecar has not had its time yet; there is nothing to judge.',
      cause: 'The pod is new, or waits for a node.',
      confirm: {
        commands: ['kubectl -n NAMESPACE get pod POD', ENVOY_STATUS],
        shows:
          'The pod is young and its STATUS is Pending, Init or PodInitializing, or envoy has started a moment ago.',
      },
      remedy: 'Wait.',
    }),
    severity: 'info',
  },

  InitPermissionMissing: discrepant({
    code: 'OA209',
    title: 'osm-init lacks the right to change rules.',
    example: 'osm-init may not change rules: it has neither the capability NET_ADMIN nor is it privileged.',
    meaning: 'iptables cannot install a single rule, and no other container of the pod starts.',
    cause:
      'The pod was edited or copied, or another webhook or a policy has taken the capability away after the injector.',
    confirm: {
      commands: [
        `kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.initContainers[?(@.name=="osm-init")].securityContext}{"\\n"}'`,
        INIT_LOG,
      ],
      shows:
        'The first shows neither NET_ADMIN among the capabilities nor privileged true; the log speaks of a permission.',
    },
    remedy: 'Let the policy admit NET_ADMIN for osm-init and create the pod again.',
  }),

  InitContainerRerun: warning({
    code: 'OA210',
    title: 'osm-init ran a second time and found its rules already there.',
    example:
      'osm-init ran again beside the running containers and failed with exit code 1, because the chains of its first run exist: those rules are untouched.',
    meaning:
      'The rules are those of the first run, which ended well: the traffic is redirected as ever. The pod shows Init:Error all the same.',
    cause:
      'The kubelet lost sight of the ended container, as when it is removed from the node to free space, and started it again in the same network.',
    confirm: {
      commands: [INIT_STATUS, RULES_IN_POD],
      shows:
        'The state is terminated, or lastState is, with exitCode 1. The second, where IMAGE is the image of osm-init, prints the rules, once each.',
    },
    remedy: 'None for the traffic; create the pod again to have its status right.',
  }),

  InitContainerRerunFailed: unknown({
    code: 'OA211',
    title: 'osm-init ran a second time and failed.',
    example:
      'osm-init ran again beside the running containers and failed with exit code 4: whether the rules of its first run are intact is not known.',
    meaning:
      'The first run ended well, or no other container would have started. What the second one has changed before it failed cannot be told from the pod.',
    cause:
      'The kubelet lost sight of the ended container and started it again in the same network; the exit code tells why it failed there.',
    confirm: {
      commands: [INIT_LOG, RULES_IN_POD],
      shows:
        'The log ends in what iptables or the shell said. The second, where IMAGE is the image of osm-init, prints the rules that are in force.',
    },
    remedy: 'Look at the rules inside the pod, or create it again.',
  }),

  InitImageDiffers: note({
    code: 'OA212',
    title: 'The configuration now names another image for osm-init.',
    example:
      'osm-init runs the image openservicemesh/init:v1.2.3; MeshConfig/osm-system/osm-mesh-config now names openservicemesh/init:v1.2.4.',
    meaning:
      'The image brings iptables alone; the rules stand in the pod. They are the same where both images hold the same backend, nft or legacy.',
    cause:
      'The mesh was upgraded or its configuration edited after the pod was created; or the configuration was not upgraded with the mesh and still names an old image.',
    confirm: {
      commands: [
        `kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.initContainers[?(@.name=="osm-init")].image}{"\\n"}'`,
        CONFIGURED_SIDECAR,
      ],
      shows: 'The initContainerImage of the second is another than the image that the first prints.',
    },
    remedy: 'None needed; the next restart of the workload brings the other image.',
  }),
} as const satisfies Readonly<Record<string, CatalogueEntry>>;
