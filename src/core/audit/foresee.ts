/**
 * What a change of the configuration means for one pod: the judgement under what is in force now, held against the one
 * under what would be.
 *
 * Guarantees: pure; the same before and after is no change. What could not be told afterwards is undecided, never the same.
 * Limits: only what decides a status counts; warnings that come or go are told by `check` once the change is in force.
 */
import { asNew } from '../osm/inject.ts';
import { audit } from './audit.ts';
import type { FindingName } from './catalogue.ts';
import { findingIdentity } from './condition-text.ts';
import type { Finding } from './finding.ts';
import type { AuditInput } from './judgement.ts';
import type { Former } from './next-injection.ts';
import { prospectOf, type Prospect } from './prospect.ts';
import type { Report } from './report.ts';

/** A pod as it is judged by one configuration. */
export interface Outlook {
  /** undefined for a pod that is only described. */
  readonly running: Report | undefined;
  /** A new pod in its place. */
  readonly next: Prospect;
}

/** @param former what made the pod, by what is in force now */
export function outlookOf(input: AuditInput, former: Former | undefined): Outlook {
  return { running: audit(input), next: prospectOf({ ...input, pod: asNew(input.pod) }, former) };
}

export type Foresight =
  /** A new pod in its place would be refused, or its osm-init would fail. */
  | { readonly kind: 'cannot-start'; readonly because: readonly Finding[] }
  /** It runs on with rules that are no longer right. */
  | { readonly kind: 'restart'; readonly because: readonly Finding[] }
  /** It does not run yet, and would be wrong once it does. */
  | { readonly kind: 'wrong'; readonly because: readonly Finding[] }
  /** A new pod in its place would have no rules of the mesh, unlike now. */
  | { readonly kind: 'leaves'; readonly because: readonly Finding[] }
  | { readonly kind: 'undecided'; readonly because: readonly Finding[] }
  /** What is wrong or unknown now no longer would be; `because` is what ends. */
  | { readonly kind: 'right'; readonly because: readonly Finding[] }
  | { readonly kind: 'same'; readonly because: readonly Finding[] };

/** The worst first. */
export const FORESIGHTS = [
  'cannot-start',
  'restart',
  'wrong',
  'leaves',
  'undecided',
  'right',
  'same',
] as const;

export function foresee(before: Outlook, after: Outlook): Foresight {
  const { stops } = after.next;
  const worse = newIn(discrepancies(before), discrepancies(after));
  const broken = newIn(before.next.stops, stops).length > 0 || (worse.length > 0 && stops.length > 0);
  if (broken) return { kind: 'cannot-start', because: stops };
  if (worse.length > 0) return { kind: after.running === undefined ? 'wrong' : 'restart', because: worse };
  if (before.next.judgement !== undefined && after.next.judgement === undefined && isMeshed(before)) {
    return { kind: 'leaves', because: departure(after) };
  }
  const unknown = verdictOf(after).findings.filter(({ effect, name }) => {
    return effect === 'Unknown' && !OF_THIS_RUN.includes(name);
  });
  if (unknown.length > 0) return { kind: 'undecided', because: unknown };
  const ended = newIn([...deciding(after), ...stops], [...deciding(before), ...before.next.stops]);
  const good = deciding(after).length === 0 && stops.length === 0;
  return ended.length > 0 && good ? { kind: 'right', because: ended } : { kind: 'same', because: [] };
}

/** What is not known of how the pod runs now; whether its rules are those of a configuration is known all the same. */
const OF_THIS_RUN: readonly FindingName[] = [
  'PodStarting',
  'InitContainerStateLost',
  'InitContainerRerunFailed',
  'SidecarUserUnknown',
  'InjectionAnnotationInvalid',
];

/** The verdict that `check` shows. */
export function verdictOf({ running, next }: Outlook): Report {
  return running ?? next.report;
}

/** What is wrong with a configuration as such is told of it, and no restart mends it. */
function discrepancies(outlook: Outlook): readonly Finding[] {
  return verdictOf(outlook).findings.filter(
    ({ effect, scope }) => effect === 'Discrepant' && scope === 'pod',
  );
}

function deciding(outlook: Outlook): readonly Finding[] {
  return verdictOf(outlook).findings.filter(({ effect }) => effect === 'Discrepant' || effect === 'Unknown');
}

/** Each once: what stops a pod is among its findings too. */
function newIn(before: readonly Finding[], after: readonly Finding[]): readonly Finding[] {
  const known = new Set(before.map(findingIdentity));
  const found = after.filter((each) => !known.has(findingIdentity(each)));
  return [...new Map(found.map((each) => [findingIdentity(each), each])).values()];
}

/** A pod that lacks its sidecar has nothing to lose. */
function isMeshed({ running }: Outlook): boolean {
  return running === undefined || (running.dialect ?? running.configSource) !== undefined;
}

function departure({ running, next }: Outlook): readonly Finding[] {
  const told = running?.findings.filter(({ name }) => name === 'InjectedUnasked') ?? [];
  return told.length > 0 ? told : next.report.findings.filter(({ effect }) => effect === 'NotApplicable');
}
