import { expect } from 'chai';
import { envoy, initContainer, meshedPod } from '../../testing/builders.ts';
import { osmScript } from '../../testing/osm-scripts.ts';
import { execute } from '../iptables/execute.ts';
import { FSM_RULES, type Fork } from './dialect.ts';
import { expectedScript } from './expected-rules.ts';
import { NO_INTENT } from './intent.ts';
import { FSM } from './names.ts';
import type { InitContainer, Pod } from './pod.ts';
import { possibleReleases, tagOf } from './recognise.ts';

const KNOWS_ADDRESS = { env: { POD_IP: null } };
const DNS = { ...NO_INTENT, dnsProxy: true };

/** The names of the releases that can have made a pod with this script. */
function told(
  script: string,
  init: Partial<InitContainer> = {},
  rest: Partial<Pod> = {},
  fork: Fork = {},
): string {
  const pod = meshedPod({ initContainers: [initContainer(script, init)], ...rest });
  const variables = new Map([['POD_IP', undefined]]);
  return possibleReleases(pod, execute(script, variables).rules, fork)
    .map(({ name }) => name)
    .join('; ');
}

const fsm = (script: string, init: Partial<InitContainer> = {}): string =>
  told(script, { name: FSM.initContainer, ...KNOWS_ADDRESS, ...init }, { labels: { [FSM.proxyLabel]: 'x' } });
const user = (uid: number | undefined): Partial<Pod> => ({ containers: [envoy({ runAsUser: uid })] });

const R1 = 'OSM v0.8; OSM v0.9.1 to v0.11';
const R2 = 'OSM v1.0; OSM v1.1.0';
const R3 = 'OSM v1.1.0; OSM v1.0';
const R4 = 'OSM v1.1.1 to v1.2; osm-edge v1.3';

describe('possibleReleases', () => {
  const cases: Readonly<Record<string, readonly [actual: string, expected: string]>> = {
    'takes chains without a prefix for v0.8 to v0.11': [told(osmScript('R1')), R1],
    'knows v0.7 by the user of its sidecar': [
      told(osmScript('R1', { uid: 1337 }), {}, user(1337)),
      'OSM v0.7',
    ],
    'knows v0.7 by its rules where the sidecar does not say': [
      told(osmScript('R1', { uid: 1337 }), {}, user(undefined)),
      'OSM v0.7',
    ],
    'does not take rules for v0.7 that a later injector has written': [
      told(osmScript('R1', { uid: 1337 }), { privileged: false }, user(undefined)),
      R1,
    ],
    'believes the sidecar about its user, not the rules': [
      told(osmScript('R1', { uid: 1337 }), {}, user(1500)),
      R1,
    ],
    'adds v0.9.0 where the image names it': [
      told(osmScript('R1'), { image: 'openservicemesh/init:v0.9.0' }),
      `${R1}; OSM v0.9.0`,
    ],
    'knows v1.0 by what it lacks': [told(osmScript('R2')), R2],
    'knows v1.1.0 by the port of osm-healthcheck': [told(osmScript('R3')), R3],
    'finds that port in a list and in a range too': [
      told(osmScript('R3').replace('--dport 15904', '-m multiport --dports 15901:15904')),
      R3,
    ],
    'does not take a rule for all ports for it': [
      told(osmScript('R2').replace('COMMIT', '-A OSM_PROXY_INBOUND -p tcp -m tcp -j RETURN\nCOMMIT')),
      R2,
    ],
    'lets the image rule out what is older': [
      told(osmScript('R2'), { image: 'example.com/oss/init:v1.1.0' }),
      'OSM v1.1.0',
    ],
    'does not let the image rule out what is newer': [
      told(osmScript('R3'), { image: 'openservicemesh/init:v0.11.1' }),
      R3,
    ],
    "knows v1.1.1 by the pod's address, whatever rules there are": [told(osmScript('R2'), KNOWS_ADDRESS), R4],
    'knows osm-edge by its rule for DNS': [
      told(
        osmScript('R4').replace(
          'COMMIT',
          '-A OUTPUT -p udp -d 127.0.0.153 --dport 53 -j DNAT --to-destination 127.0.0.153:5300\nCOMMIT',
        ),
        KNOWS_ADDRESS,
      ),
      'osm-edge v1.3',
    ],
    'knows FSM by its chains': [
      fsm(expectedScript(FSM_RULES, NO_INTENT)),
      'FSM v1.4.17 and later; FSM v1.0 to v1.4.16',
    ],
    'knows early FSM by its rule for DNS': [fsm(expectedScript(FSM_RULES, DNS)), 'FSM v1.0 to v1.4.16'],
    'knows early FSM by its image': [
      fsm(expectedScript(FSM_RULES, NO_INTENT), { image: 'flomesh/fsm-sidecar-init:1.4.16' }),
      'FSM v1.0 to v1.4.16',
    ],
    'takes a script without chains for what the pod is': [
      fsm('true'),
      'FSM v1.4.17 and later; FSM v1.0 to v1.4.16',
    ],
    'takes it for R1 where the pod says nothing': [told('true'), R1],
    "takes it for R4 where the pod's address is given": [told('true', KNOWS_ADDRESS), R4],
    'knows no chains of others': [told('iptables -t nat -N ISTIO_OUTPUT'), ''],
    'knows the chains of a fork by their prefix': [
      told(osmScript('R3').replaceAll('OSM_PROXY_', 'ACME_'), {}, {}, { chainPrefix: 'ACME_' }),
      R3,
    ],
    'knows the chains of a fork of R1': [
      told(osmScript('R1').replaceAll('PROXY_', 'ACME_'), {}, {}, { chainPrefix: 'ACME_' }),
      R1,
    ],
  };
  for (const [sentence, [actual, expected]] of Object.entries(cases)) {
    it(sentence, () => expect(actual).to.equal(expected));
  }

  it("writes the sidecar's user into the rules, or the one that is given", () => {
    const pod = meshedPod({ ...user(1700), initContainers: [initContainer(osmScript('R1'))] });
    const uids = (fork: Fork): readonly number[] =>
      possibleReleases(pod, execute(osmScript('R1')).rules, fork).map(({ dialect }) => dialect.uid);
    expect(uids({})).to.deep.equal([1700, 1700]);
    expect(uids({ uid: 1600 })).to.deep.equal([1600, 1600]);
  });
});

describe('tagOf', () => {
  const cases: Readonly<Record<string, string | undefined>> = {
    'openservicemesh/init:v1.2.4': '1.2.4',
    'flomesh/fsm-sidecar-init:1.4.17-alpha.1': '1.4.17',
    'registry.example:5000/init:v0.9.0': '0.9.0',
    'registry.example:5000/init': undefined,
    'openservicemesh/init@sha256:0c1d': undefined,
    'openservicemesh/init:latest': undefined,
    'openservicemesh/init:2c18593efc7a31986a6ae7f412e73b6067e11a57': undefined,
    '': undefined,
  };
  for (const [image, version] of Object.entries(cases)) {
    it(`finds ${version ?? 'no version'} in ${JSON.stringify(image)}`, () =>
      expect(tagOf(image)?.join('.')).to.equal(version));
  }
});
