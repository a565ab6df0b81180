/**
 * One statement instead of hundreds: when a change concerns many pods alike, the configuration object gets one Event
 * that counts them, and the pods keep their conditions.
 *
 * Guarantees: pure. The identity of a statement follows from the finding, the content of the configuration and the part
 * of the cluster that is judged, never from the number of pods: a replica that takes over in the middle of a change, when
 * fewer pods are left, makes the same statement.
 */
import type { MeshConfig } from '../core/osm/mesh-config.ts';
import { podKey, type Pod } from '../core/osm/pod.ts';
import type { EventInput } from '../kube/events.ts';
import type { News } from './news.ts';
import { regardingConfig } from './regarding.ts';

/** A pod about which there is something to tell. */
export interface Subject {
  readonly pod: Pod;
  /** The configuration that it was judged by: `ConfigMap/osm-system/osm-config`. */
  readonly configSource: string | undefined;
  readonly news: readonly News[];
}

export interface RollUp {
  /** On the configuration object. */
  readonly event: EventInput;
  /** Whom it speaks of, with what it says of each: the identities of news. */
  readonly members: readonly { readonly pod: Pod; readonly identities: readonly string[] }[];
}

/** Workloads that a note names; it says how many more there are. */
const MOST_NAMED = 5;

/**
 * Groups by configuration and reason, in order of appearance.
 *
 * @param subjects pods that no configuration can be told for are left out
 * @param configs the configurations of the cluster; one that is the only one stands for pods that were judged without
 * @param part which pods this process judges, where it does not judge all
 */
export function rollUps(
  subjects: readonly Subject[],
  configs: readonly MeshConfig[],
  part: string | undefined,
): readonly RollUp[] {
  const groups = new Map<string, { readonly config: MeshConfig; readonly members: Member[] }>();
  for (const { pod, configSource, news } of subjects) {
    const config = configSource === undefined ? onlyOf(configs) : bySource(configs, configSource);
    if (config === undefined) continue;
    for (const { event, identity } of news) {
      const key = `${config.source} ${event.type} ${event.reason}`;
      const group = groups.get(key) ?? { config, members: [] };
      groups.set(key, group);
      const last = group.members.at(-1);
      if (last?.pod === pod) last.identities.push(identity);
      else group.members.push({ pod, identities: [identity], event });
    }
  }
  return [...groups.values()].flatMap(({ config, members }) => {
    const [first] = members;
    return first === undefined ? [] : [{ event: statement(config, first, members, part), members }];
  });
}

interface Member {
  readonly pod: Pod;
  readonly identities: string[];
  readonly event: EventInput;
}

function statement(
  config: MeshConfig,
  { pod, event }: Member,
  members: readonly Member[],
  part: string | undefined,
): EventInput {
  const { type, reason, action } = event;
  // Of what is well only recoveries are told.
  const recovered = type === 'Normal';
  const who = `${count(members.length, 'pod')} of ${workloads(members, part)}`;
  const what = recovered ? `${who} recovered.` : `${who}.`;
  return {
    regarding: regardingConfig(config),
    type,
    reason,
    note: recovered ? `${what} ${event.note}` : `${what} For example ${podKey(pod)}: ${event.note}`,
    action,
    identity: JSON.stringify([contentOf(config), part]),
  };
}

/** `12 workloads: Deployment shop/web (20), Deployment shop/api (18) and 10 more` */
function workloads(members: readonly Member[], part: string | undefined): string {
  const counts = new Map<string, number>();
  for (const { pod } of members) {
    const { kind, name } = pod.owner ?? { kind: 'Pod', name: pod.name };
    const workload = `${kind} ${pod.namespace}/${name}`;
    counts.set(workload, (counts.get(workload) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a, most], [b, least]) => least - most || a.localeCompare(b));
  const named = sorted.slice(0, MOST_NAMED).map(([workload, pods]) => `${workload} (${pods})`);
  const more = sorted.length - named.length;
  const where = part === undefined ? '' : ` among the ${part}`;
  const others = more === 0 ? '' : ` and ${more} more`;
  return `${count(sorted.length, 'workload')}${where}: ${named.join(', ')}${others}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** What it says, whenever it was written. */
function contentOf(config: MeshConfig): unknown {
  return { ...config, changedAt: undefined };
}

function onlyOf(configs: readonly MeshConfig[]): MeshConfig | undefined {
  return configs.length === 1 ? configs[0] : undefined;
}

function bySource(configs: readonly MeshConfig[], wanted: string): MeshConfig | undefined {
  return configs.find(({ source }) => source === wanted);
}
