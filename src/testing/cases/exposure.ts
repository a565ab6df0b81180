/** Cases of OA6xx. */
import type { EXPOSURE } from '../../core/audit/catalogue/exposure.ts';
import type { Container, InitContainer } from '../../core/osm/pod.ts';
import { container, envoy, initContainer, inputFor, meshedPod, plainPod } from '../builders.ts';
import type { CasesOf } from './finding-cases.ts';
import { fsm, initOf, MONITORED, released } from './inputs.ts';

const migrate = (rest: Partial<InitContainer> = {}): InitContainer => ({
  ...initContainer('true'),
  name: 'migrate',
  ...rest,
});
const shipper = migrate({ name: 'log-shipper', keepsRunning: true });
const listening = (port: number, protocol = 'TCP'): readonly Container[] => [
  container('app', { ports: [{ port, protocol }] }),
  envoy(),
];

export const EXPOSURE_CASES: CasesOf<typeof EXPOSURE> = {
  AppRunsAsProxyUser: {
    raises: {
      "for an application with the sidecar's user": {
        input: released('R4', {}, {}, { containers: [container('app', { runAsUser: 1500 }), envoy()] }),
        message:
          'The container app runs as user 1500, like the sidecar: the rules let all TCP traffic of that user pass, so it bypasses the mesh.',
      },
      'for an ephemeral container beside another one': {
        input: inputFor(
          meshedPod({
            containers: [container('app', { runAsUser: 1500 }), envoy()],
            ephemeralContainers: [container('debugger', { runAsUser: 1500 })],
          }),
        ),
        message:
          'The containers app and debugger run as user 1500, like the sidecar: the rules let all TCP traffic of that user pass, so it bypasses the mesh.',
      },
      'for the user of v0.7': {
        input: inputFor(
          meshedPod({
            initContainers: [initOf('R1', { uid: 1337 })],
            containers: [container('app', { runAsUser: 1337 }), envoy({ runAsUser: 1337 })],
          }),
        ),
        message:
          'The container app runs as user 1337, like the sidecar: the rules let all TCP traffic of that user pass, so it bypasses the mesh.',
      },
    },
    silent: {
      "for the mesh's own helper": released(
        'R4',
        {},
        {},
        { containers: [envoy(), container('osm-healthcheck', { runAsUser: 1500 })] },
      ),
      'for the user of another release': released(
        'R4',
        {},
        {},
        { containers: [container('app', { runAsUser: 1337 }), envoy()] },
      ),
      'for a debugger that runs as root': inputFor(
        meshedPod({ ephemeralContainers: [container('debugger', { runAsUser: 0 })] }),
      ),
      'in a pod without rules': inputFor(
        meshedPod({ initContainers: [], containers: [container('app', { runAsUser: 1500 }), envoy()] }),
      ),
    },
  },
  Ipv6NotRedirected: {
    raises: {
      'in a pod with addresses of both families': {
        input: inputFor(meshedPod({ addresses: ['10.244.0.5', 'fd00::5'] })),
        message:
          'The pod has the IPv6 address fd00::5: the mesh installs rules for IPv4 alone, so its IPv6 traffic bypasses the sidecar.',
      },
      'in a pod of FSM with IPv6 alone': {
        input: fsm({}, {}, { addresses: ['2001:db8::10'] }),
        message:
          'The pod has the IPv6 address 2001:db8::10: the mesh installs rules for IPv4 alone, so its IPv6 traffic bypasses the sidecar.',
      },
    },
    silent: {
      'in a pod with IPv4 alone': inputFor(meshedPod()),
      'in a pod whose addresses are not known yet': inputFor(meshedPod({ addresses: [] })),
      'in a pod outside the mesh': inputFor(plainPod({ addresses: ['fd00::5'] })),
    },
  },
  InitAfterRedirection: {
    raises: {
      'for an init container that another webhook has put behind': {
        input: inputFor(meshedPod({ initContainers: [initContainer(), migrate()] })),
        message:
          'After osm-init the init container migrate runs: its TCP connections are redirected to a sidecar that is not running yet.',
      },
      'for two, one of them behind a native sidecar': {
        input: inputFor(
          meshedPod({
            initContainers: [
              migrate(),
              initOf('R4'),
              shipper,
              migrate({ name: 'a' }),
              migrate({ name: 'b' }),
            ],
          }),
        ),
        message:
          'After osm-init the init containers a and b run: their TCP connections are redirected to a sidecar that is not running yet.',
      },
    },
    silent: {
      'for an init container in front': inputFor(meshedPod({ initContainers: [migrate(), initContainer()] })),
      'for a native sidecar behind': inputFor(meshedPod({ initContainers: [initContainer(), shipper] })),
      "for one that runs as the sidecar's user, which is not redirected": inputFor(
        meshedPod({ initContainers: [initContainer(), migrate({ runAsUser: 1500 })] }),
      ),
    },
  },
  SidecarBeforeRedirection: {
    raises: {
      'for a native sidecar in front': {
        input: inputFor(meshedPod({ initContainers: [shipper, initContainer()] })),
        message:
          'Before osm-init starts log-shipper, which goes on running: connections that it opens before are never redirected.',
      },
    },
    silent: {
      'for a native sidecar behind': inputFor(meshedPod({ initContainers: [initContainer(), shipper] })),
      'for an init container in front that ends': inputFor(
        meshedPod({ initContainers: [migrate(), initContainer()] }),
      ),
    },
  },
  NodeRedirected: {
    raises: {
      "in a pod in its node's network": {
        input: inputFor(meshedPod({ hostNetwork: true })),
        message:
          "The pod uses its node's network, and osm-init has changed the rules of the node: traffic of the whole node is redirected to the pod's sidecar.",
      },
    },
    silent: {
      'in such a pod that was not injected': inputFor(plainPod({ hostNetwork: true }), {
        namespace: MONITORED,
      }),
      'in such a pod without osm-init': inputFor(meshedPod({ hostNetwork: true, initContainers: [] })),
      'in a pod with a network of its own': inputFor(meshedPod()),
    },
  },
  MeshPortUsed: {
    raises: {
      "for the sidecar's inbound port": {
        input: inputFor(meshedPod({ containers: listening(15003) })),
        message: 'A container listens on port 15003 (app), which the sidecar or its probes use.',
      },
      'for a port of probes, in a pod of FSM': {
        input: fsm(
          {},
          {},
          {
            containers: [
              container('app', { ports: [{ port: 15901, protocol: 'TCP' }] }),
              envoy({ name: 'sidecar' }),
            ],
          },
        ),
        message: 'A container listens on port 15901 (app), which the sidecar or its probes use.',
      },
    },
    silent: {
      'for the sidecar itself': inputFor(meshedPod()),
      'for the same port of UDP': inputFor(meshedPod({ containers: listening(15003, 'UDP') })),
      "for the mesh's own helper": released(
        'R4',
        {},
        {},
        {
          containers: [envoy(), container('osm-healthcheck', { ports: [{ port: 15904, protocol: 'TCP' }] })],
        },
      ),
      'for a port next to it': inputFor(meshedPod({ containers: listening(15002) })),
    },
  },
  UdpNotRedirected: {
    raises: {
      'for a server of DNS': {
        input: inputFor(
          meshedPod({
            containers: [container('dns', { ports: [{ port: 53, protocol: 'UDP' }] }), envoy()],
          }),
        ),
        message: 'A container listens on port UDP 53 (dns); the mesh redirects TCP alone.',
      },
      'for SCTP beside UDP': {
        input: inputFor(
          meshedPod({
            containers: [
              container('app', {
                ports: [
                  { port: 80, protocol: 'TCP' },
                  { port: 443, protocol: 'UDP' },
                  { port: 3868, protocol: 'SCTP' },
                ],
              }),
              envoy(),
            ],
          }),
        ),
        message:
          'A container listens on port UDP 443 (app) and SCTP 3868 (app); the mesh redirects TCP alone.',
      },
    },
    silent: {
      'for TCP': inputFor(meshedPod({ containers: listening(53) })),
      'for a port that no container names': inputFor(meshedPod({ containers: [container('dns'), envoy()] })),
    },
  },
  AppPortExcluded: {
    raises: {
      'for a port of the MeshConfig': {
        input: released(
          'R2',
          { inboundPorts: [9090] },
          { inboundPorts: [9090] },
          { containers: listening(9090) },
        ),
        message:
          'Inbound traffic to port 9090 (app), which a container listens on, bypasses the sidecar as configuration or annotation asks.',
      },
      'for a port of the annotation': {
        input: released(
          'R3',
          { inboundPorts: [8080] },
          {},
          {
            annotations: { 'openservicemesh.io/inbound-port-exclusion-list': '8080' },
            containers: listening(8080),
          },
        ),
        message:
          'Inbound traffic to port 8080 (app), which a container listens on, bypasses the sidecar as configuration or annotation asks.',
      },
    },
    silent: {
      'for a port that is excluded for outbound traffic': released(
        'R2',
        { ports: [9090] },
        { outboundPorts: [9090] },
        { containers: listening(9090) },
      ),
      'for the same port of UDP': released(
        'R2',
        { inboundPorts: [9090] },
        { inboundPorts: [9090] },
        { containers: listening(9090, 'UDP') },
      ),
      'for a port that nothing listens on': released(
        'R2',
        { inboundPorts: [9090] },
        { inboundPorts: [9090] },
        { containers: listening(8080) },
      ),
    },
  },
};
