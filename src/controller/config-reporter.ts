/**
 * Tells of bad configurations with one Event on the configuration object itself, instead of one on each pod.
 *
 * Limits: a configuration that is missing or unreadable has no object to carry an Event; the log, the metrics and the
 * pods' conditions tell of it.
 */
import { checkConfig } from '../core/audit/checks/config.ts';
import { eventNote, findingIdentity } from '../core/audit/condition-text.ts';
import type { ConfigLookup } from '../core/osm/mesh-config.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Logger } from '../kube/logger.ts';
import { regardingConfig } from './regarding.ts';

/** What was last told of one configuration. */
interface Told {
  readonly findings: ReadonlySet<string>;
  readonly uid: string;
  /** The last report ended half-way: some of its Events may be written. */
  readonly half: boolean;
}

export class ConfigReporter {
  readonly #events: Pick<EventRecorder, 'ensure' | 'record'> | undefined;
  readonly #logger: Logger;
  /** By subject. */
  #told: ReadonlyMap<string, Told> = new Map();

  constructor(events: Pick<EventRecorder, 'ensure' | 'record'> | undefined, logger: Logger) {
    this.#events = events;
    this.#logger = logger;
  }

  /** Forgets what was told: another replica may have told other things meanwhile. */
  reset(): void {
    this.#told = new Map();
  }

  /**
   * @param lookups the configurations of all meshes; one that cannot be told of does not keep the others silent
   * @throws the API's first error; the next try starts over
   */
  async report(lookups: readonly ConfigLookup[]): Promise<void> {
    const before = this.#told;
    const told = new Map<string, Told>();
    this.#told = told;
    const failures: unknown[] = [];
    for (const lookup of lookups) {
      const subject = subjectOf(lookup);
      const known = before.get(subject);
      // Whatever ends this, the next report must know what this one has begun.
      told.set(subject, { findings: new Set(), uid: '', ...known, half: true });
      try {
        told.set(subject, await this.#reportOne(lookup, known));
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  async #reportOne(lookup: ConfigLookup, known: Told | undefined): Promise<Told> {
    const uid = lookup.kind === 'found' ? lookup.config.uid : '';
    // What was told of a former object of the name says nothing about this one.
    const before = known?.uid === uid ? known : undefined;
    const again = known?.half === true;
    const findings = checkConfig(lookup).filter(({ severity }) => severity !== 'info');
    const news = findings.filter((each) => before?.findings.has(findingIdentity(each)) !== true);
    const sure = before !== undefined && !again;
    for (const each of news) {
      const fields = { code: each.code, reason: each.name, finding: each.message };
      if (!again) this.#logger.warn('the mesh configuration has a finding', fields);
      if (lookup.kind !== 'found') continue;
      const event = {
        regarding: regardingConfig(lookup.config),
        type: 'Warning',
        reason: each.name,
        note: eventNote(each),
        action: 'Audit',
      } as const;
      await (sure ? this.#events?.record(event) : this.#events?.ensure(event));
    }
    if (findings.length === 0 && (before === undefined || before.findings.size > 0)) {
      this.#logger.info('the mesh configuration is valid', {
        source: lookup.kind === 'found' ? lookup.config.source : '',
      });
    }
    return { findings: new Set(findings.map(findingIdentity)), uid, half: false };
  }
}

/** What has no object is known by all that there is to say of it. */
function subjectOf(lookup: ConfigLookup): string {
  return lookup.kind === 'found' ? lookup.config.source : JSON.stringify(lookup);
}
