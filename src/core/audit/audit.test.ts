import { expect } from 'chai';
import {
  configSet,
  configWith,
  CREATED,
  envoy,
  initContainer,
  inputFor,
  meshConfig,
  meshedPod,
  namespaceOf,
  NO_CONFIG,
  NOW,
  plainPod,
  running,
  status,
  terminated,
  waiting,
} from '../../testing/builders.ts';
import {
  asRestore,
  extra,
  initIn,
  MONITORED,
  ports,
  ranges,
  sidecarIn,
  without,
  YOUNG,
} from '../../testing/cases/inputs.ts';
import { osmScript } from '../../testing/osm-scripts.ts';
import { GUIDE_SCRIPTS } from '../../testing/guide.ts';
import { configMapConfig } from '../osm/mesh-config.ts';
import { INJECTION_ANNOTATION, OUTBOUND_PORTS_ANNOTATION } from '../osm/names.ts';
import type { Pod } from '../osm/pod.ts';
import { audit } from './audit.ts';
import type { AuditInput } from './judgement.ts';

/** `Discrepant: OA402 ...` and so on, one line a finding; `Verified` alone. */
function told(input: AuditInput): readonly string[] {
  const report = audit(input);
  return [report.status, ...report.findings.map(({ name, message }) => `${name}: ${message}`)];
}

const withInit = (script: string): Pod => meshedPod({ initContainers: [initContainer(script)] });

/** Conjunctions of ranges and ports that split each other again and again. */
function tooComplex(): string {
  const rules = Array.from({ length: 400 }, (_, i) => {
    const range = `10.${(i * 37) % 256}.${(i * 11) % 256}.0/${17 + (i % 8)}`;
    const ports = `${1000 + i * 3}:${40_000 + i * 7},${50_000 + i}`;
    return `iptables -t nat -A PROXY_OUTPUT -d ${range} -p tcp -m multiport --dports ${ports} -m owner --uid-owner ${i * 2}-${100_000 - i} -j REDIRECT --to-ports ${i + 1}`;
  });
  return ['iptables -t nat -N PROXY_OUTPUT', ...rules]
    .join(' && ')
    .concat(' && iptables -t nat -A OUTPUT -j PROXY_OUTPUT');
}

const TWO_CONFIGS = configSet(
  ['a', 'b'].map((namespace) => {
    return configMapConfig({ namespace, name: 'osm-config', uid: '', changedAt: undefined, data: {} });
  }),
);

const many = Array.from({ length: 60 }, (_, i) => `172.${16 + i}.0.0/16`);

