/**
 * Every metric there is: its name, type, help and labels. docs/metrics.md is made from this table.
 *
 * Names are a contract. No label carries a pod's name, but for the one of which live-table.ts says why; a deleted pod's
 * numbers go with it.
 */
import { LIVE_METRICS } from './live-table.ts';
import { define, SECONDS, type MetricEntry } from './metric-entry.ts';

const MILLISECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25];
/** Most work is to find that nothing is to be written. */
const WORK_SECONDS = [0.001, 0.0025, ...SECONDS];

/** Of the controller alone: the cluster's numbers, which must not be served twice. */
export const CONTROLLER_METRICS = {
  pods: define('gauge', 'pods', 'Pods by the status that they were last judged to have.', [
    'namespace',
    'status',
  ]),
  findings: define('gauge', 'findings', 'Pods that have the finding now; falls when they are mended.', [
    'namespace',
    'code',
    'severity',
  ]),
  configValid: define(
    'gauge',
    'config_valid',
    '1 when the mesh configuration was found and every value in it means something, else 0.',
  ),
  policyReportWrites: define(
    'counter',
    'policy_report_writes_total',
    'Policy reports created or patched by result.',
    ['result'],
  ),
  leader: define(
    'gauge',
    'leader',
    '1 while this replica writes conditions and Events; all others watch, judge and count.',
  ),
} as const satisfies Readonly<Record<string, MetricEntry>>;

/** Of the controller and of each node agent: how the process that serves them does its work. */
export const WORK_METRICS = {
  auditDuration: define('histogram', 'audit_duration_seconds', 'Time to judge one pod.', [], MILLISECONDS),
  detectionLatency: define(
    'histogram',
    'detection_latency_seconds',
    'Time from the notice of a change to the end of the writes that report it; only changes that led to a write count.',
    [],
    SECONDS,
  ),
  sweepDuration: define(
    'histogram',
    'sweep_duration_seconds',
    'Time to judge all pods after a change of the configuration, or those of a namespace; nothing is written in it.',
    [],
    SECONDS,
  ),
  reconcileTotal: define('counter', 'reconcile_total', 'Reconciliations by result.', ['result']),
  workqueueDepth: define('gauge', 'workqueue_depth', 'Keys waiting in line.'),
  workqueueAdds: define('counter', 'workqueue_adds_total', 'Keys put in line.'),
  workqueueRetries: define('counter', 'workqueue_retries_total', 'Keys put in line again after a failure.'),
  workqueueQueueDuration: define(
    'histogram',
    'workqueue_queue_duration_seconds',
    'Time a key waits in line.',
    [],
    SECONDS,
  ),
  workqueueWorkDuration: define(
    'histogram',
    'workqueue_work_duration_seconds',
    'Time that work on a key takes, its writes included.',
    [],
    WORK_SECONDS,
  ),
  workqueueUnfinishedWork: define(
    'gauge',
    'workqueue_unfinished_work_seconds',
    'Time spent until now on all keys that are being worked on; work that is stuck makes it grow without end.',
  ),
  workqueueLongestRunning: define(
    'gauge',
    'workqueue_longest_running_processor_seconds',
    'Time spent until now on the key that has been worked on for longest; 0 when there is none.',
  ),
  informerSynced: define('gauge', 'informer_synced', '1 once the first list of the resource is complete.', [
    'resource',
  ]),
  informerFailing: define(
    'gauge',
    'informer_failing',
    '1 while the resource cannot be listed or watched: changes are not seen.',
    ['resource'],
  ),
  informerLastEvent: define(
    'gauge',
    'informer_last_event_timestamp_seconds',
    'When an object of the resource last changed, in seconds since the epoch; 0 until then.',
    ['resource'],
  ),
  informerLastContact: define(
    'gauge',
    'informer_last_contact_timestamp_seconds',
    'When the server was last heard of by the informer, in seconds since the epoch; 0 until then.',
    ['resource'],
  ),
  informerMissedEvents: define(
    'counter',
    'informer_missed_events_total',
    'Objects of which the watch had not told what a list beside it showed; the list has put them right.',
    ['resource'],
  ),
  informerRelists: define(
    'counter',
    'informer_relists_total',
    'Lists begun after the first: after an expired watch, and now and then to see what the watch has missed.',
    ['resource'],
  ),
  informerUnreadable: define(
    'counter',
    'informer_unreadable_objects_total',
    'Objects whose shape was not understood; they keep their earlier facts.',
    ['resource'],
  ),
  watchRestarts: define('counter', 'watch_restarts_total', 'Watches asked for after the first.', [
    'resource',
  ]),
  eventsTotal: define('counter', 'events_total', 'Events written, repeats in a series included.', ['type']),
  eventsDropped: define(
    'counter',
    'events_dropped_total',
    'Events not written: their object had too many, or its namespace is going.',
    ['type', 'reason'],
  ),
  conditionPatches: define('counter', 'condition_patches_total', 'Patches of pod conditions by result.', [
    'result',
  ]),
  buildInfo: define('gauge', 'build_info', 'Always 1; the label names the version.', ['version']),
} as const satisfies Readonly<Record<string, MetricEntry>>;

export const METRICS = { ...CONTROLLER_METRICS, ...WORK_METRICS, ...LIVE_METRICS } as const;
