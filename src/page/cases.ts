/**
 * Pods by cause: all that one finding says in the same words is one case, and all cases of a finding stand together, what
 * decides a status first.
 */
import { catalogueEntry, type FindingName } from '../core/audit/catalogue.ts';
import type { CatalogueEntry } from '../core/audit/catalogue/entry.ts';
import type { Finding } from '../core/audit/finding.ts';
import { sortFindings } from '../core/audit/report.ts';
import type { PagePod } from './page-input.ts';

export interface Case {
  /** The anchor on the page. */
  readonly id: string;
  /** As the first pod has it; of the others the evidence may name other places. */
  readonly finding: Finding;
  readonly pods: readonly PagePod[];
  /** The commands that mend it, those of the most pods first. */
  readonly fixes: readonly Fix[];
}

export interface Fix {
  readonly text: string;
  readonly pods: number;
}

export interface FindingGroup {
  readonly name: FindingName;
  readonly entry: CatalogueEntry;
  readonly pods: number;
  /** The one with the most pods first. */
  readonly cases: readonly Case[];
}

interface Draft {
  readonly finding: Finding;
  readonly pods: PagePod[];
  readonly fixes: Map<string, number>;
}

export function groupFindings(pods: readonly PagePod[]): readonly FindingGroup[] {
  const byName = new Map<FindingName, Map<string, Draft>>();
  for (const pod of pods) {
    for (const finding of pod.report.findings) {
      const byMessage = byName.get(finding.name) ?? new Map<string, Draft>();
      byName.set(finding.name, byMessage);
      const found = byMessage.get(finding.message) ?? { finding, pods: [], fixes: new Map<string, number>() };
      byMessage.set(finding.message, found);
      if (found.pods.at(-1) !== pod) found.pods.push(pod);
      found.fixes.set(finding.fix, (found.fixes.get(finding.fix) ?? 0) + 1);
    }
  }
  const first = [...byName.values()].flatMap((byMessage) => [...byMessage.values()].slice(0, 1));
  return sortFindings(first.map(({ finding }) => finding)).map(({ name }) => {
    const found = [...(byName.get(name)?.values() ?? [])].sort((a, b) => b.pods.length - a.pods.length);
    const entry = catalogueEntry(name);
    return {
      name,
      entry,
      pods: new Set(found.flatMap((each) => each.pods)).size,
      cases: found.map(({ finding, pods: its, fixes }, index) => ({
        id: index === 0 ? entry.code : `${entry.code}-${index + 1}`,
        finding,
        pods: its,
        fixes: [...fixes].map(([text, count]) => ({ text, pods: count })).sort((a, b) => b.pods - a.pods),
      })),
    };
  });
}