describe('audit', () => {
  const cases: Readonly<Record<string, readonly [AuditInput, readonly string[]]>> = {
    "verifies the guide's pod without exclusions": [inputFor(meshedPod()), ['Verified']],
    "verifies the guide's pod with ports": [
      inputFor(
        meshedPod({
          initContainers: [initContainer(GUIDE_SCRIPTS.ports)],
          annotations: { [OUTBOUND_PORTS_ANNOTATION]: '8080' },
        }),
        {
          configs: ports('6379, 7070'),
        },
      ),
      ['Verified'],
    ],
    'verifies ranges whose host bits differ: 2.2.2.2/24 is 2.2.2.0/24': [
      inputFor(withInit(extra('-I PROXY_OUTPUT -d 2.2.2.0/24 -j RETURN')), { configs: ranges('2.2.2.2/24') }),
      ['Verified'],
    ],
    'verifies exclusions in any order and split into several rules': [
      inputFor(
        withInit(
          `${extra('-I PROXY_OUTPUT -p tcp --dport 7070 -j RETURN')} && iptables -t nat -I PROXY_OUTPUT -p tcp -m multiport --dports 6379 -j RETURN`,
        ),
        { configs: ports('6379, 7070') },
      ),
      ['Verified'],
    ],
    'verifies an exclusion of everything that the configuration asks for': [
      inputFor(withInit(extra('-I PROXY_OUTPUT -d 0.0.0.0/0 -j RETURN')), { configs: ranges('0.0.0.0/0') }),
      [
        'Verified',
        'ConfigExcludesEverything: With ConfigMap/osm-system/osm-config no outbound TCP traffic of an application is redirected: all of it bypasses the mesh.',
      ],
    ],
    'verifies excluded ports that are written as a range': [
      inputFor(withInit(extra('-I PROXY_OUTPUT -p tcp --dport 80:82 -j RETURN')), {
        configs: ports('82,80,81'),
      }),
      ['Verified'],
    ],
    'is silent about an excluded range inside another one': [
      inputFor(withInit(extra('-I PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN')), {
        configs: ranges('10.0.0.0/8, 10.1.0.0/16'),
      }),
      ['Verified'],
    ],
    'verifies an exclusion of 127.0.0.1/32, which is a base rule too': [
      inputFor(withInit(extra('-I PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN')), {
        configs: ranges('127.0.0.1/32'),
      }),
      ['Verified'],
    ],

    'finds a pod of the mesh without a sidecar': [
      inputFor(plainPod(), { namespace: MONITORED }),
      [
        'Discrepant',
        'SidecarMissing: The mesh monitors namespace test and a sidecar is asked for, but the pod has none.',
      ],
    ],
    'finds osm-init without a sidecar': [
      inputFor(meshedPod({ containers: [] })),
      [
        'Discrepant',
        'SidecarMissing: The pod has no container envoy although the mesh has marked it. osm-init redirects its traffic to ports where nobody listens.',
      ],
    ],
    'finds a marked pod with neither': [
      inputFor(meshedPod({ containers: [], initContainers: [] })),
      ['Discrepant', 'SidecarMissing: The pod has no container envoy although the mesh has marked it.'],
    ],
    'finds a crashing sidecar while it waits': [
      inputFor(sidecarIn(waiting('CrashLoopBackOff'), { restarts: 3, lastExitCode: 3 })),
      ['Discrepant', 'SidecarNotRunning: The container envoy keeps ending, last with exit code 3.'],
    ],
    'finds the same in the same words while it is down': [
      inputFor(sidecarIn(terminated(3), { restarts: 3, lastExitCode: 3 })),
      ['Discrepant', 'SidecarNotRunning: The container envoy keeps ending, last with exit code 3.'],
    ],
    'finds the same in the same words while it tries again': [
      inputFor(sidecarIn(running(NOW - 1000), { restarts: 3, lastExitCode: 3 })),
      ['Discrepant', 'SidecarNotRunning: The container envoy keeps ending, last with exit code 3.'],
    ],
    'finds a sidecar that has ended': [
      inputFor(sidecarIn(terminated(0))),
      ['Discrepant', 'SidecarNotRunning: The container envoy has ended with exit code 0.'],
    ],
    'finds a sidecar that waits': [
      inputFor(sidecarIn(waiting('ErrImagePull'))),
      ['Discrepant', 'SidecarNotRunning: The container envoy waits: ErrImagePull.'],
    ],
    'finds a sidecar that waits for no stated reason': [
      inputFor(sidecarIn(waiting(''))),
      ['Discrepant', 'SidecarNotRunning: The container envoy waits: no reason given.'],
    ],
    'finds a sidecar that is not ready': [
      inputFor(sidecarIn(running())),
      ['Discrepant', 'SidecarNotReady: The container envoy runs but is not ready.'],
    ],
    'gives a sidecar time to become ready': [
      inputFor(sidecarIn(running()), YOUNG),
      ['Unknown', 'PodStarting: The container envoy is still starting.'],
    ],
    'gives a sidecar time to be pulled': [
      inputFor(sidecarIn(waiting('ErrImagePull')), YOUNG),
      ['Unknown', 'PodStarting: The container envoy is still starting.'],
    ],
    'counts the time from the start of the container': [
      inputFor(sidecarIn(running(NOW - 1000))),
      ['Unknown', 'PodStarting: The container envoy is still starting.'],
    ],
    'does not know about membership without the namespace': [
      inputFor(plainPod(), { namespace: undefined }),
      [
        'Unknown',
        'NamespaceUnknown: Whether the pod belongs to the mesh cannot be told: nothing was injected, and the labels of namespace test, which say whether that is right, are not known.',
      ],
    ],
    'does not know what a bad injection annotation means': [
      inputFor(plainPod({ annotations: { [INJECTION_ANNOTATION]: 'on' } })),
      [
        'Unknown',
        'InjectionAnnotationInvalid: ' +
          `The pod's annotation ${INJECTION_ANNOTATION} is "on", which is neither enabled nor disabled.`,
      ],
    ],
    'leaves pods outside the mesh alone, with the reason': [
      inputFor(plainPod(), { namespace: namespaceOf('test') }),
      ['NotApplicable', 'NotInMesh: The mesh does not concern this pod: no mesh monitors namespace test.'],
    ],

    'finds a sidecar without osm-init': [
      inputFor(meshedPod({ initContainers: [] })),
      [
        'Discrepant',
        'InitContainerMissing: The pod has a sidecar but no container osm-init: nothing redirects its traffic.',
      ],
    ],
    'waits for a pod that no kubelet has started': [
      inputFor(
        meshedPod({
          initContainers: [initContainer(undefined, { status: undefined })],
          containers: [envoy({ status: undefined })],
        }),
      ),
      ['Unknown', 'PodStarting: The pod has not been started by a kubelet yet.'],
    ],
    'finds osm-init waiting': [
      inputFor(initIn(waiting('ErrImagePull'))),
      ['Discrepant', 'InitContainerWaiting: osm-init is still waiting to start: ErrImagePull.'],
    ],
    'finds osm-init waiting for no stated reason': [
      inputFor(initIn(waiting(''))),
      ['Discrepant', 'InitContainerWaiting: osm-init is still waiting to start: no reason given.'],
    ],
    'gives osm-init time to start': [
      inputFor(initIn(waiting('PodInitializing')), YOUNG),
      ['Unknown', 'PodStarting: osm-init is still waiting to start (PodInitializing).'],
    ],
    'finds osm-init running too long': [
      inputFor(initIn(running())),
      [
        'Discrepant',
        'InitContainerRunning: osm-init is still running; it should have ended within a second.',
      ],
    ],
    'gives osm-init time to run': [
      inputFor(initIn(running()), YOUNG),
      ['Unknown', 'PodStarting: osm-init is still running.'],
    ],
    'finds a failed osm-init at once': [
      inputFor(initIn(terminated(2)), YOUNG),
      [
        'Discrepant',
        'InitContainerFailed: osm-init has ended with exit code 2: iptables or the shell refuses the text of a command.',
      ],
    ],
    'finds osm-init backing off': [
      inputFor(initIn(waiting('CrashLoopBackOff'), { restarts: 3, lastExitCode: 1 })),
      [
        'Discrepant',
        'InitContainerCrashLoop: osm-init fails again and again, last with exit code 1: a chain exists already or is missing. The first failure is the real one; later tries find the chains that it left behind.',
      ],
    ],
    'finds the same while it fails again': [
      inputFor(initIn(terminated(3), { restarts: 4, lastExitCode: 3 })),
      [
        'Discrepant',
        'InitContainerCrashLoop: osm-init fails again and again, last with exit code 3: no permission, or the kernel lacks the nat table.',
      ],
    ],
    'finds osm-init backing off before its exit code is known': [
      inputFor(initIn(waiting('CrashLoopBackOff'))),
      ['Discrepant', 'InitContainerCrashLoop: osm-init fails again and again.'],
    ],
    'lets a good end outweigh an earlier failure': [
      inputFor(
        meshedPod({
          initContainers: [
            initContainer(undefined, { status: status(terminated(0), { restarts: 1, lastExitCode: 1 }) }),
          ],
        }),
      ),
      ['Verified'],
    ],
    'does not know how osm-init ended when the kubelet has forgotten': [
      inputFor(
        meshedPod({
          initContainers: [initContainer(undefined, { status: status(waiting('PodInitializing')) })],
        }),
      ),
      [
        'Unknown',
        'InitContainerStateLost: The kubelet says osm-init waits while the sidecar runs: it no longer knows how it ended.',
      ],
    ],
    'does not know what a script inside the image does': [
      inputFor(meshedPod({ initContainers: [initContainer('', { command: [], args: ['-p', '15001'] })] })),
      ['Unknown', 'InitCommandUnknown: osm-init does not run sh -c with one script, but "-p 15001".'],
    ],

    'does not know what an entrypoint does with the arguments': [
      inputFor(
        meshedPod({ initContainers: [initContainer('', { command: [], args: ['/bin/sh', '-c', 'true'] })] }),
      ),
      ['Unknown', 'InitCommandUnknown: osm-init does not run sh -c with one script, but "/bin/sh -c true".'],
    ],
    'does not know what Kubernetes puts into the script, not even into a comment': [
      inputFor(withInit(`${GUIDE_SCRIPTS.base} # $(E)`)),
      [
        'Unknown',
        'ScriptNotUnderstood: At line 1, column 989 the script of osm-init holds a reference that Kubernetes replaces before the shell runs, which is not understood: "$(E)".',
      ],
    ],
    'waits for a sidecar of which the kubelet says nothing': [
      inputFor(meshedPod({ containers: [envoy({ status: undefined })] })),
      ['Unknown', 'PodStarting: The container envoy is still starting.'],
    ],
    'gives a sidecar that runs again after one failure its time': [
      inputFor(sidecarIn(running(NOW - 1000), { restarts: 1, lastExitCode: 137 })),
      ['Unknown', 'PodStarting: The container envoy is still starting.'],
    ],
    "finds the guide's doubled &&, with its position": [
      inputFor(withInit(GUIDE_SCRIPTS.ipRanges), { configs: ranges('1.1.1.1/32, 2.2.2.2/24') }),
      [
        'Discrepant',
        'ScriptRefused: A shell refuses the script of osm-init at line 1, column 1049: syntax error: unexpected "&&". No rule is installed.',
      ],
    ],
    'finds a command that iptables refuses': [
      inputFor(withInit(extra('-I PROXY_OUTPUT -d 1.1.1.1/33 -j RETURN'))),
      [
        'Discrepant',
        'RuleRefused: iptables refuses "iptables -t nat -I PROXY_OUTPUT -d 1.1.1.1/33 -j RETURN" at line 1, column 990: invalid mask `33\' specified.',
      ],
    ],
    'does not know what a construct outside the model does': [
      inputFor(withInit(extra('-A PROXY_OUTPUT -m conntrack --ctstate NEW -j RETURN'))),
      [
        'Unknown',
        'ScriptNotUnderstood: At line 1, column 990 the script of osm-init holds the match -m conntrack --ctstate NEW, which is not understood: "iptables -t nat -A PROXY_OUTPUT -m conntrack --ctstate NEW -j RETURN".',
      ],
    ],
    'finds what is certain beside what is not understood': [
      inputFor(withInit(extra('-A PROXY_INBOUND -m conntrack --ctstate NEW -j RETURN')), {
        configs: ranges('10.0.0.0/8'),
      }),
      [
        'Discrepant',
        "ExcludedRangeMissing: Excluded by the configuration but not in the pod's rules: 10.0.0.0/8. Traffic there goes through the sidecar.",
        'ScriptNotUnderstood: At line 1, column 990 the script of osm-init holds the match -m conntrack --ctstate NEW, which is not understood: "iptables -t nat -A PROXY_INBOUND -m conntrack --ctstate NEW -j RETURN".',
      ],
    ],
    'finds a line of iptables-restore that is refused, with what the loss of its block does': [
      inputFor(withInit(asRestore(extra('-I PROXY_OUTPUT -p tcp --dport 70000 -j RETURN')))),
      [
        'Discrepant',
        'RuleRefused: iptables refuses "-I PROXY_OUTPUT -p tcp --dport 70000 -j RETURN" at line 20, column 1: invalid port/service `70000\' specified (line 19 of the input). Nothing of its block is installed. As a result, inbound tcp to any port but 15010, 15901-15903: expected redirect 15003, installed bypass; for example 10.244.0.5:80.',
      ],
    ],
    'does not know chains of other releases': [
      inputFor(withInit('iptables -t nat -N ISTIO_INBOUND')),
      [
        'Unknown',
        'DialectUnknown: The script creates the chains "ISTIO_INBOUND", which belong to no known release.',
      ],
    ],
    'finds a missing base rule': [
      inputFor(withInit(without('-A PROXY_OUTPUT -m owner --uid-owner 1500 -j RETURN'))),
      [
        'Discrepant',
        'BaseRuleMissing: The script does not install -A PROXY_OUTPUT -m owner --uid-owner 1500 -j RETURN. As a result, tcp from uid 1500 to anywhere but 127.0.0.1/32: expected bypass, installed redirect 15001; for example 10.96.0.10:80 from uid 1500.',
      ],
    ],
    'finds a rule too many': [
      inputFor(withInit(extra('-I PROXY_INBOUND -p tcp --dport 22 -j RETURN'))),
      [
        'Discrepant',
        "InboundPortExtra: Excluded for inbound traffic in the pod's rules but neither by configuration nor annotation: port 22. Traffic to it bypasses the mesh.",
      ],
    ],
    'finds a rule too many that no list asks for': [
      inputFor(withInit(extra('-I PREROUTING -p tcp --dport 22 -j ACCEPT'))),
      [
        'Discrepant',
        'BaseRuleUnexpected: The script installs -A PREROUTING -p tcp -m tcp --dport 22 -j ACCEPT, which OSM does not. As a result, inbound tcp to port 22: expected redirect 15003, installed bypass; for example 10.244.0.5:22.',
      ],
    ],
    'finds a rule that lets everything go': [
      inputFor(withInit(extra('-I PROXY_OUTPUT -d 0.0.0.0/0 -j RETURN'))),
      [
        'Discrepant',
        "ExcludedRangeExtra: Excluded in the pod's rules but not by the configuration: 0.0.0.0/0. Traffic there bypasses the mesh.",
      ],
    ],
    'finds base rules in the wrong order': [
      inputFor(
        withInit(
          without('-A PROXY_OUTPUT -j PROXY_REDIRECT').replace(
            '-A PROXY_OUTPUT -m owner',
            '-A PROXY_OUTPUT -j PROXY_REDIRECT && iptables -t nat -A PROXY_OUTPUT -m owner',
          ),
        ),
      ),
      [
        'Discrepant',
        'RuleOrderWrong: The rules stand in the wrong order: -A PROXY_OUTPUT -j PROXY_REDIRECT before -A PROXY_OUTPUT -m owner --uid-owner 1500 -j RETURN and -A PROXY_OUTPUT -j PROXY_REDIRECT before -A PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN. As a result, tcp from uid 1500: expected bypass, installed redirect 15001; for example 10.96.0.10:80 from uid 1500.',
      ],
    ],
    'finds an exclusion that was appended instead of inserted': [
      inputFor(withInit(extra('-A PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN')), { configs: ranges('10.0.0.0/8') }),
      [
        'Discrepant',
        'RuleOrderWrong: The rules stand in the wrong order: -A PROXY_OUTPUT -j PROXY_REDIRECT before -A PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN. As a result, tcp from uid not 1500 to 10.0.0.0/8: expected bypass, installed redirect 15001; for example 10.96.0.10:80 from uid 1000.',
      ],
    ],
    'verifies a script without the rule that no packet reaches': [
      inputFor(withInit(without('-A PROXY_REDIRECT -p tcp --dport 15000 -j ACCEPT'))),
      ['Verified'],
    ],
    'verifies jumps that stand there twice': [
      inputFor(withInit(extra('-A OUTPUT -p tcp -j PROXY_OUTPUT'))),
      ['Verified'],
    ],
    'verifies a refused command that the script passes over and that changes nothing': [
      inputFor(withInit(`${GUIDE_SCRIPTS.base}; iptables -t nat -N PROXY_INBOUND || true`)),
      ['Verified'],
    ],
    'does not blame a refused command that the script passes over for an exclusion that is missing': [
      inputFor(withInit(`${GUIDE_SCRIPTS.base}; iptables -t nat -N PROXY_INBOUND || true`), {
        configs: ranges('10.0.0.0/8'),
      }),
      [
        'Discrepant',
        'RuleRefused: iptables refuses "iptables -t nat -N PROXY_INBOUND" at line 1, column 988: Chain already exists.',
        "ExcludedRangeMissing: Excluded by the configuration but not in the pod's rules: 10.0.0.0/8. Traffic there goes through the sidecar.",
      ],
    ],
    'calls no exclusion the effect of a refusal when it is not known which there should be': [
      inputFor(withInit(`${GUIDE_SCRIPTS.ports}; iptables -t nat -N PROXY_INBOUND || true`), {
        configs: NO_CONFIG,
      }),
      ['Unknown', 'ConfigMissing: There is no ConfigMap osm-config or MeshConfig in any namespace.'],
    ],
    'verifies what iptables-restore installs in other words': [
      inputFor(withInit(asRestore(GUIDE_SCRIPTS.base))),
      ['Verified'],
    ],
    "verifies other spellings, other users' exclusions of nothing new, and chains of no use": [
      inputFor(
        withInit(
          `${GUIDE_SCRIPTS.base} && iptables --table nat --new-chain UNUSED && iptables -t nat -A PROXY_OUTPUT -p 6 --match comment --comment "no packet comes here" --jump RETURN`,
        ),
      ),
      ['Verified'],
    ],
    "finds another user than Envoy's": [
      inputFor(withInit(GUIDE_SCRIPTS.base.replace('--uid-owner 1500', '--uid-owner 1337'))),
      [
        'Discrepant',
        "ProxyUserWrong: The script names another user than Envoy's: -A PROXY_OUTPUT -m owner --uid-owner 1337 -j RETURN instead of -A PROXY_OUTPUT -m owner --uid-owner 1500 -j RETURN. As a result, tcp from uid 1337 to anywhere but 127.0.0.1/32: expected redirect 15001, installed bypass; for example 10.96.0.10:80 from uid 1337.",
      ],
    ],
    'finds a redirect to another port': [
      inputFor(withInit(GUIDE_SCRIPTS.base.replace('--to-port 15001', '--to-port 15006'))),
      [
        'Discrepant',
        "RedirectPortWrong: The script redirects to another port than the sidecar's: -A PROXY_REDIRECT -p tcp -j REDIRECT --to-ports 15006 instead of -A PROXY_REDIRECT -p tcp -j REDIRECT --to-ports 15001. As a result, tcp from uid not 1500 to anywhere but 127.0.0.1/32: expected redirect 15001, installed redirect 15006; for example 10.96.0.10:80 from uid 1000.",
      ],
    ],
    'finds that outbound traffic is not redirected at all': [
      inputFor(withInit(without('-A OUTPUT -p tcp -j PROXY_OUTPUT'))),
      [
        'Discrepant',
        'RedirectionMissing: The rules redirect no outbound traffic. The script does not install -A OUTPUT -p tcp -j PROXY_OUTPUT. As a result, tcp from uid not 1500 to anywhere but 127.0.0.1/32: expected redirect 15001, installed bypass; for example 10.96.0.10:80 from uid 1000.',
      ],
    ],
    'finds that one rule lets all inbound traffic pass': [
      inputFor(withInit(extra('-I PREROUTING -j ACCEPT'))),
      [
        'Discrepant',
        'RedirectionMissing: The rules redirect no inbound traffic. Because of -A PREROUTING -j ACCEPT. As a result, inbound tcp to any port but 15010, 15901-15903: expected redirect 15003, installed bypass; for example 10.244.0.5:80.',
      ],
    ],
    'does not judge rules that are too complex': [
      inputFor(withInit(tooComplex())),
      ['Unknown', 'RulesTooComplex: The rules of the script are too complex to be compared.'],
    ],
    'finds one missing exclusion among many, and names it alone': [
      inputFor(
        withInit(
          [
            GUIDE_SCRIPTS.base,
            ...many.slice(1).map((range) => `iptables -t nat -I PROXY_OUTPUT -d ${range} -j RETURN`),
          ].join(' && '),
        ),
        { configs: ranges(many.join(',')) },
      ),
      [
        'Discrepant',
        "ExcludedRangeMissing: Excluded by the configuration but not in the pod's rules: 172.16.0.0/16. Traffic there goes through the sidecar.",
      ],
    ],
    'finds an empty script': [
      inputFor(withInit('')),
      [
        'Discrepant',
        'RedirectionMissing: The rules redirect no traffic. The script does not install -A PREROUTING -p tcp -j PROXY_INBOUND, -A PROXY_INBOUND -p tcp -j PROXY_IN_REDIRECT, -A PROXY_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15003, -A OUTPUT -p tcp -j PROXY_OUTPUT and 2 more. As a result, inbound tcp to any port but 15010, 15901-15903: expected redirect 15003, installed bypass; for example 10.244.0.5:80.',
      ],
    ],

    'finds a missing range': [
      inputFor(meshedPod(), { configs: ranges('1.1.1.1/32') }),
      [
        'Discrepant',
        "ExcludedRangeMissing: Excluded by the configuration but not in the pod's rules: 1.1.1.1/32. Traffic there goes through the sidecar.",
      ],
    ],
    'finds an extra range, and says when the configuration changed after the pod was created': [
      inputFor(withInit(extra('-I PROXY_OUTPUT -d 1.1.1.1/32 -j RETURN')), {
        configs: configWith({}, CREATED + 1000),
      }),
      [
        'Discrepant',
        "ExcludedRangeExtra: The configuration was changed after the pod was created, and the pod still runs the rules of before. Excluded in the pod's rules but not by the configuration: 1.1.1.1/32. Traffic there bypasses the mesh.",
      ],
    ],
    'finds missing and extra ports as two findings': [
      inputFor(withInit(GUIDE_SCRIPTS.ports), { configs: ports('6379, 7070, 9090') }),
      [
        'Discrepant',
        "ExcludedPortMissing: Excluded by configuration or annotation but not in the pod's rules: port 9090. Traffic there goes through the sidecar.",
        "ExcludedPortExtra: Excluded in the pod's rules but neither by configuration nor annotation: port 8080. Traffic there bypasses the mesh.",
      ],
    ],
    'finds an extra range of ports': [
      inputFor(withInit(extra('-I PROXY_OUTPUT -p tcp -m multiport --dports 1:65535,1:65534 -j RETURN')), {
        configs: ports('80'),
      }),
      [
        'Discrepant',
        "ExcludedPortExtra: Excluded in the pod's rules but neither by configuration nor annotation: port 1:79 and 81:65535. Traffic there bypasses the mesh.",
      ],
    ],
    'names annotated ports that OSM takes and iptables does not, and keeps the others': [
      inputFor(
        meshedPod({
          annotations: { [OUTBOUND_PORTS_ANNOTATION]: '70000, 8080' },
          initContainers: [
            initContainer(extra('-I PROXY_OUTPUT -p tcp -m multiport --dports 8080 -j RETURN')),
          ],
        }),
      ),
      [
        'Verified',
        'PortAnnotationInvalid: ' +
          `The annotation ${OUTBOUND_PORTS_ANNOTATION} has a bad value: "70000" (ports end at 65535). The injector takes it, iptables does not read it so.`,
        'RecreationWillFail: A new pod will not start: iptables refuses "iptables -t nat -I PROXY_OUTPUT -p tcp --match multiport --dports 70000,8080 -j RETURN": invalid port/service `70000\' specified. An annotation of the pod makes it so.',
      ],
    ],
    'names a list of more ports than one rule takes': [
      inputFor(meshedPod(), { configs: ports('1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16') }),
      [
        'Discrepant',
        "ExcludedPortMissing: Excluded by configuration or annotation but not in the pod's rules: port 1, 2, 3, 4, 5, 6, 7, 8 and 8 more. Traffic there goes through the sidecar.",
        'ConfigPortInvalid: ConfigMap/osm-system/osm-config has a bad value in outbound_port_exclusion_list: "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16" (iptables takes 15 ports in one rule and these are 16). New pods will not start.',
      ],
    ],
    'finds a bad annotation and names the value': [
      inputFor(meshedPod({ annotations: { [OUTBOUND_PORTS_ANNOTATION]: '8080, http' } })),
      [
        'Verified',
        'PortAnnotationInvalid: ' +
          `The annotation ${OUTBOUND_PORTS_ANNOTATION} has a bad value: "http" (it is not a port number). The injector ignores all of it.`,
      ],
    ],

    'does not know exclusions without a configuration, but compares base rules': [
      inputFor(withInit(GUIDE_SCRIPTS.ports), { configs: NO_CONFIG }),
      ['Unknown', 'ConfigMissing: There is no ConfigMap osm-config or MeshConfig in any namespace.'],
    ],
    'does not know exclusions with an unreadable configuration': [
      inputFor(meshedPod(), {
        configs: configSet([], { unreadable: [{ kind: 'ConfigMap', reason: 'forbidden' }] }),
      }),
      ['Unknown', 'ConfigUnreadable: The ConfigMap osm-config cannot be read: forbidden.'],
    ],
    'does not choose between two configurations': [
      inputFor(meshedPod(), {
        configs: TWO_CONFIGS,
      }),
      [
        'Unknown',
        "ConfigAmbiguous: There are ConfigMap/a/osm-config and ConfigMap/b/osm-config; which of them is the mesh's is not known.",
      ],
    ],
    'names a bad range in the configuration': [
      inputFor(meshedPod(), { configs: ranges('1.1.1.1/33') }),
      [
        'Unknown',
        'ConfigRangeInvalid: ConfigMap/osm-system/osm-config has a bad value in outbound_ip_range_exclusion_list: "1.1.1.1/33" (iptables refuses it: invalid mask `33\' specified). New pods will not start.',
      ],
    ],
    'judges an octal port by what iptables makes of it': [
      inputFor(withInit(extra('-I PROXY_OUTPUT -p tcp --match multiport --dports 0100 -j RETURN')), {
        configs: ports('0100'),
      }),
      [
        'Unknown',
        'ConfigPortInvalid: ConfigMap/osm-system/osm-config has a bad value in outbound_port_exclusion_list: "0100" (iptables reads it as octal: port 64).',
      ],
    ],
    'minds no leading zero in an annotation, of which the injector writes the number': [
      inputFor(
        meshedPod({
          annotations: { [OUTBOUND_PORTS_ANNOTATION]: '080' },
          initContainers: [initContainer(extra('-I PROXY_OUTPUT -p tcp --dport 80 -j RETURN'))],
        }),
      ),
      ['Verified'],
    ],
    'names the one rule that v1.1.0 lacks, whatever else tells it from v1.0': [
      inputFor(withInit(osmScript('R3', { ranges: ['10.0.0.0/8'] }).replace(/.*15904.*\n/, '')), {
        configs: configSet([meshConfig({ outboundRanges: ['10.0.0.0/8'] })]),
      }),
      [
        'Discrepant',
        'BaseRuleMissing: The script does not install -A OSM_PROXY_INBOUND -p tcp -m tcp --dport 15904 -j RETURN. As a result, inbound tcp to port 15904: expected bypass, installed redirect 15003; for example 10.244.0.5:15904.',
      ],
    ],
    'does not blame the configuration for a rule that somebody has changed': [
      inputFor(
        meshedPod({
          initContainers: [
            initContainer(
              osmScript('R4', { podIpMode: true }).replace('lo -d 127.0.0.1/32 -m', 'lo -d 127.0.0.0/31 -m'),
              { env: { POD_IP: null } },
            ),
          ],
        }),
        { configs: configSet([meshConfig({ localProxyMode: 'PodIP' })]) },
      ),
      [
        'Discrepant',
        'BaseRuleUnexpected: The script installs -A OUTPUT -d 127.0.0.0/31 -o lo -p tcp -m owner --uid-owner 1500 -j DNAT --to-destination $POD_IP, which OSM does not. As a result, tcp from uid 1500 to 127.0.0.0/32: expected redirect 15003, installed dnat $POD_IP; for example 127.0.0.0:80 from uid 1500.',
      ],
    ],
    'sees a changed user in a negated rule too': [
      inputFor(withInit(osmScript('R2').replace('! --uid-owner 1500', '! --uid-owner 1501')), {
        configs: configSet([meshConfig()]),
      }),
      [
        'Discrepant',
        "ProxyUserWrong: The script names another user than Envoy's: -A OSM_PROXY_OUTBOUND -o lo -m owner ! --uid-owner 1501 -j RETURN instead of -A OSM_PROXY_OUTBOUND -o lo -m owner ! --uid-owner 1500 -j RETURN. As a result, tcp from uid 1501 by lo to anywhere but 127.0.0.1/32: expected bypass, installed redirect 15001; for example 10.244.0.5:80 from uid 1501.",
      ],
    ],
    'names a bad port in the configuration': [
      inputFor(meshedPod(), { configs: ports('080') }),
      [
        'Unknown',
        'ConfigPortInvalid: ConfigMap/osm-system/osm-config has a bad value in outbound_port_exclusion_list: "080" (iptables refuses it: invalid port/service `080\' specified). New pods will not start.',
      ],
    ],
  };
  for (const [sentence, [input, outcome]] of Object.entries(cases)) {
    it(sentence, () => expect(told(input)).to.deep.equal(outcome));
  }

  it('says so when judging itself fails, and takes no other pod along', () => {
    const broken = new Proxy(meshedPod(), {
      get: (pod, name) => {
        if (name === 'initContainers') throw new Error('a fault');
        return Reflect.get(pod, name) as unknown;
      },
    });
    expect(told(inputFor(broken))).to.deep.equal([
      'Unknown',
      'JudgementFailed: osm-auditor failed to judge the pod: Error: a fault.',
    ]);
  });

  it('asks to be looked at again when the grace period ends', () => {
    expect(audit(inputFor(initIn(running()), YOUNG)).recheckAt).to.equal(CREATED + 60_000);
    expect(audit(inputFor(meshedPod(), YOUNG)).recheckAt).to.equal(undefined);
  });

  it('gives no grace to a pod that tells no time', () => {
    const pod = { ...sidecarIn({ kind: 'running', startedAt: undefined }), createdAt: undefined };
    expect(
      audit(
        inputFor({
          ...pod,
          initContainers: [
            initContainer(undefined, {
              status: status({ kind: 'terminated', exitCode: 0, reason: '', finishedAt: undefined }),
            }),
          ],
        }),
      ).status,
    ).to.equal('Discrepant');
  });

  it('shows an extra exclusion with a packet that escapes, and the rules that let it', () => {
    const [finding] = audit(inputFor(withInit(extra('-I PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN')))).findings;
    expect(finding?.evidence.differences).to.deep.equal([
      {
        class: 'tcp from uid not 1500 to 10.0.0.0/8',
        expected: 'redirect 15001',
        installed: 'bypass',
        witness: {
          hook: 'OUTPUT',
          protocol: 'tcp',
          destination: '10.96.0.10',
          port: 80,
          uid: 1000,
          interface: 'eth0',
        },
        expectedTrace: [
          '-A OUTPUT -p tcp -j PROXY_OUTPUT',
          '-A PROXY_OUTPUT -j PROXY_REDIRECT',
          '-A PROXY_REDIRECT -p tcp -j REDIRECT --to-ports 15001',
        ],
        installedTrace: [
          '-A OUTPUT -p tcp -j PROXY_OUTPUT',
          '-A PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN',
          'policy ACCEPT of OUTPUT',
        ],
      },
    ]);
  });

  it('keeps the report of an annotation with very many bad items small, and counts them all', () => {
    const annotations = { 'openservicemesh.io/outbound-port-exclusion-list': 'x,'.repeat(500) };
    const { findings } = audit(inputFor(meshedPod({ annotations })));
    const bad = findings.find(({ evidence }) => evidence.source !== undefined);
    expect(bad?.evidence.values).to.have.length(100);
    expect(bad?.evidence).to.include({ valueCount: 501 });
  });

  it('keeps the report of very many extra exclusions small, and counts them all', () => {
    const rules = Array.from(
      { length: 150 },
      (_, i) => `iptables -t nat -I PROXY_OUTPUT -d 10.0.${i}.0/24 -j RETURN`,
    );
    const [finding] = audit(inputFor(withInit([GUIDE_SCRIPTS.base, ...rules].join(' && ')))).findings;
    expect(finding?.message).to.include(' and 142 more. ');
    expect(finding?.evidence.values).to.have.length(100);
    expect(finding?.evidence).to.include({ valueCount: 150 });
    expect(finding?.evidence.differences?.map((each) => each.class)).to.deep.equal([
      'tcp from uid not 1500 to 10.0.0.0/17, 10.0.128.0/20, 10.0.144.0/22, 10.0.148.0/23',
    ]);
  });

  it('shows a missing base rule with the traffic that goes wrong', () => {
    const [finding] = audit(inputFor(withInit(without('-A PREROUTING -p tcp -j PROXY_INBOUND')))).findings;
    const shown = (finding?.evidence.differences ?? []).map(
      (each) => `${each.class}: ${each.expected}, ${each.installed}`,
    );
    expect(shown).to.deep.equal(['inbound tcp to any port but 15010, 15901-15903: redirect 15003, bypass']);
  });

  const fixes: Readonly<Record<string, readonly [Partial<Pod>, string]>> = {
    'a Deployment': [
      { owner: { kind: 'Deployment', name: 'web' } },
      'kubectl -n test rollout restart deployment/web',
    ],
    'a DaemonSet': [
      { owner: { kind: 'DaemonSet', name: 'web' } },
      'kubectl -n test rollout restart daemonset/web',
    ],
    'a Job': [{ owner: { kind: 'Job', name: 'web' } }, 'kubectl -n test delete pod web'],
    nobody: [{}, 'Create the pod again from its own manifest, without what was injected.'],
    'a Job, with a name that a shell would run': [
      { name: "x'; reboot", owner: { kind: 'Job', name: 'web' } },
      "kubectl -n test delete pod 'x'\\''; reboot'",
    ],
  };
  for (const [owner, [rest, command]] of Object.entries(fixes)) {
    it(`prints the command that mends a pod of ${owner}`, () => {
      expect(audit(inputFor(meshedPod({ ...rest, initContainers: [] }))).findings[0]?.fix).to.equal(command);
    });
  }

  it('puts an annotation that is not in force where new pods get it from', () => {
    const pod = (owner: Pod['owner']): Pod =>
      meshedPod({ owner, annotations: { [OUTBOUND_PORTS_ANNOTATION]: '80' } });
    const fixOf = (owner: Pod['owner']): string | undefined => audit(inputFor(pod(owner))).findings[0]?.fix;
    expect(fixOf({ kind: 'Deployment', name: 'web' })).to.equal(
      `kubectl -n test patch deployment/web -p '{"spec":{"template":{"metadata":{"annotations":{"${OUTBOUND_PORTS_ANNOTATION}":"80"}}}}}'`,
    );
    expect(fixOf(undefined)).to.equal(
      "Put the annotation into the workload's pod template and create the pod again.",
    );
  });

  for (const code of [4, 126, 127, 137, 42]) {
    it(`explains exit code ${code}`, () => {
      expect(told(inputFor(initIn(terminated(code))))[1]).to.match(
        new RegExp(`with exit code ${code}: [a-z, ]+\\.$`),
      );
    });
  }
});
