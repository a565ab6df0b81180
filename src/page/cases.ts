/**
 * Pods by cause: all that one finding says in the same words, of the same place and the same rules, is one case, and all cases of
 * a finding stand together, what decides a status first.
 *
 * Limits: so many cases have a section on the page; the others are told by number.
 */
import { catalogueEntry, type FindingName } from '../core/audit/catalogue.ts';
import type { CatalogueEntry } from '../core/audit/catalogue/entry.ts';
import type { Finding } from '../core/audit/finding.ts';
import { sortFindings } from '../core/audit/report.ts';
import { digest } from './digest.ts';
import type { PagePod } from './page-input.ts';

export interface Case {
  /** The anchor on the page: that of the finding for a case that has no section. */
  readonly id: string;
  /** As the first pod has it; the others differ in what mends it. */
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
  readonly shown: readonly Case[];
  /** Those without a section. */
  readonly more: readonly Case[];
}

/** Of a finding; beyond, nobody reads on. */
const MOST_CASES = 50;

interface Draft {
  readonly finding: Finding;
  readonly pods: PagePod[];
  readonly fixes: Map<string, number>;
}

/** @param rules a text that is the same for pods with the same rules */
export function groupFindings(
  pods: readonly PagePod[],
  rules: ReadonlyMap<PagePod, string>,
): readonly FindingGroup[] {
  const byName = new Map<FindingName, Map<string, Draft>>();
  for (const pod of pods) {
    for (const finding of pod.report.findings) {
      const drafts = byName.get(finding.name) ?? new Map<string, Draft>();
      byName.set(finding.name, drafts);
      const key = caseKey(finding, rules.get(pod));
      const draft = drafts.get(key) ?? { finding, pods: [], fixes: new Map<string, number>() };
      drafts.set(key, draft);
      if (draft.pods.at(-1) === pod) continue;
      draft.pods.push(pod);
      draft.fixes.set(finding.fix, (draft.fixes.get(finding.fix) ?? 0) + 1);
    }
  }
  const first = [...byName.values()].flatMap((drafts) => [...drafts.values()].slice(0, 1));
  return sortFindings(first.map(({ finding }) => finding)).map(({ name }) => {
    const drafts = [...(byName.get(name)?.values() ?? [])].sort((a, b) => b.pods.length - a.pods.length);
    const entry = catalogueEntry(name);
    return {
      name,
      entry,
      pods: new Set(drafts.flatMap((each) => each.pods)).size,
      shown: withAnchors(entry.code, drafts.slice(0, MOST_CASES)),
      more: drafts.slice(MOST_CASES).map((draft) => caseOf(draft, entry.code)),
    };
  });
}

/** Pictures are of one pair of rule sets, and evidence of one place. */
function caseKey({ message, evidence }: Finding, rules: string | undefined): string {
  const { source, field, text, position, differences = [] } = evidence;
  return JSON.stringify([message, source, field, text, position, differences.length > 0 && rules]);
}

/** By what is said. The same of other rules comes behind, with a number. */
function withAnchors(code: string, drafts: readonly Draft[]): readonly Case[] {
  const times = new Map<string, number>();
  return drafts.map((draft) => {
    const { message, evidence } = draft.finding;
    const anchor = `${code}-${digest(message, JSON.stringify(evidence))}`;
    const count = (times.get(anchor) ?? 0) + 1;
    times.set(anchor, count);
    return caseOf(draft, count === 1 ? anchor : `${anchor}-${count}`);
  });
}

function caseOf({ finding, pods, fixes }: Draft, id: string): Case {
  return {
    id,
    finding,
    pods,
    fixes: [...fixes].map(([text, count]) => ({ text, pods: count })).sort((a, b) => b.pods - a.pods),
  };
}
