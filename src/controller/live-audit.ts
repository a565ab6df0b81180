/**
 * The verdicts of a cluster's pods, kept as they change, for somebody who watches: the controller's informers and
 * judgement without its work queue, reports and writes.
 *
 * Guarantees: writes nothing to the cluster. Only what may have changed is judged again: a pod that did, all when the
 * configuration or a namespace did, and those whose verdict time alone changes.
 */
import { isDeepStrictEqual } from 'node:util';
import { audit } from '../core/audit/audit.ts';
import { findingIdentity } from '../core/audit/condition-text.ts';
import type { Report } from '../core/audit/report.ts';
import type { Clock } from '../kube/clock.ts';
import { describeError } from '../kube/describe-error.ts';
import { gather, type GatherOptions, type Surroundings } from './gatherer.ts';
import type { Informers } from './informers.ts';
import { sight } from './sight.ts';

export interface LiveAuditOptions {
  /** Not running yet. */
  readonly informers: Informers;
  readonly around: Surroundings;
  readonly gathering: GatherOptions;
  readonly clock: Pick<Clock, 'now'>;
}

export interface Look {
  /** How many verdicts were made; the words of one may change without being news. */
  readonly judged: number;
  /** Pods whose status or findings are others than before, new ones among them. */
  readonly changed: readonly Report[];
  /** The last verdict on pods that are gone. */
  readonly gone: readonly Report[];
}

export class LiveAudit {
  readonly #options: LiveAuditOptions;
  readonly #reports = new Map<string, Report>();
  #due = new Set<string>();
  #allDue = true;

  constructor(options: LiveAuditOptions) {
    const { pods, namespaces, configs, webhooks } = options.informers;
    this.#options = options;
    pods.onChange((key) => this.#due.add(key));
    for (const informer of [namespaces, ...Object.values(configs), webhooks]) {
      const all = (): void => {
        this.#allDue = true;
      };
      informer.onChange(all);
      informer.onRefusal(all);
    }
  }

  /** Follows the cluster until `signal` aborts. May be called once. */
  async run(signal: AbortSignal): Promise<void> {
    const { pods, namespaces, configs, webhooks } = this.#options.informers;
    const all = [pods, namespaces, ...Object.values(configs), webhooks];
    await Promise.all(all.map((informer) => informer.run(signal)));
  }

  /** Why not all can be judged yet; undefined once pods are listed and all else is listed or refused. */
  get waitsFor(): string | undefined {
    const { pods, namespaces, configs, webhooks } = this.#options.informers;
    const others = [namespaces, ...Object.values(configs), webhooks];
    const first = pods.synced ? others.find(({ synced, refusal }) => !synced && refusal === undefined) : pods;
    if (first === undefined) return undefined;
    const { failure } = first.stats;
    return failure === undefined ? first.name : `${first.name}: ${describeError(failure)}`;
  }

  /** Why what is shown may no longer be true. */
  get trouble(): string | undefined {
    const { informers, clock } = this.#options;
    const { refusal } = informers.pods;
    if (refusal !== undefined) return `pods may not be watched (${describeError(refusal)})`;
    const seen = sight(informers, clock.now());
    return seen.ready ? undefined : seen.reason;
  }

  /** By namespace and name. */
  get reports(): readonly Report[] {
    const keyed = [...this.#reports].sort(([a], [b]) => (a < b ? -1 : 1));
    return keyed.map(([, report]) => report);
  }

  /** Judges what may have changed since the last look. */
  look(): Look {
    const { pods } = this.#options.informers;
    const now = this.#options.clock.now();
    const due = this.#allDue ? new Set([...pods.keys(), ...this.#reports.keys()]) : this.#due;
    for (const [key, { recheckAt }] of this.#reports) {
      // One millisecond late, so that the period has ended when it is looked at.
      if (recheckAt !== undefined && recheckAt < now) due.add(key);
    }
    this.#due = new Set();
    this.#allDue = false;
    const changed: Report[] = [];
    const gone: Report[] = [];
    for (const key of due) {
      const before = this.#reports.get(key);
      const after = this.#judge(key, now);
      if (after === undefined) {
        this.#reports.delete(key);
        if (before !== undefined) gone.push(before);
        continue;
      }
      this.#reports.set(key, after);
      if (before === undefined || !isDeepStrictEqual(verdictOf(before), verdictOf(after)))
        changed.push(after);
    }
    return { judged: due.size, changed, gone };
  }

  #judge(key: string, now: number): Report | undefined {
    const { informers, around, gathering } = this.#options;
    const pod = informers.pods.get(key)?.pod;
    return pod === undefined ? undefined : audit(gather(pod, around, gathering, now));
  }
}

/** What a change of is news; the words of a finding may change without being any. */
function verdictOf({ status, findings }: Report): readonly string[] {
  return [status, ...findings.map(findingIdentity)];
}
