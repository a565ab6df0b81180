/** What reports are written with: the recorder of Events and the writer of conditions, each counted by the metrics. */
import type { ConditionWords } from '../core/audit/condition-text.ts';
import type { Clock } from '../kube/clock.ts';
import { EventRecorder, type Reporter } from '../kube/events.ts';
import type { WorkMetrics } from '../metrics/work-metrics.ts';
import { ConditionWriter, type ConditionWriterOptions } from './condition-writer.ts';
import type { LimitedWrites } from './write-limit.ts';

export interface WritersOptions {
  readonly writes: LimitedWrites;
  readonly clock: Clock;
  readonly metrics: Pick<WorkMetrics, 'eventsTotal' | 'eventsDropped' | 'conditionPatches'>;
  readonly writeConditions: boolean;
  readonly writeEvents: boolean;
  /** Who tells. */
  readonly reporter: Reporter;
  /** Which condition. */
  readonly words: ConditionWords;
  readonly lookAgain: ConditionWriterOptions['lookAgain'];
}

/** undefined is switched off. */
export interface Writers {
  readonly events: EventRecorder | undefined;
  readonly conditions: ConditionWriter | undefined;
}

export function createWriters(options: WritersOptions): Writers {
  const { writes, clock, metrics, reporter, words, lookAgain } = options;
  return {
    events: options.writeEvents
      ? new EventRecorder({
          api: writes.events,
          reporter,
          clock,
          observer: {
            written: (type) => metrics.eventsTotal.inc({ type }),
            dropped: (type, reason) => metrics.eventsDropped.inc({ type, reason }),
          },
        })
      : undefined,
    conditions: options.writeConditions
      ? new ConditionWriter({
          api: writes.conditions,
          clock,
          words,
          onPatch: (result) => metrics.conditionPatches.inc({ result }),
          lookAgain,
        })
      : undefined,
  };
}
