/** The options that say which replica this is: which pods it judges, and how it is elected among its like. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import process from 'node:process';
import { leaseNameOf, ordinalOf, type Shard } from '../controller/shard.ts';
import { DEFAULT_TIMINGS, timingsProblem, type LeaseTimings } from '../kube/lease-timings.ts';
import { notEmpty, onOff } from './option-values.ts';
import { UsageError } from './usage-error.ts';

export interface ReplicaOptions {
  /** undefined when not given: then by the shard. */
  readonly leaderElect?: boolean;
  readonly leaseNamespace?: string;
  /** In seconds, as the two below. */
  readonly leaseDuration: number;
  readonly renewDeadline: number;
  readonly retryPeriod: number;
  readonly shards: number;
  readonly shardIndex?: number;
  readonly node?: string;
}

/** Where the process runs. */
export interface Whereabouts {
  readonly podName: string | undefined;
  readonly podNamespace: string | undefined;
  /** Of this process, where there is no pod. */
  readonly processName: string;
  /** Different in each process. */
  readonly suffix: string;
}

export interface Replica {
  readonly shard: Shard;
  /** Unique for each process. */
  readonly identity: string;
  /** undefined when it leads without being elected. */
  readonly election: Election | undefined;
}

export interface Election extends LeaseTimings {
  readonly namespace: string;
  readonly name: string;
}

const LEASE = 'osm-auditor';
/** Of the manifests. */
const NAMESPACE = 'osm-auditor';
const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

export function replicaOptions(command: Command): Command {
  return command
    .addOption(
      onOff(
        '--leader-elect',
        'Let the replicas elect one that writes Events and conditions, by a Lease. Off with --node.',
      ).default(undefined, 'true in a pod'),
    )
    .addOption(
      new Option(
        '--lease-namespace <name>',
        "The namespace of the Lease; by default the pod's own, outside of a cluster osm-auditor.",
      )
        .env('OSM_AUDITOR_LEASE_NAMESPACE')
        .argParser(namespaceName),
    )
    .addOption(
      new Option(
        '--lease-duration <seconds>',
        'How many seconds after its last sign of life a leader may be replaced.',
      )
        .env('OSM_AUDITOR_LEASE_DURATION')
        .argParser(seconds)
        .default(DEFAULT_TIMINGS.leaseDurationMs / 1000),
    )
    .addOption(
      new Option(
        '--renew-deadline <seconds>',
        'How many seconds a leader that cannot renew the Lease goes on; less than the lease duration.',
      )
        .env('OSM_AUDITOR_RENEW_DEADLINE')
        .argParser(seconds)
        .default(DEFAULT_TIMINGS.renewDeadlineMs / 1000),
    )
    .addOption(
      new Option(
        '--retry-period <seconds>',
        'How many seconds between two attempts to get or renew the Lease.',
      )
        .env('OSM_AUDITOR_RETRY_PERIOD')
        .argParser(seconds)
        .default(DEFAULT_TIMINGS.retryPeriodMs / 1000),
    )
    .addOption(
      new Option(
        '--shards <number>',
        'Divide the pods among so many shards by a hash of their names, and judge those of one. Each shard elects its ' +
          'own leader.',
      )
        .env('OSM_AUDITOR_SHARDS')
        .argParser(wholeNumber(1))
        .default(1),
    )
    .addOption(
      new Option(
        '--shard-index <number>',
        'Which of the shards, from 0; by default the ordinal at the end of POD_NAME, as a StatefulSet gives it.',
      )
        .env('OSM_AUDITOR_SHARD_INDEX')
        .argParser(wholeNumber(0)),
    )
    .addOption(
      new Option(
        '--node <name>',
        'Judge the pods of this node only. There is no election then, because a DaemonSet runs one pod on each node. ' +
          'Not together with --shards.',
      )
        .env('OSM_AUDITOR_NODE')
        .argParser(notEmpty),
    );
}

