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
  /** What the pod's condition comes to: `True Verified`. */
  readonly condition: string;
  /** What the init container leaves in the kernel: what its script does on the model, or nothing at all. */
  readonly kernel: 'as the script' | 'nothing';
  /** Connections arrive as the configuration says: true, false, or undefined where the pod never runs. */
  readonly redirected: boolean | undefined;
}

/** What the mesh's configuration excludes in all of these scenarios, as far as a release knows it. */
export const EXCLUDED = { ranges: ['2.2.2.0/24'], ports: [6379], inboundPorts: [9090] } as const;
export const BACKENDS: readonly Backend[] = ['legacy', 'nft'];

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

/** What the injector of the release would be asked for. */
export function exclusionsFor({ settings, dialect }: Release): ScriptOptions {
  const knows = (setting: (typeof settings)[number]): boolean => settings.includes(setting);
  return {
    uid: dialect.uid,
    ...(knows('outboundRanges') ? { ranges: EXCLUDED.ranges } : {}),
    ...(knows('outboundPorts') ? { ports: EXCLUDED.ports } : {}),
    ...(knows('inboundPorts') ? { inboundPorts: EXCLUDED.inboundPorts } : {}),
  };
}

export function expectedScriptFor(release: Release): string {
  return scriptIn(release.dialect, exclusionsFor(release));
}

function podOf(name: string, release: Release, backend: Backend, rest: Partial<GroundPod> = {}): GroundPod {
  const tag = TAGS.get(release) ?? INIT_TAGS.guide;
  return { name: `${name}-${backend}`, release, backend, tag, script: expectedScriptFor(release), ...rest };
}

function idOf({ name }: Release): string {
  return name
    .toLowerCase()
    .replaceAll(' and later', '')
    .replaceAll(' to ', '-')
    .replaceAll(/[^a-z0-9]+/g, '-');
}

function good(release: Release): readonly Scenario[] {
  return BACKENDS.map((backend) => ({
    pod: podOf(idOf(release), release, backend),
    condition: 'True Verified',
    kernel: 'as the script',
    redirected: true,
  }));
}

/** One after the other: a chain is missing, so a command fails in the middle and what was before it stays. */
function wrong(release: Release): readonly Scenario[] {
  const script = expectedScriptFor(release);
  const bad = script.replace('--to-port 15003', '--to-port 15003x');
  const unchained = script.replace(/iptables -t nat -N PROXY_REDIRECT && |^:[A-Z_]*OUT_REDIRECT .*\n/m, '');
  const id = idOf(release);
  return BACKENDS.flatMap((backend): readonly Scenario[] => [
    {
      pod: podOf(`${id}-bad-rule`, release, backend, { script: bad }),
      condition: 'False InitContainerCrashLoop',
      kernel: 'as the script',
      redirected: undefined,
    },
    {
      pod: podOf(`${id}-no-chain`, release, backend, { script: unchained }),
      condition: 'False InitContainerCrashLoop',
      kernel: 'as the script',
      redirected: undefined,
    },
    {
      pod: podOf(`${id}-no-net-admin`, release, backend, { netAdmin: false }),
      condition: 'False InitContainerCrashLoop',
      kernel: 'nothing',
      redirected: undefined,
    },
    {
      pod: podOf(`${id}-no-exclusions`, release, backend, {
        script: scriptIn(release.dialect, { uid: release.dialect.uid }),
      }),
      condition: 'False ExcludedRangeMissing',
      kernel: 'as the script',
      redirected: false,
    },
    {
      pod: podOf(`${id}-too-much`, release, backend, {
        script: scriptIn(release.dialect, {
          ...exclusionsFor(release),
          ranges: ['2.2.2.0/24', '3.3.3.0/24'],
        }),
      }),
      condition: 'False ExcludedRangeExtra',
      kernel: 'as the script',
      redirected: false,
    },
  ]);
}

function special(release: Release): readonly Scenario[] {
  return [
    {
      pod: podOf('without-init', release, 'legacy', { script: undefined }),
      condition: 'False InitContainerMissing',
      kernel: 'nothing',
      redirected: false,
    },
    {
      pod: podOf('without-sidecar', release, 'legacy', { sidecar: false }),
      condition: 'False SidecarMissing',
      kernel: 'as the script',
      redirected: false,
    },
    {
      pod: podOf('app-as-sidecar', release, 'legacy', { appUser: release.dialect.uid }),
      condition: 'False AppRunsAsProxyUser',
      kernel: 'as the script',
      redirected: false,
    },
  ];
}

/** By the object that the mesh reads its configuration from. */
export const SCENARIOS: Readonly<Record<'ConfigMap' | 'MeshConfig', readonly Scenario[]>> = {
  ConfigMap: [...[V0_7, GUIDE].flatMap(good), ...wrong(GUIDE), ...special(GUIDE)],
  MeshConfig: [
    ...[V0_9_0, V0_11, V1_0, V1_1_0, V1_2, EDGE_1_3, FSM_1_0, FSM_1_4_17].flatMap(good),
    ...wrong(V1_2),
  ],
};
