/**
 * What is kept of a policy report that this program has written: what it said, by a digest of the whole, and when each
 * result was found.
 *
 * The digest stands on the report as an annotation. So a server whose definition knows fewer fields, and leaves them out,
 * makes no difference to what was said, and nothing is written again for it.
 * Limit: what somebody else changes in a report is not seen as long as the annotation stays.
 */
import { createHash } from 'node:crypto';
import type { PolicyReport, PolicyResult } from '../core/audit/policy-report-object.ts';
import { anything, list, mapping, text, textMap, type Read } from './object-schema.ts';
import { inside } from './read-object.ts';

export const DIGEST = 'openservicemesh.io/osm-auditor-digest';

export interface StoredPolicyReport {
  /** Empty where the report was written by another hand. */
  readonly digest: string;
  /** In seconds since the epoch, by `resultKey`. */
  readonly found: Readonly<Record<string, number>>;
}

const storedReport = mapping({
  metadata: mapping({ annotations: textMap }),
  results: list(mapping({ policy: text, properties: textMap, timestamp: anything })),
});

/** @throws SnapshotError for what no server would store */
export function policyReportSnapshot(object: unknown): StoredPolicyReport {
  const { metadata, results } = storedReport(object);
  return { digest: metadata.annotations[DIGEST] ?? '', found: Object.fromEntries(results.flatMap(foundOf)) };
}

/** Of what a result says, all that tells it from another one that is found later: see `findingIdentity`. */
export function resultKey({ policy, properties }: Pick<PolicyResult, 'policy' | 'properties'>): string {
  return `${policy} ${properties?.['values'] ?? ''}`;
}

/** Of all that a report says; times are not part of it. */
export function digestOf(report: PolicyReport): string {
  return createHash('sha256').update(JSON.stringify(report)).digest('hex').slice(0, 32);
}

function foundOf(result: Read<typeof storedReport>['results'][number]): readonly [string, number][] {
  const seconds = inside(result.timestamp, 'seconds');
  return typeof seconds === 'number' ? [[resultKey(result), seconds]] : [];
}
