/** Cases of OA4xx. */
import type { EXCLUSIONS } from '../../core/audit/catalogue/exclusions.ts';
import { configWith, CREATED, inputFor, meshedPod } from '../builders.ts';
import { GUIDE_SCRIPTS } from '../guide.ts';
import type { CasesOf } from './finding-cases.ts';
import { annotated, extra, NO_CONFIG, ports, ranges, scripted } from './inputs.ts';

export const EXCLUSIONS_CASES: CasesOf<typeof EXCLUSIONS> = {
  ExcludedRangeMissing: {
    raises: {
      'for a range that no rule excludes': {
        input: inputFor(meshedPod(), { config: ranges('1.1.1.1/32') }),
        message:
          "Excluded by the configuration but not in the pod's rules: 1.1.1.1/32. Traffic there goes through the sidecar.",
      },
    },
    silent: {
      'for a range inside another one': scripted(
        extra('-I PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN'),
        ranges('10.0.0.0/8, 10.1.0.0/16'),
      ),
      'for a range that two halves make up': scripted(
        extra('-I PROXY_OUTPUT -d 10.0.0.0/9 -j RETURN', '-I PROXY_OUTPUT -d 10.128.0.0/9 -j RETURN'),
        ranges('10.0.0.0/8'),
      ),
      'for a range that a base rule excludes': inputFor(meshedPod(), { config: ranges('127.0.0.1/32') }),
    },
  },
  ExcludedRangeExtra: {
    raises: {
      'for a range that the configuration has lost': {
        input: scripted(extra('-I PROXY_OUTPUT -d 1.1.1.1/32 -j RETURN'), configWith({}, CREATED + 1000)),
        message:
          "Excluded in the pod's rules but not by the configuration: 1.1.1.1/32. Traffic there bypasses the mesh. The configuration was changed after the pod was created.",
      },
      'for everything': {
        input: scripted(extra('-I PROXY_OUTPUT -d 0.0.0.0/0 -j RETURN')),
        message:
          "Excluded in the pod's rules but not by the configuration: 0.0.0.0/0. Traffic there bypasses the mesh.",
      },
    },
    silent: {
      'for a range whose host bits differ': scripted(
        extra('-I PROXY_OUTPUT -d 2.2.2.0/24 -j RETURN'),
        ranges('2.2.2.2/24'),
      ),
      'for a range inside one that is excluded': scripted(
        extra('-I PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN', '-I PROXY_OUTPUT -d 10.1.0.0/16 -j RETURN'),
        ranges('10.0.0.0/8'),
      ),
      'when there is no configuration to say so': scripted(
        extra('-I PROXY_OUTPUT -d 1.1.1.1/32 -j RETURN'),
        NO_CONFIG,
      ),
    },
  },
  ExcludedPortMissing: {
    raises: {
      'for a port that the configuration has gained': {
        input: scripted(GUIDE_SCRIPTS.ports, ports('6379, 7070, 8080, 9090')),
        message:
          "Excluded by configuration or annotation but not in the pod's rules: port 9090. Traffic there goes through the sidecar.",
      },
      'for a port of the annotation': {
        input: annotated('8080'),
        message:
          "Excluded by configuration or annotation but not in the pod's rules: port 8080. Traffic there goes through the sidecar.",
      },
    },
    silent: {
      'for ports that are written as a range': scripted(
        extra('-I PROXY_OUTPUT -p tcp --dport 80:82 -j RETURN'),
        ports('82,80,81'),
      ),
      'for ports in several rules and in another order': scripted(
        extra(
          '-I PROXY_OUTPUT -p tcp --dport 7070 -j RETURN',
          '-I PROXY_OUTPUT -p tcp -m multiport --dports 6379 -j RETURN',
        ),
        ports('6379, 7070'),
      ),
      'for a port of an annotation that the injector ignores': annotated('8080, http'),
    },
  },
  ExcludedPortExtra: {
    raises: {
      'for a port that the configuration has lost': {
        input: scripted(GUIDE_SCRIPTS.ports, ports('6379, 7070')),
        message:
          "Excluded in the pod's rules but neither by configuration nor annotation: port 8080. Traffic there bypasses the mesh.",
      },
      'for all ports but one': {
        input: scripted(
          extra('-I PROXY_OUTPUT -p tcp -m multiport --dports 1:65535,1:65534 -j RETURN'),
          ports('80'),
        ),
        message:
          "Excluded in the pod's rules but neither by configuration nor annotation: port 1:79 and 81:65535. Traffic there bypasses the mesh.",
      },
    },
    silent: {
      'for a port that only the annotation names': annotated(
        '8080',
        extra('-I PROXY_OUTPUT -p tcp --dport 8080 -j RETURN'),
      ),
      'for a port of UDP, which the mesh leaves alone': scripted(
        extra('-I PROXY_OUTPUT -p udp --dport 53 -j RETURN'),
      ),
    },
  },
  PortAnnotationInvalid: {
    raises: {
      'for a name': {
        input: annotated('8080, http'),
        message:
          'The annotation openservicemesh.io/outbound-port-exclusion-list has a bad value: "http" (it is not a port number). The injector ignores all of it.',
      },
      'for a number that OSM takes and iptables does not': {
        input: annotated('70000, 8080', extra('-I PROXY_OUTPUT -p tcp --dport 8080 -j RETURN')),
        message:
          'The annotation openservicemesh.io/outbound-port-exclusion-list has a bad value: "70000" (ports end at 65535). The injector takes it, iptables does not read it so.',
      },
    },
    silent: {
      'for white space and the last port': annotated(
        ' 8080 ,  65535',
        extra('-I PROXY_OUTPUT -p tcp -m multiport --dports 8080,65535 -j RETURN'),
      ),
      'for a bad port in the configuration': inputFor(meshedPod(), { config: ports('http') }),
    },
  },
};
