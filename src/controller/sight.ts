/** Whether a controller sees what happens in the cluster, or has been blind for too long to be believed. */
import type { Readiness } from '../kube/controller.ts';
import { describeError } from '../kube/describe-error.ts';
import type { Informer } from '../kube/informer.ts';
import { allInformers, type Informers } from './informers.ts';

/** What is asked of an informer here. */
type Eye = Pick<Informer<never>, 'name' | 'refusal' | 'stats'>;

/**
 * @param since blind since before this moment is too long; in milliseconds since the epoch
 */
export function sight(informers: Informers, since: number): Readiness {
  const eyes: readonly Eye[] = allInformers(informers);
  const blind = eyes.filter(({ refusal, stats: { blindSince } }) => {
    // What may not be read is told in the verdicts, and is no reason to distrust them.
    return refusal === undefined && blindSince !== undefined && blindSince <= since;
  });
  const [first] = blind;
  if (first === undefined) return { ready: true };
  const names = blind.map(({ name }) => name).join(', ');
  const at = new Date(first.stats.blindSince ?? since).toISOString();
  return {
    ready: false,
    reason: `changes of ${names} are not seen since ${at} (${describeError(first.stats.failure ?? 'no answer')})`,
  };
}
