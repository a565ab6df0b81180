/**
 * Which manifests are judged, and how: by the pod that each would make.
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

export interface JudgedManifest {
  readonly manifest: Manifest;
  readonly prospect: Prospect;
  /** What is known by its own pods of the mesh that injects. */
  readonly former: Former | undefined;
}

/** @param inputFor gathers what a verdict depends on */
export function judgeManifests(
  manifests: readonly Manifest[],
  pods: readonly Subject[],
  inputFor: (pod: Pod) => AuditInput,
): readonly JudgedManifest[] {
  const byOwner = new Map<string, Pod[]>();
  for (const { pod } of pods) {
    if (pod.owner === undefined) continue;
    const key = `${pod.namespace}/${pod.owner.kind}/${pod.owner.name}`;
    byOwner.set(key, [...(byOwner.get(key) ?? []), pod]);
  }
  return manifests.flatMap((manifest) => {
    const { pod, names } = manifest;
    const own = names.flatMap(({ kind, name }) => byOwner.get(`${pod.namespace}/${kind}/${name}`) ?? []);
    const former = own.map((each) => formerOf(inputFor(each))).find((each) => each !== undefined);
    const prospect = prospectOf(inputFor(pod), former);
    const again = (each: Pod): Prospect => prospectOf(inputFor(asNew(each)), former);
    if (own.some((each) => sameFindings(again(each), prospect))) return [];
    return [{ manifest, prospect, former }];
  });
}

function sameFindings({ report: a }: Prospect, { report: b }: Prospect): boolean {
  const told = ({ findings }: Prospect['report']): string => findings.map(findingIdentity).join('\n');
  return told(a) === told(b);
}
