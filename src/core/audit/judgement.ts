/**
 * What the checks of a meshed pod judge by: the input, and what follows from it once, computed before the checks run.
 */
import type { Finding } from './finding.ts';
import { graceEnd } from './grace.ts';
import type { LiveReading } from './live-reading.ts';
import { bestFit, type Fit } from './best-fit.ts';
import { NOT_RUN, runScript, type RuleComparison } from './rule-comparison.ts';
import type { Execution } from '../iptables/execution.ts';
import { positionAt } from '../iptables/text-position.ts';
import { ANY_MESH, chooseConfig, meshNamespaces, type ConfigSet, type Mesh } from '../osm/choose-config.ts';
import type { Dialect, Fork } from '../osm/dialect.ts';
import { initScriptOf, kubernetesReference } from '../osm/init-script.ts';
import type { Intent } from '../osm/intent.ts';
import { monitoredBy, type Surroundings } from '../osm/membership.ts';
import { IPTABLES, type ConfigKind, type ConfigLookup, type MeshConfig } from '../osm/mesh-config.ts';
import { FSM, initContainerOf, OSM, productOf, sidecarOf, type Product } from '../osm/names.ts';
import type { Container, InitContainer, Namespace, Pod } from '../osm/pod.ts';
import { configKindsOf, newestRelease, possibleReleases } from '../osm/recognise.ts';
import type { Release } from '../osm/releases.ts';

/** Everything that a verdict depends on. */
export interface AuditInput {
  readonly pod: Pod;
  /** undefined when it is not known. */
  readonly namespace: Namespace | undefined;
  readonly configs: ConfigSet;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How long a pod may take to start, in milliseconds. */
  readonly graceMs: number;
  /** How long an injector may go on using a configuration that has been changed, in milliseconds. */
  readonly settleMs: number;
  /** What the mesh's builders have changed of the release. */
  readonly fork: Fork;
  /** undefined where nobody has looked into the kernel: then nothing is said of it. */
  readonly live?: LiveReading;
}

export interface Judgement {
  readonly pod: Pod;
  readonly product: Product;
  /** The mesh that monitors the pod's namespace, if more is known of it than its name. */
  readonly mesh: Mesh | undefined;
  readonly lookup: ConfigLookup;
  readonly config: MeshConfig | undefined;
  readonly init: InitContainer | undefined;
  readonly sidecar: Container | undefined;
  /** The user of the sidecar, as it says or as was given; undefined where its image decides. */
  readonly proxyUser: number | undefined;
  readonly fork: Fork;
  /** Whether the pod is still within its grace period. */
  readonly inGrace: boolean;
  /** Whether the injector may have used the configuration of before a recent change; then until when. */
  readonly settlesAt: number | undefined;
  /** undefined when osm-init runs no script that the pod carries. */
  readonly installed: Execution | undefined;
  /** The release whose rules the pod is judged by; undefined when its chains belong to none that is known. */
  readonly release: Release | undefined;
  readonly dialect: Dialect | undefined;
  /** Expected and installed rules; only when the whole script is understood and its dialect known. */
  readonly comparison: RuleComparison | undefined;
  readonly intent: Intent | undefined;
  readonly live: LiveReading | undefined;
  /** The pod is not there: it is what an injector would make. See prospect.ts. */
  readonly predicted: boolean;
}

/** A check looks at one question and answers with what it finds; it never throws. */
export type Check = (judgement: Judgement) => readonly Finding[];

