/**
 * Which manifests are judged, and what is known of the injector that will see them.
 *
 * A workload whose pods were read too is known by them; its template counts where a new pod would be judged otherwise
 * than one of these that is created again, as after an annotation was changed on the one and not on the other.
 */
import { findingIdentity } from '../core/audit/condition-text.ts';
import type { AuditInput } from '../core/audit/judgement.ts';
import { formerOf, type Former } from '../core/audit/next-injection.ts';
import { prospectOf, type Prospect } from '../core/audit/prospect.ts';
import { asNew } from '../core/osm/inject.ts';
import type { Pod } from '../core/osm/pod.ts';
import type { Manifest, Subject } from './subjects.ts';

/** Gathers what a verdict depends on. */
export type Gather = (pod: Pod) => AuditInput;

export interface KnownManifest {
  readonly manifest: Manifest;
  /** By its own pods, if any were read. */
  readonly former: Former | undefined;
}

/** @param later under which else the manifests are judged: a difference there counts too */
export function manifestsToJudge(
  manifests: readonly Manifest[],
  pods: readonly Subject[],
  now: Gather,
  later: Gather = now,
): readonly KnownManifest[] {
  const byOwner = new Map<string, Pod[]>();
  for (const { pod } of pods) {
    if (pod.owner === undefined) continue;
    const key = `${pod.namespace}/${pod.owner.kind}/${pod.owner.name}`;
    byOwner.set(key, [...(byOwner.get(key) ?? []), pod]);
  }
  return manifests.flatMap((manifest) => {
    const { pod, names } = manifest;
    const own = names.flatMap(({ kind, name }) => byOwner.get(`${pod.namespace}/${kind}/${name}`) ?? []);
    const former = own.map((each) => formerOf(now(each))).find((each) => each !== undefined);
    const sameAs = (each: Pod): boolean =>
      [now, later].every((gather) => {
        return sameFindings(prospectOf(gather(asNew(each)), former), prospectOf(gather(pod), former));
      });
    return own.some(sameAs) ? [] : [{ manifest, former }];
  });
}

function sameFindings({ report: a }: Prospect, { report: b }: Prospect): boolean {
  const told = ({ findings }: Prospect['report']): string => findings.map(findingIdentity).join('\n');
  return told(a) === told(b);
}
