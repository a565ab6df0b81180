/**
 * What the configuration and a pod's annotations mean together: the exclusions that this one pod should have, by the rules
 * of its release.
 *
 * An item has two sides: the text that the injector writes into the script, and what is meant by it. They part where OSM
 * takes what iptables refuses or reads otherwise.
 */
import type { Cidr } from '../iptables/cidr.ts';
import { Memo } from '../memo.ts';
import { annotationsOf, type Annotation } from './annotations.ts';
import type { Item, List } from './lists.ts';
import { productOfKind, type MeshConfig, type Setting } from './mesh-config.ts';
import { ANNOTATED_LIST_NAMES, listAnnotation } from './names.ts';
import type { Pod } from './pod.ts';
import type { Release } from './releases.ts';

export interface Wanted<T> {
  /** As the injector writes it. */
  readonly written: string;
  /** undefined where it means nothing. */
  readonly value: T | undefined;
}

export interface Intent {
  readonly outboundRanges: readonly Wanted<Cidr>[];
  readonly includedRanges: readonly Wanted<Cidr>[];
  readonly outboundPorts: readonly Wanted<number>[];
  readonly inboundPorts: readonly Wanted<number>[];
  readonly interfaces: readonly Wanted<string>[];
  readonly podIpMode: boolean;
  readonly dnsProxy: boolean;
  readonly annotations: readonly Annotation[];
  /** What the configuration says and the pod's release does not know. */
  readonly unheard: readonly Setting[];
}

/** Of a mesh without a configuration that is known: nothing is excluded. */
export const NO_INTENT: Intent = {
  outboundRanges: [],
  includedRanges: [],
  outboundPorts: [],
  inboundPorts: [],
  interfaces: [],
  podIpMode: false,
  dnsProxy: false,
  annotations: [],
  unheard: [],
};

/** Pods that say the same share one intent; most say nothing. What is made of an intent can be kept with it. */
const known = new WeakMap<MeshConfig, Map<Release, Memo<Intent>>>();
/** In characters of annotations: what a large mesh writes, and no more of what somebody invents. */
const MOST_REMEMBERED = 200_000;

export function intentFor(pod: Pod, config: MeshConfig, release: Release): Intent {
  const product = productOfKind(release.reads);
  const texts = ANNOTATED_LIST_NAMES.map((list) => pod.annotations[listAnnotation(product, list)]);
  const byRelease = known.get(config) ?? new Map<Release, Memo<Intent>>();
  known.set(config, byRelease);
  const memo = byRelease.get(release) ?? new Memo<Intent>(MOST_REMEMBERED);
  byRelease.set(release, memo);
  return memo.get(JSON.stringify(texts), () =>
    mergedIntent(config, release, annotationsOf(pod, product, release)),
  );
}

/** What the configuration alone means: what a pod without annotations gets. */
export function intentOfConfig(config: MeshConfig, release: Release): Intent {
  return mergedIntent(config, release, []);
}

function mergedIntent(config: MeshConfig, release: Release, annotations: readonly Annotation[]): Intent {
  const knows = (setting: Setting): boolean => release.settings.includes(setting);
  const ports = (list: 'outboundPorts' | 'inboundPorts'): readonly Wanted<number>[] =>
    mergePorts(knows(list) ? config[list] : [], annotatedPorts(annotations, list), release);
  const ranges = (list: 'outboundRanges' | 'includedRanges'): readonly Wanted<Cidr>[] =>
    mergeRanges(knows(list) ? config[list] : [], annotatedRanges(annotations, list), release);
  return {
    outboundRanges: ranges('outboundRanges'),
    includedRanges: ranges('includedRanges'),
    outboundPorts: ports('outboundPorts'),
    inboundPorts: ports('inboundPorts'),
    interfaces: knows('interfaces') ? config.interfaces.map(wanted) : [],
    podIpMode: knows('podIpMode') && config.podIpMode,
    dnsProxy: knows('dnsProxy') && config.dnsProxy,
    annotations,
    unheard: SETTINGS.filter((setting) => !knows(setting) && says(config, setting)),
  };
}

/** What only some releases know. */
const SETTINGS: readonly Setting[] = [
  'outboundPorts',
  'inboundPorts',
  'includedRanges',
  'interfaces',
  'podIpMode',
];

function says(config: MeshConfig, setting: Setting): boolean {
  const value = config[setting];
  return typeof value === 'boolean' ? value : value.length > 0;
}

/**
 * The items that count. What was written on a running pod with a bad item among it would be denied at its next creation;
 * what is good of it is the best guess at what the pod was created with.
 */
function annotatedPorts(
  annotations: readonly Annotation[],
  list: 'outboundPorts' | 'inboundPorts',
): List<number> {
  return annotations.flatMap((each) => (each.list === list ? counting(each.fate, each.items) : []));
}

function annotatedRanges(
  annotations: readonly Annotation[],
  list: 'outboundRanges' | 'includedRanges',
): List<Cidr> {
  return annotations.flatMap((each) => (each.list === list ? counting(each.fate, each.items) : []));
}

function counting<T>(fate: Annotation['fate'], items: List<T>): List<T> {
  switch (fate) {
    case 'honoured':
      return items;
    case 'denied':
      return items.filter(({ value }) => value !== undefined);
    case 'dropped':
    case 'not-known':
      return [];
  }
}

/** The configuration's first, each number once, in the place where it came first. */
function mergePorts(
  configured: List<number>,
  annotated: List<number>,
  release: Release,
): readonly Wanted<number>[] {
  const asNumber = (item: Item<number>): Wanted<number> => {
    return {
      written: /^\+?[0-9]+$/.test(item.text) ? String(Number(item.text)) : item.text,
      value: item.value,
    };
  };
  const ofConfig = release.ports === 'as written' ? configured.map(wanted) : configured.map(asNumber);
  const seen = new Map<string, Wanted<number>>();
  for (const item of [...ofConfig, ...annotated.map(asNumber)]) {
    const key = item.value === undefined ? item.written : String(item.value);
    if (!seen.has(key)) seen.set(key, item);
  }
  return [...seen.values()];
}

/** Two spellings of one range are two to OSM. */
function mergeRanges(
  configured: List<Cidr>,
  annotated: List<Cidr>,
  release: Release,
): readonly Wanted<Cidr>[] {
  if (release.ranges === 'configuration') return configured.map(wanted);
  const items = [...annotated, ...configured];
  return [...new Map(items.map((item) => [item.text, wanted(item)])).values()];
}

function wanted<T>({ text, value }: Item<T>): Wanted<T> {
  return { written: text, value };
}
