/**
 * The metrics of the node agent alone. Their names say so: what the controller counts, the agents do not count again.
 *
 * `live_connections_total` is the one metric that names pods: it shows the counters of each pod's own kernel rules, which
 * end with the pod, so the sum over pods that come and go would fall. An agent has the pods of one node, a few hundred
 * at most.
 */
import { define, SECONDS, type MetricEntry } from './metric-entry.ts';

export const LIVE_METRICS = {
  livePods: define('gauge', 'live_pods', 'Pods of the node by what their kernel was last judged to do.', [
    'namespace',
    'status',
  ]),
  liveFindings: define(
    'gauge',
    'live_findings',
    'Pods of the node that have the finding about their kernel now; falls when they are mended.',
    ['namespace', 'code', 'severity'],
  ),
  liveReadings: define(
    'gauge',
    'live_readings',
    'Pods of the node by what there is of their kernel: read, node_network (it is the node that was seen), unreadable, waiting (osm-init has not ended, or nothing was read since) or not_applicable (the mesh does not concern them).',
    ['state'],
  ),
  liveOldestReadingAge: define(
    'gauge',
    'live_oldest_reading_age_seconds',
    'Age of the oldest reading that a pod is judged by; 0 when there is none.',
  ),
  liveReads: define(
    'counter',
    'live_reads_total',
    'Readings of the kernel for one pod, by what came of it.',
    ['result'],
  ),
  liveSweepDuration: define(
    'histogram',
    'live_sweep_duration_seconds',
    'Time to read the kernel for all pods of the node once.',
    [],
    SECONDS,
  ),
  liveConnections: define(
    'counter',
    'live_connections_total',
    'Connections since the pod has its network, by what its rules did with them, as the kernel counts them.',
    ['namespace', 'pod', 'direction', 'outcome'],
  ),
  liveExclusionConnections: define(
    'counter',
    'live_exclusion_connections_total',
    'Connections that an exclusion let pass, in all pods of the node since the agent saw them first; one that stays at 0 is not used.',
    ['exclusion'],
  ),
} as const satisfies Readonly<Record<string, MetricEntry>>;
