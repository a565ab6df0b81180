/** A pod as the scenarios see it: what the kubelet and the auditor have written on it, and what `check` says of it. */
import { CONDITION, LIVE_CONDITION } from './meshed-pod.ts';

export interface SeenPod {
  readonly uid: string;
  readonly podIp: string | undefined;
  readonly phase: string;
  readonly ready: boolean;
  /** `False RuleRefused`; undefined without one. */
  readonly condition: string | undefined;
  readonly message: string;
  /** The same of what the node agent says of the kernel. */
  readonly live: string | undefined;
  readonly liveMessage: string;
  /** The run of the init container. */
  readonly init: {
    readonly restarts: number;
    readonly exitCode: number | undefined;
    readonly ready: boolean;
    /** Why it waits, as the kubelet says. */
    readonly waiting: string | undefined;
  };
}

/** What `check -o json` says of a pod, as far as it is needed here. */
export interface CheckedPod {
  readonly name: string;
  readonly status: string;
  readonly findings: readonly {
    readonly code: string;
    readonly message: string;
    readonly evidence?: {
      readonly differences?: readonly {
        readonly expected: string;
        readonly installed: string;
        readonly live?: string;
        readonly witness: {
          readonly hook: string;
          readonly protocol: string;
          readonly destination: string;
          readonly port: number;
          readonly uid: number | null;
          readonly interface: string;
        };
      }[];
    };
  }[];
}

/** As the API server has it. */
export interface PodObject {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }[];
    readonly initContainerStatuses?: readonly {
      readonly restartCount: number;
      readonly ready: boolean;
      readonly state: {
        readonly terminated?: { readonly exitCode: number };
        readonly waiting?: { readonly reason: string };
      };
      readonly lastState: { readonly terminated?: { readonly exitCode: number } };
    }[];
  };
}

/** What a test looks at. */
export function seen({ metadata: { uid }, status }: PodObject): SeenPod {
  const ours = status.conditions?.find(({ type }) => type === CONDITION);
  const live = status.conditions?.find(({ type }) => type === LIVE_CONDITION);
  const init = status.initContainerStatuses?.[0];
  return {
    uid,
    podIp: status.podIP,
    phase: status.phase ?? '',
    ready: status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
    condition: ours === undefined ? undefined : `${ours.status} ${ours.reason}`,
    message: ours?.message ?? '',
    live: live === undefined ? undefined : `${live.status} ${live.reason}`,
    liveMessage: live?.message ?? '',
    init: {
      restarts: init?.restartCount ?? 0,
      ready: init?.ready ?? false,
      waiting: init?.state.waiting?.reason,
      exitCode: (init?.state.terminated ?? init?.lastState.terminated)?.exitCode,
    },
  };
}

/** A wait for this status and reason of what is said of the kernel. */
export function saysLive(condition: string): (pod: SeenPod) => boolean {
  return (pod) => pod.live === condition;
}

/** A wait for this status and reason. */
export function says(condition: string): (pod: SeenPod) => boolean {
  return (pod) => pod.condition === condition;
}
