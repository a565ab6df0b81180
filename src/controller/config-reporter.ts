/**
 * Tells of a bad configuration with one Event on the configuration object itself, instead of one on each pod.
 *
 * Limits: a configuration that is missing or unreadable has no object to carry an Event; the log, the metrics and the
 * pods' conditions tell of it.
 */
import { checkConfig } from '../core/audit/checks/config.ts';
import { eventNote, findingIdentity } from '../core/audit/condition-text.ts';
import type { ConfigLookup } from '../core/osm/mesh-config.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Logger } from '../kube/logger.ts';

export class ConfigReporter {
  readonly #events: Pick<EventRecorder, 'ensure' | 'record'> | undefined;
  readonly #logger: Logger;
  #told: ReadonlySet<string> | undefined;
  #uid = '';
  /** The last report ended half-way: some of its Events may be written. */
  #halfTold = false;

  constructor(events: Pick<EventRecorder, 'ensure' | 'record'> | undefined, logger: Logger) {
    this.#events = events;
    this.#logger = logger;
  }

  /** @throws the API's error; the next try starts over */
  async report(lookup: ConfigLookup): Promise<void> {
    const uid = lookup.kind === 'found' ? lookup.config.uid : '';
    // What was told of a former object of the name says nothing about this one.
    const before = uid === this.#uid ? this.#told : undefined;
    const findings = checkConfig(lookup);
    const news = findings.filter((each) => before?.has(findingIdentity(each)) !== true);
    const again = this.#halfTold;
    const sure = before !== undefined && !again;
    this.#halfTold = true;
    for (const each of news) {
      const fields = { code: each.code, reason: each.name, finding: each.message };
      if (!again) this.#logger.warn('the mesh configuration has a finding', fields);
      if (lookup.kind !== 'found') continue;
      const { namespace, name } = lookup.config;
      const regarding = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name, uid };
      const event = {
        regarding,
        type: 'Warning',
        reason: each.name,
        note: eventNote(each),
        action: 'Audit',
      } as const;
      await (sure ? this.#events?.record(event) : this.#events?.ensure(event));
    }
    if (findings.length === 0 && before?.size !== 0) {
      this.#logger.info('the mesh configuration is valid', {
        source: lookup.kind === 'found' ? lookup.config.source : '',
      });
    }
    this.#halfTold = false;
    this.#uid = uid;
    this.#told = new Set(findings.map(findingIdentity));
  }
}