/** What the environment says of this process. */
export function whereabouts(): Whereabouts {
  const { POD_NAME: podName, POD_NAMESPACE: podNamespace } = process.env;
  return {
    podName: textOr(podName, undefined),
    podNamespace: textOr(podNamespace, mountedNamespace()),
    processName: `${hostname()}-${process.pid}`,
    suffix: randomUUID(),
  };
}

/** @throws UsageError when the options contradict each other or do not say which shard this is */
export function replicaOf(options: ReplicaOptions, at: Whereabouts): Replica {
  const shard = shardOf(options, at.podName);
  return {
    shard,
    identity: `${at.podName ?? at.processName}_${at.suffix}`,
    election: electionOf(options, shard, at.podNamespace),
  };
}

function shardOf({ node, shards, shardIndex }: ReplicaOptions, podName: string | undefined): Shard {
  if (node !== undefined) {
    if (shards > 1 || shardIndex !== undefined) {
      throw new UsageError(
        '--node and --shards cannot be given together: the pods of a node are one share already',
      );
    }
    return { kind: 'node', node };
  }
  if (shardIndex !== undefined && shardIndex >= shards) {
    throw new UsageError(`--shard-index ${shardIndex} is not below --shards ${shards}`);
  }
  if (shards === 1) return { kind: 'all' };
  const index = shardIndex ?? ordinalOf(podName ?? '');
  if (index === undefined) {
    throw new UsageError(
      `--shards ${shards} needs --shard-index, or a POD_NAME with an ordinal at its end such as osm-auditor-0`,
    );
  }
  if (index >= shards) {
    throw new UsageError(
      `the ordinal of POD_NAME ${JSON.stringify(podName)} is not below --shards ${shards}`,
    );
  }
  return { kind: 'hash', index, count: shards };
}

function electionOf(
  options: ReplicaOptions,
  shard: Shard,
  podNamespace: string | undefined,
): Election | undefined {
  if (shard.kind === 'node') {
    if (options.leaderElect === true) {
      throw new UsageError('--leader-elect and --node cannot be given together: a node has one replica');
    }
    return undefined;
  }
  // At a desk there is seldom a namespace to put a Lease in, and nobody to share the work with.
  if (!(options.leaderElect ?? podNamespace !== undefined)) return undefined;
  const timings = {
    leaseDurationMs: options.leaseDuration * 1000,
    renewDeadlineMs: options.renewDeadline * 1000,
    retryPeriodMs: options.retryPeriod * 1000,
  };
  const problem = timingsProblem(timings);
  if (problem !== undefined) throw new UsageError(problem);
  const namespace = options.leaseNamespace ?? podNamespace ?? NAMESPACE;
  return { namespace, name: leaseNameOf(shard, LEASE), ...timings };
}

/** The namespace that the kubelet mounts beside the token; undefined outside of a pod. */
function mountedNamespace(): string | undefined {
  try {
    return textOr(readFileSync(NAMESPACE_FILE, 'utf8').trim(), undefined);
  } catch {
    // No pod, or one without a token: there is nothing to know then.
    return undefined;
  }
}

function textOr(text: string | undefined, otherwise: string | undefined): string | undefined {
  return text === undefined || text === '' ? otherwise : text;
}

function namespaceName(value: string): string {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(value)) return value;
  throw new InvalidArgumentError('It must be the name of a namespace.');
}

function seconds(value: string): number {
  const number = Number(value);
  if (value.trim() !== '' && Number.isFinite(number) && number > 0) return number;
  throw new InvalidArgumentError('It must be a number of seconds, more than 0.');
}

function wholeNumber(least: number): (value: string) => number {
  return (value) => {
    if (/^[0-9]{1,4}$/.test(value) && Number(value) >= least) return Number(value);
    throw new InvalidArgumentError(`It must be a whole number from ${least} to 9999.`);
  };
}
