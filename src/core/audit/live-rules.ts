/**
 * The rules that the kernel applies to a pod's connections, made of what was read of it.
 *
 * Guarantees: never throws; a reading that does not tell which rules apply ends in "not known" with the reason. Readings
 * of the same rules give the same rule set, whatever their counters and dates, so that it is judged once.
 * Limits: the table nat of IPv4 alone. Where both backends have rules the kernel asks both, and in which order no text
 * tells: then nothing is claimed.
 */
import { readHost } from '../iptables/cidr.ts';
import type { UnknownText } from '../iptables/execution.ts';
import { HOOKS, isBuiltIn, type Rule, type RuleSet } from '../iptables/model.ts';
import { readSave, type SavedRules } from '../iptables/save.ts';
import { BACKENDS, type Backend } from '../iptables/saved-tables.ts';
import { printPosition } from '../iptables/text-position.ts';
import { Memo } from '../memo.ts';
import type { Pod } from '../osm/pod.ts';
import type { FindingName } from './catalogue.ts';
import type { Evidence } from './finding.ts';
import type { LiveReading, LiveTables } from './live-reading.ts';
import { enumerate, quote } from './quote.ts';

export type LiveRules = KnownRules | UnknownRules;

export interface KnownRules {
  readonly kind: 'known';
  /** Whose rules apply; undefined where neither backend has any. */
  readonly backend: Backend | undefined;
  /** The pod's own address is `$POD_IP` in it, as in the rules that are expected. */
  readonly rules: RuleSet;
  /** Lines that are in the rules as something that is not known. */
  readonly notUnderstood: readonly UnknownText[];
  /** What was read of the backend. */
  readonly text: string;
}

/** `name` is the finding that says why. */
export interface UnknownRules {
  readonly kind: 'not-known';
  readonly name: Extract<FindingName, `Live${string}`>;
  readonly message: string;
  readonly evidence?: Evidence;
}

/** What the meaning of a reading depends on. */
type PodFacts = Pick<Pod, 'addresses' | 'runtimeClass'>;

/** @param pod whose addresses tell which DNAT leads to the pod itself */
export function liveRulesOf(reading: LiveReading, pod: PodFacts): LiveRules {
  switch (reading.kind) {
    case 'node-network':
      return {
        kind: 'not-known',
        name: 'LiveNodeNetwork',
        message: "The pod uses its node's network: the rules in the kernel are those of the node.",
      };
    case 'unreadable':
      return {
        kind: 'not-known',
        name: 'LiveUnreadable',
        message: `The rules in the kernel could not be read: ${reading.reason}.`,
      };
    case 'tables':
      return rulesOfTables(reading, pod);
  }
}

function rulesOfTables(reading: LiveTables, pod: PodFacts): LiveRules {
  const { saved, nativeChains } = reading;
  if (nativeChains.length > 0) {
    return {
      kind: 'not-known',
      name: 'LiveRulesNotUnderstood',
      message: `nftables has chains that translate addresses and that iptables does not show: ${enumerate(nativeChains.map(quote), 4)}.`,
      evidence: { values: nativeChains },
    };
  }
  const read = BACKENDS.map((backend): ReadTable & { backend: Backend } => {
    return { backend, ...rulesOf(saved[backend], pod) };
  });
  for (const { backend, notUnderstood } of read) {
    const lost = notUnderstood.find(({ inRules }) => !inRules);
    if (lost !== undefined) return hiddenIn(backend, lost);
  }
  const acting = read.filter(({ rules }) => HOOKS.some((hook) => (rules.chains.get(hook) ?? []).length > 0));
  if (acting.length > 1) {
    return {
      kind: 'not-known',
      name: 'LiveBackendsBoth',
      message:
        'Both iptables-legacy and iptables-nft have rules for the traffic of this pod. The kernel asks both, in an order that cannot be read, and what one lets pass the other may still redirect.',
    };
  }
  const holding = read.filter(({ rules }) => !isEmpty(rules));
  if (holding.length === 0 && pod.runtimeClass !== undefined) return elsewhere(pod.runtimeClass);
  const [chosen = EMPTY] = [...acting, ...holding];
  return { kind: 'known', ...chosen, text: chosen.backend === undefined ? '' : saved[chosen.backend] };
}

/** Kata's and its like: what the node's kernel holds says nothing of a pod whose network ends in a virtual machine. */
function elsewhere(runtimeClass: string): UnknownRules {
  return {
    kind: 'not-known',
    name: 'LiveUnreadable',
    message: `The rules in the kernel could not be read: the node's kernel holds none, and the runtime class ${quote(runtimeClass)} of the pod may give it a kernel of its own.`,
  };
}

interface ReadTable extends SavedRules {
  readonly backend: Backend | undefined;
}

const EMPTY: ReadTable = { backend: undefined, ...readSave('') };

/** Without a rule, and without a chain of its own. */
function isEmpty({ chains }: RuleSet): boolean {
  return [...chains].every(([name, rules]) => isBuiltIn(name) && rules.length === 0);
}

function hiddenIn(backend: Backend, { construct, text, at }: UnknownText): UnknownRules {
  return {
    kind: 'not-known',
    name: 'LiveRulesNotUnderstood',
    message: `What iptables-${backend} shows of the kernel holds ${construct}: ${quote(text)}.`,
    evidence: { text, position: printPosition(at) },
  };
}

const memo = new Memo<SavedRules>();

function rulesOf(text: string, { addresses }: Pick<Pod, 'addresses'>): SavedRules {
  const own = text.includes('--to-destination')
    ? addresses.map(ipv4).find((each) => each !== undefined)
    : undefined;
  const bare = withoutCounters(text);
  return memo.get(`${own ?? ''}\0${bare}`, () => {
    const { rules, notUnderstood } = readSave(bare);
    return { rules: own === undefined ? rules : withOwnAddress(rules, own), notUnderstood };
  });
}

function ipv4(address: string): number | undefined {
  const read = readHost(address);
  return read.kind === 'value' ? read.value : undefined;
}

/** Line by line without what differs from one reading to the next: dates, and how many packets have met each rule. */
function withoutCounters(text: string): string {
  return text
    .replace(/^# (?:Generated|Completed) .*$/gm, '')
    .replace(/^\[\d+:\d+\] /gm, '')
    .replace(/^(:\S+ \S+) \[\d+:\d+\]$/gm, '$1');
}

function withOwnAddress({ chains }: RuleSet, own: number): RuleSet {
  const replaced = (rule: Rule): Rule => {
    const { target } = rule;
    if (target.kind !== 'dnat' || target.address !== own) return rule;
    return { ...rule, target: { ...target, address: { variable: 'POD_IP' } } };
  };
  return { chains: new Map([...chains].map(([name, rules]) => [name, rules.map(replaced)])) };
}
