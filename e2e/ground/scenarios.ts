/** The pods of which auditor and kernel must say the same: every release and backend, and what goes wrong with them. */
import {
  EDGE_1_3,
  FSM_1_0,
  FSM_1_4_17,
  GUIDE,
  V0_11,
  V0_7,
  V0_9_0,
  V1_0,
  V1_1_0,
  V1_2,
  type Release,
} from '../../src/core/osm/releases.ts';
import { scriptIn, type ScriptOptions } from '../../src/testing/osm-scripts.ts';
import { INIT_TAGS, type Backend } from '../node/pod-images.ts';
import type { GroundPod } from './meshed-pod.ts';

export interface Scenario {
  readonly pod: GroundPod;
  /** What the injector of the pod's release writes for it. */
  readonly expected: string;
  /** What the pod's condition comes to: `True Verified`. */
  readonly condition: string;
  /** What the init container leaves in the kernel: what its script does on the model, or nothing at all. */
  readonly kernel: 'as the script' | 'nothing';
  /** Connections arrive as the configuration says: true, false, or undefined where the pod never runs. */
  readonly redirected: boolean | undefined;
}

/** The configuration of the mesh in a phase: what it says, as far as a release knows it. */
export interface Phase {
  readonly title: string;
  /** Of the namespaces' names. */
  readonly id: string;
  readonly kind: 'ConfigMap' | 'MeshConfig';
  readonly wanted: ScriptOptions;
  readonly scenarios: readonly Scenario[];
}

const EXCLUDED: ScriptOptions = { ranges: ['2.2.2.0/24'], ports: [6379], inboundPorts: [9090] };
/** All that a mesh can be told, but for DNS. */
const EVERYTHING: ScriptOptions = {
  ...EXCLUDED,
  ranges: ['2.2.2.128/25'],
  includedRanges: ['3.3.3.0/24', '2.2.2.0/24'],
  interfaces: ['net1'],
  podIpMode: true,
};
const BACKENDS: readonly Backend[] = ['legacy', 'nft'];

const TAGS = new Map<Release, string>([
  [V0_7, INIT_TAGS.guide],
  [GUIDE, INIT_TAGS.guide],
  [V0_9_0, 'v0.9.0'],
  [V0_11, INIT_TAGS.guide],
  [V1_0, 'v1.0.0'],
  [V1_1_0, 'v1.1.0'],
  [V1_2, 'v1.2.3'],
  [EDGE_1_3, '1.3.0'],
  [FSM_1_0, '1.3.0'],
  [FSM_1_4_17, '1.4.20'],
]);

function scriptFor({ settings, dialect }: Release, wanted: ScriptOptions): string {
  const known = Object.entries(SETTING_OF).filter(([, setting]) => settings.includes(setting));
  const asked = Object.fromEntries(
    known.map(([option]) => [option, wanted[option as keyof typeof SETTING_OF]]),
  );
  return scriptIn(dialect, { ...(asked as ScriptOptions), uid: dialect.uid });
}

const SETTING_OF = {
  ranges: 'outboundRanges',
  ports: 'outboundPorts',
  inboundPorts: 'inboundPorts',
  includedRanges: 'includedRanges',
  interfaces: 'interfaces',
  podIpMode: 'podIpMode',
} as const;

function podOf(name: string, release: Release, backend: Backend, script: string | undefined): GroundPod {
  const tag = TAGS.get(release) ?? INIT_TAGS.guide;
  return { name: `${name}-${backend}`, release, backend, tag, script };
}

function idOf({ name }: Release): string {
  return name
    .toLowerCase()
    .replaceAll(' and later', '')
    .replaceAll(' to ', '-')
    .replaceAll(/[^a-z0-9]+/g, '-');
}

