/** OA4xx: IP ranges and ports that outbound traffic keeps away from the sidecar. */
import { SCRIPT, CONFIGURED_RANGES, CONFIGURED_PORTS, PORTS_OF_POD } from './commands.ts';
import { discrepant, type CatalogueEntry } from './entry.ts';

export const EXCLUSIONS = {
  ExcludedRangeMissing: discrepant({
    code: 'OA401',
    title: 'An IP range that should be excluded is not.',
    example:
      "Excluded by the configuration but not in the pod's rules: 1.1.1.1/32. Traffic there goes through the sidecar.",
    meaning: 'Traffic to it goes through the sidecar, where mesh policy may refuse it.',
    cause:
      'The range was added to the configuration after the pod was created: rules are installed once, at the start.',
    confirm: {
      commands: [CONFIGURED_RANGES, `${SCRIPT} | grep -oE -e '-d [^ ]+'`],
      shows: 'The first prints the range, the second prints none that covers it.',
    },
    remedy: 'Restart the workload.',
  }),

  ExcludedRangeExtra: discrepant({
    code: 'OA402',
    title: 'An IP range is excluded that should not be.',
    example:
      "Excluded in the pod's rules but not by the configuration: 1.1.1.1/32. Traffic there bypasses the mesh. The configuration was changed after the pod was created.",
    meaning: 'TCP traffic to it bypasses the sidecar: no encryption, no policy, no telemetry.',
    cause:
      'The range was removed from the configuration after the pod was created, or the script was edited.',
    confirm: {
      commands: [CONFIGURED_RANGES, `${SCRIPT} | grep -oE -e '-d [^ ]+'`],
      shows: 'The second prints the range, the first prints none that covers it.',
    },
    remedy: 'Restart the workload; until then its traffic to the range escapes the mesh.',
  }),

  ExcludedPortMissing: discrepant({
    code: 'OA403',
    title: 'A port that should be excluded is not.',
    example:
      "Excluded by configuration or annotation but not in the pod's rules: port 9090. Traffic there goes through the sidecar.",
    meaning: 'Traffic to it goes through the sidecar, where mesh policy may refuse it.',
    cause:
      "The port was added to the configuration or to the running pod's annotation: rules are installed once, at the start.",
    confirm: {
      commands: [CONFIGURED_PORTS, PORTS_OF_POD],
      shows:
        'The configuration or the first line of the second, which is the annotation, holds the port; no --dport or --dports of PROXY_OUTPUT in the script does.',
    },
    remedy: "Restart the workload; an annotation must stand in the workload's pod template.",
  }),

  ExcludedPortExtra: discrepant({
    code: 'OA404',
    title: 'A port is excluded that should not be.',
    example:
      "Excluded in the pod's rules but neither by configuration nor annotation: port 8080. Traffic there bypasses the mesh.",
    meaning: 'TCP traffic to it bypasses the sidecar: no encryption, no policy, no telemetry.',
    cause:
      'The port was removed from the configuration or annotation after the pod was created, or the script was edited.',
    confirm: {
      commands: [CONFIGURED_PORTS, PORTS_OF_POD],
      shows:
        'A --dport or --dports of PROXY_OUTPUT in the script holds the port; neither the configuration nor the first line of the second, which is the annotation, does.',
    },
    remedy: 'Restart the workload; until then its traffic to the port escapes the mesh.',
  }),

  PortAnnotationInvalid: {
    ...discrepant({
      code: 'OA405',
      title: "The pod's annotation openservicemesh.io/outbound-port-exclusion-list has a bad value.",
      example:
        'The annotation openservicemesh.io/outbound-port-exclusion-list has a bad value: "http" (it is not a port number). The injector ignores all of it.',
      meaning: 'One bad item makes the injector ignore the whole annotation: none of its ports is excluded.',
      cause: 'A typing error; each item must be a number from 1 to 65535.',
      confirm: {
        commands: [
          `kubectl -n NAMESPACE get pod POD -o jsonpath='{.metadata.annotations.openservicemesh\\.io/outbound-port-exclusion-list}{"\\n"}'`,
        ],
        shows: 'One of the items, which commas part, is no number from 1 to 65535.',
      },
      remedy: "Correct the annotation in the workload's pod template.",
    }),
    severity: 'warning',
  },
} as const satisfies Readonly<Record<string, CatalogueEntry>>;
