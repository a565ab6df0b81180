/** What the rules of a pod have counted, by the reading in the input. Pure. */
import { judgementFor, type AuditInput } from '../core/audit/judgement.ts';
import { connectionsOf, type Connections } from '../core/audit/live-connections.ts';
import { liveRulesOf } from '../core/audit/live-rules.ts';

/** Nothing where the rules, or the release that they are of, are not known. */
export function podConnections(input: AuditInput): readonly Connections[] {
  const { live, pod } = input;
  const rules = live === undefined ? undefined : liveRulesOf(live, pod);
  if (rules?.kind !== 'known') return [];
  const { dialect } = judgementFor(input);
  return dialect === undefined ? [] : connectionsOf(rules, dialect);
}
