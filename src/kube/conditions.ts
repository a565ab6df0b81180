/**
 * One condition of a pod: what to write so that it says what it should, and the writing.
 *
 * Guarantees: a condition that already says so is not written again (times are not compared); only our own condition
 * is touched, because a strategic merge patch merges the list by type; lastTransitionTime moves only when the status
 * does; a recreated pod of the same name is not given its predecessor's condition.
 * RBAC: the verb patch on pods/status.
 */
import { ApiError, asApiError } from './errors.ts';

export interface DesiredCondition {
  /** Qualified name, for example `example.com/Verified`. */
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  /** PascalCase word. */
  readonly reason: string;
  readonly message: string;
}

/** A condition as the API shows it. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly lastTransitionTime?: string | null | undefined;
}

/** Body of a strategic merge patch. Times are RFC 3339 with whole seconds. */
export interface ConditionPatch {
  readonly status: {
    readonly conditions: readonly [
      DesiredCondition & { readonly lastProbeTime: string; readonly lastTransitionTime: string },
    ];
  };
}

/** Body of a strategic merge patch that takes a condition away and leaves those of others. */
export interface ConditionRemoval {
  readonly status: { readonly conditions: readonly [{ readonly type: string; readonly $patch: 'delete' }] };
}

export type PodConditionPatch = ConditionPatch | ConditionRemoval;

export function removalPatch(type: string): ConditionRemoval {
  return { status: { conditions: [{ type, $patch: 'delete' }] } };
}

/**
 * The patch that makes `existing` say what is desired, or undefined when it already does.
 *
 * @param existing all conditions of the object; none if it has no status yet
 * @param now the time of writing
 */
export function conditionPatch(
  existing: readonly Condition[] | undefined,
  desired: DesiredCondition,
  now: Date,
): ConditionPatch | undefined {
  const { type, status, reason, message } = desired;
  const before = existing?.find((condition) => condition.type === type);
  const sameStatus = before?.status === status;
  if (sameStatus && (before.reason ?? '') === reason && (before.message ?? '') === message) return undefined;
  const written = now.toISOString().replace(/\.\d+Z$/, 'Z');
  const since = sameStatus ? before.lastTransitionTime : undefined;
  const lastTransitionTime = since ?? written;
  return {
    status: { conditions: [{ type, status, reason, message, lastProbeTime: written, lastTransitionTime }] },
  };
}

/** The one call this file makes; the body is a strategic merge patch. See api-calls.ts. */
export interface PodStatusApi {
  patchNamespacedPodStatus(request: { namespace: string; name: string; body: unknown }): Promise<unknown>;
}

export interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/**
 * Writes the patch.
 *
 * @throws the API's error: `notFound` when the pod is gone, `conflict` when another pod has taken its name
 */
export async function patchPodCondition(
  api: PodStatusApi,
  pod: PodIdentity,
  patch: PodConditionPatch,
): Promise<void> {
  const { namespace, name, uid } = pod;
  // The uid makes the server refuse when the name belongs to another pod by now.
  const body = { metadata: { uid }, ...patch };
  try {
    await api.patchNamespacedPodStatus({ namespace, name, body });
  } catch (error) {
    throw isOtherPod(error)
      ? new ApiError({ code: 409, reason: 'Conflict', message: OTHER_POD }, error)
      : error;
  }
}

const OTHER_POD = 'another pod has taken the name';

/** The server does not say "conflict" here: to it, the patch tries to change an immutable field. */
function isOtherPod(error: unknown): boolean {
  const answer = asApiError(error);
  return answer?.code === 422 && answer.causes.some(({ field }) => field === 'metadata.uid');
}