export function judgementFor(input: AuditInput): Judgement {
  const { pod, namespace, configs, fork, now, graceMs } = input;
  const init = initContainerOf(pod);
  const installed = init === undefined ? undefined : installedBy(init);
  const candidates =
    installed?.ending.kind === 'completed' ? possibleReleases(pod, installed.rules, fork) : [];
  const kinds =
    candidates.length === 0 ? configKindsOf(pod) : [...new Set(candidates.map(({ reads }) => reads))];
  const monitor = monitoredBy(namespace)?.mesh;
  const lookup = lookupFor(input, kinds);
  const config = lookup.kind === 'found' ? lookup.config : undefined;
  const sidecar = sidecarOf(pod);
  const fit: Fit | undefined =
    installed?.ending.kind === 'completed'
      ? bestFit({ pod, config, fork, candidates }, installed)
      : undefined;
  return {
    pod,
    product: productOf(pod) ?? OSM,
    mesh: configs.meshes.find(({ name }) => name === monitor),
    lookup,
    config,
    init,
    sidecar,
    proxyUser: fork.uid ?? sidecar?.runAsUser,
    fork,
    inGrace: now < (graceEnd(pod, graceMs) ?? now),
    settlesAt: settlesAt(input, config),
    installed,
    release: fit?.release,
    dialect: fit?.release.dialect,
    comparison: fit?.comparison,
    intent: fit?.intent,
    live: input.live,
    predicted: false,
  };
}

/** The configuration of the pod's mesh, for injectors that read one of these kinds. */
export function lookupFor({ namespace, configs }: AuditInput, kinds: readonly ConfigKind[]): ConfigLookup {
  return chooseConfig(configs, meshOf(namespace), kinds);
}

function meshOf(namespace: Namespace | undefined): string | typeof ANY_MESH | undefined {
  return namespace === undefined ? ANY_MESH : monitoredBy(namespace)?.mesh;
}

/**
 * How the pod's mesh gets traffic to sidecars; undefined where its configuration is not known. OSM itself has no other way
 * than rules in the pod.
 */
export function interceptionFor(input: AuditInput): string | undefined {
  const { pod } = input;
  const lookup = lookupFor(input, configKindsOf(pod));
  if (lookup.kind === 'found') return lookup.config.interception;
  return productOf(pod) === FSM ? undefined : IPTABLES;
}

/** What membership depends on beside the pod. */
export function surroundingsFor(input: AuditInput): Surroundings {
  const { namespace, configs } = input;
  return { namespace, meshNamespaces: meshNamespaces(configs), interception: interceptionFor(input) };
}

/**
 * An injector hears of a change with some delay, and so does whoever audits: a pod that is created around the time of a
 * change may rightly carry the old list or the new one until things have settled.
 */
function settlesAt({ pod, now, settleMs }: AuditInput, config: MeshConfig | undefined): number | undefined {
  const { createdAt } = pod;
  const changedAt = config?.changedAt;
  if (createdAt === undefined || changedAt === undefined) return undefined;
  if (Math.abs(createdAt - changedAt) >= settleMs) return undefined;
  const end = Math.max(createdAt, changedAt) + settleMs;
  return now < end ? end : undefined;
}

/** The release to take the pod for where its rules do not tell: the newest that reads its configuration. */
export function likelyRelease({ pod, config, installed, release }: Judgement, fork: Fork): Release {
  if (release !== undefined) return release;
  const possible = installed === undefined ? [] : possibleReleases(pod, installed.rules, fork);
  const fitting = possible.filter(({ reads }) => config === undefined || reads === config.kind);
  const kind = config?.kind ?? (productOf(pod) === FSM ? 'FsmMeshConfig' : 'ConfigMap');
  return fitting[0] ?? newestRelease(kind, fork);
}

/** What the script of osm-init leaves behind; undefined when the pod does not carry one. */
function installedBy(init: InitContainer): Execution | undefined {
  const script = initScriptOf(init);
  if (script === undefined) return undefined;
  const reference = kubernetesReference(script);
  if (reference === undefined) return runScript(script, init.env);
  const construct = 'a reference that Kubernetes replaces before the shell runs';
  const text = script.slice(reference, reference + 120);
  return {
    ...NOT_RUN,
    ending: { kind: 'not-understood', construct, text, at: positionAt(script, reference) },
  };
}
