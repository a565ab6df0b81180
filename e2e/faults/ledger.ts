/**
 * Which Events there may be, and which there must be: a ledger of every statement that has been true of a pod, kept by
 * the test that made it true.
 *
 * - A finding that stood still long enough to be seen (`settled`) has exactly one Event object, for ever. Its count is
 *   at most the number of times that the finding came.
 * - A finding that came and went unseen may have been told or not.
 * - What was never true has no Event; except, where `staleConfig` says so, on pods that may have been held for a moment
 *   against the configuration before a change.
 * - A pod that was seen Discrepant and then Verified has one Normal Event of its recovery.
 */
import { catalogueEntry } from '../../src/core/audit/catalogue.ts';
import type { Event } from '../scenarios/reported.ts';
import type { JudgedFinding, JudgedPod } from './verdicts.ts';

export interface EventOnServer extends Event {
  readonly regarding: Event['regarding'] & { readonly uid: string };
}

const RECOVERED = 'RedirectionVerified';

/** One statement about one pod. */
interface Entry {
  /** How often it came, at most: a controller may have missed some of it. */
  times: number;
  /** It was there when everything was at rest. */
  seen: boolean;
}

interface Page {
  readonly name: string;
  /** By reason, then by the values that it names. */
  readonly statements: Map<string, Map<string, Entry>>;
  now: ReadonlySet<string>;
  /** Discrepant since last seen Verified, and whether that was seen. */
  troubled: 'no' | 'perhaps' | 'yes';
  /** The recovery from it has been entered. */
  recovered: boolean;
}

export class Ledger {
  /** A configuration has changed while a controller was perhaps blind. */
  staleConfig = false;
  /** By the pod's uid; a page outlives its pod, as Events do. */
  readonly #pages = new Map<string, Page>();

  /** Takes note of what is true now. `settled`: and the controller has had the time to see it. */
  observe(pods: readonly JudgedPod[], settled: boolean): void {
    for (const pod of pods) this.#observe(pod, settled);
  }

  /** What is wrong with the Events, in sentences. */
  complaints(events: readonly EventOnServer[]): readonly string[] {
    const told = groupBy(events, ({ regarding }) => regarding.uid);
    const strangers = [...told].filter(([uid]) => !this.#pages.has(uid));
    return [
      ...strangers.map(([uid, [event]]) => `an Event ${event?.reason} about an unknown pod ${uid}`),
      ...[...this.#pages].flatMap(([uid, page]) => this.#complaintsOf(page, told.get(uid) ?? [])),
    ];
  }

  #observe({ uid, name, status, findings }: JudgedPod, settled: boolean): void {
    const page = this.#page(uid, name);
    const now = new Set<string>();
    for (const finding of findings.filter(isTold)) {
      const entry = entryOf(page, finding.reason, valuesOf(finding));
      const identity = `${finding.reason} ${valuesOf(finding)}`;
      now.add(identity);
      if (!page.now.has(identity)) entry.times += 1;
      entry.seen ||= settled;
    }
    page.now = now;
    if (status === 'Discrepant') {
      page.troubled = settled || page.troubled === 'yes' ? 'yes' : 'perhaps';
      page.recovered = false;
    }
    if (status === 'Verified' && page.troubled !== 'no') {
      const entry = entryOf(page, RECOVERED, '');
      if (!page.recovered) entry.times += 1;
      page.recovered = true;
      if (!settled) return;
      entry.seen ||= page.troubled === 'yes';
      page.troubled = 'no';
    }
  }

  #page(uid: string, name: string): Page {
    const known = this.#pages.get(uid);
    if (known !== undefined) return known;
    const page: Page = { name, statements: new Map(), now: new Set(), troubled: 'no', recovered: false };
    this.#pages.set(uid, page);
    return page;
  }

  #complaintsOf(page: Page, events: readonly EventOnServer[]): readonly string[] {
    const told = groupBy(events, ({ reason }) => reason);
    const complaints: string[] = [];
    for (const [reason, statements] of page.statements) {
      const due = [...statements.values()].filter(({ seen }) => seen).length;
      const objects = told.get(reason)?.length ?? 0;
      if (objects < due) complaints.push(`${page.name}: ${objects} Events ${reason}, ${due} expected`);
    }
    for (const [reason, objects] of told) {
      const entries = [...(page.statements.get(reason)?.values() ?? [])];
      const times = entries.reduce((sum, entry) => sum + entry.times, 0);
      const count = objects.reduce((sum, { series }) => sum + (series?.count ?? 1), 0);
      const notes = new Set(objects.map(({ note }) => note));
      if (notes.size < objects.length) complaints.push(`${page.name}: the same Event ${reason} twice`);
      if (this.staleConfig) continue;
      if (objects.length > entries.length)
        complaints.push(`${page.name}: ${objects.length} Events ${reason} for ${entries.length} statements`);
      else if (count > times)
        complaints.push(`${page.name}: ${reason} told ${count} times, true ${times} times`);
    }
    return complaints;
  }
}

/** Notes, and what is not the pod's own, have no Event on the pod. */
function isTold({ reason, severity }: JudgedFinding): boolean {
  return severity !== 'info' && catalogueEntry(reason).scope === 'pod';
}

function valuesOf({ evidence }: JudgedFinding): string {
  return (evidence.values ?? []).join(' ');
}

function entryOf({ statements }: Page, reason: string, values: string): Entry {
  const byValues = statements.get(reason) ?? new Map<string, Entry>();
  statements.set(reason, byValues);
  const entry = byValues.get(values) ?? { times: 0, seen: false };
  byValues.set(values, entry);
  return entry;
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
