/**
 * What the checks of a meshed pod judge by: the input, and what follows from it once, computed before the checks run.
 */
import type { Finding } from './finding.ts';
import { graceEnd } from './grace.ts';
import { compareScript, NOT_RUN, runScript, type RuleComparison } from './rule-comparison.ts';
import type { Execution } from '../iptables/execution.ts';
import { positionAt } from '../iptables/text-position.ts';
import { recogniseDialect, type Dialect } from '../osm/dialect.ts';
import { initScriptOf, kubernetesReference } from '../osm/init-script.ts';
import { intentFor, type Intent } from '../osm/intent.ts';
import type { ConfigLookup, MeshConfig } from '../osm/mesh-config.ts';
import { initContainerOf, sidecarOf } from '../osm/names.ts';
import type { Container, InitContainer, Namespace, Pod } from '../osm/pod.ts';

/** Everything that a verdict depends on. */
export interface AuditInput {
  readonly pod: Pod;
  /** undefined when it is not known. */
  readonly namespace: Namespace | undefined;
  readonly config: ConfigLookup;
  /** Where OSM itself runs. */
  readonly osmNamespace: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How long a pod may take to start, in milliseconds. */
  readonly graceMs: number;
}

export interface Judgement {
  readonly pod: Pod;
  readonly config: MeshConfig | undefined;
  readonly init: InitContainer | undefined;
  readonly sidecar: Container | undefined;
  /** Whether the pod is still within its grace period. */
  readonly inGrace: boolean;
  /** undefined when osm-init runs no script that the pod carries. */
  readonly installed: Execution | undefined;
  /** undefined when the chains belong to no known release. */
  readonly dialect: Dialect | undefined;
  /** Expected and installed rules; only when the whole script is understood and its dialect known. */
  readonly comparison: RuleComparison | undefined;
  readonly intent: Intent | undefined;
}

/** A check looks at one question and answers with what it finds; it never throws. */
export type Check = (judgement: Judgement) => readonly Finding[];

export function judgementFor({ pod, config: lookup, now, graceMs }: AuditInput): Judgement {
  const config = lookup.kind === 'found' ? lookup.config : undefined;
  const init = initContainerOf(pod);
  const installed = init === undefined ? undefined : installedBy(init);
  const completed = installed?.ending.kind === 'completed';
  const dialect = completed ? recogniseDialect(installed.rules) : undefined;
  const intent = config === undefined ? undefined : intentFor(pod, config);
  return {
    pod,
    config,
    init,
    sidecar: sidecarOf(pod),
    inGrace: now < (graceEnd(pod, graceMs) ?? now),
    installed,
    dialect,
    comparison: dialect === undefined || !completed ? undefined : compareScript(dialect, intent, installed),
    intent,
  };
}

/** What the script of osm-init leaves behind; undefined when the pod does not carry one. */
export function installedBy(init: InitContainer): Execution | undefined {
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
