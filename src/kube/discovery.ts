/**
 * Which versions of an API group a server has: the part of Kubernetes' discovery that an informer of a custom resource
 * needs.
 *
 * Guarantees: nothing is assumed about the sender; an answer of another shape is a MalformedAnswerError.
 * Limits: a group's versions are those of all its resources together. Which of them one resource has, only the
 * collection itself can say: leftovers of an upgrade have others than the rest of their group.
 * RBAC: none; the role system:discovery is bound to every authenticated user.
 */
import * as v from 'valibot';
import { classify, MalformedAnswerError } from './errors.ts';
import type { ListWatch } from './list-watch.ts';

// The name becomes part of a path: with a slash or dots it would lead elsewhere.
const version = v.object({ version: v.pipe(v.string(), v.regex(/^[a-z0-9-]+$/)) });
const apiGroup = v.object({ preferredVersion: version, versions: v.array(version) });

/**
 * Asks for the versions of `group`.
 *
 * @returns the preferred one and then the others in the server's order; none when the server does not know the group
 * @throws MalformedAnswerError, and as `api.list` for every failure but 404
 */
export async function discover(
  api: Pick<ListWatch, 'list'>,
  group: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const answer = await unlessNotFound(api.list(`/apis/${group}`, {}, { signal }));
  if (answer === undefined) return [];
  const read = v.safeParse(apiGroup, answer);
  if (!read.success) throw new MalformedAnswerError(`the API group ${group} without its versions`);
  const { preferredVersion, versions } = read.output;
  return [...new Set([preferredVersion, ...versions].map((entry) => entry.version))];
}

/** The answer, or undefined when the server answers 404. */
export function unlessNotFound(answer: Promise<unknown>): Promise<unknown> {
  return answer.catch((error: unknown) => {
    if (classify(error) !== 'notFound') throw error;
    return undefined;
  });
}