function good(release: Release, wanted: ScriptOptions = EXCLUDED): readonly Scenario[] {
  const expected = scriptFor(release, wanted);
  return BACKENDS.map((backend) => ({
    pod: podOf(idOf(release), release, backend, expected),
    expected,
    condition: 'True Verified',
    kernel: 'as the script',
    redirected: true,
  }));
}

/** Scripts that fail, at once or half-way, and scripts that run and do something else. */
function wrong(release: Release): readonly Scenario[] {
  const expected = scriptFor(release, EXCLUDED);
  const badRule = expected.replace('--to-port 15003', '--to-port 15003x');
  const noChain = expected.replace(/iptables -t nat -N PROXY_REDIRECT && |^:[A-Z_]*OUT_REDIRECT .*\n/m, '');
  const failing = { condition: 'False InitContainerCrashLoop', redirected: undefined } as const;
  const asScript = { expected, kernel: 'as the script' } as const;
  const id = idOf(release);
  return BACKENDS.flatMap((backend): readonly Scenario[] => {
    const pod = (what: string, script: string): GroundPod => podOf(`${id}-${what}`, release, backend, script);
    return [
      { ...asScript, ...failing, pod: pod('bad-rule', badRule) },
      { ...asScript, ...failing, pod: pod('no-chain', noChain) },
      { ...failing, expected, kernel: 'nothing', pod: { ...pod('no-net-admin', expected), netAdmin: false } },
      {
        ...asScript,
        pod: pod('no-exclusions', scriptFor(release, {})),
        condition: 'False ExcludedRangeMissing',
        redirected: false,
      },
      {
        ...asScript,
        pod: pod('too-much', scriptFor(release, { ...EXCLUDED, ranges: ['2.2.2.0/24', '3.3.3.0/24'] })),
        condition: 'False ExcludedRangeExtra',
        redirected: false,
      },
    ];
  });
}

function special(release: Release): readonly Scenario[] {
  const expected = scriptFor(release, EXCLUDED);
  const asScript = { expected, kernel: 'as the script', redirected: false } as const;
  const pod = (name: string, script: string | undefined): GroundPod => podOf(name, release, 'legacy', script);
  return [
    {
      ...asScript,
      pod: pod('without-init', undefined),
      condition: 'False InitContainerMissing',
      kernel: 'nothing',
    },
    {
      ...asScript,
      pod: { ...pod('without-sidecar', expected), sidecar: false },
      condition: 'False SidecarMissing',
    },
    {
      ...asScript,
      pod: { ...pod('app-as-sidecar', expected), appUser: release.dialect.uid },
      condition: 'False AppRunsAsProxyUser',
    },
    // Goes on after the rule that iptables refuses, and ends with 0.
    {
      ...asScript,
      pod: pod('goes-on', expected.replaceAll(' && ', ' ; ').replace('--to-port 15003', '--to-port 15003x')),
      condition: 'False RuleRefused',
    },
  ];
}

export const PHASES: readonly Phase[] = [
  {
    title: 'by ConfigMap',
    id: 'old',
    kind: 'ConfigMap',
    wanted: EXCLUDED,
    scenarios: [...[V0_7, GUIDE].flatMap((release) => good(release)), ...wrong(GUIDE), ...special(GUIDE)],
  },
  {
    title: 'by MeshConfig',
    id: 'new',
    kind: 'MeshConfig',
    wanted: EXCLUDED,
    scenarios: [
      ...[V0_9_0, V0_11, V1_0, V1_1_0, V1_2, EDGE_1_3, FSM_1_0, FSM_1_4_17].flatMap((release) =>
        good(release),
      ),
      ...wrong(V1_2),
    ],
  },
  {
    title: "by MeshConfig, with inclusions, interfaces and the pod's own address",
    id: 'all',
    kind: 'MeshConfig',
    wanted: EVERYTHING,
    scenarios: [V1_1_0, V1_2, EDGE_1_3, FSM_1_0, FSM_1_4_17].flatMap((release) => good(release, EVERYTHING)),
  },
];
