/**
 * The catalogue of findings: every code there is, what it means and what to do about it.
 *
 * Codes are a contract: a code is never given another meaning, and a retired one is never used again. The hundreds tell
 * the subject, and each is a file of its own in catalogue/: 1 membership and sidecar, 2 the init container, 3 rules,
 * 4 exclusions and inclusions, 5 configuration, 6 what the rules cannot see, 7 the live kernel, 9 notes. `docs/findings.md` and
 * `osm-auditor explain` are made from this table.
 */
import { CONFIGURATION } from './catalogue/configuration.ts';
import type { CatalogueEntry } from './catalogue/entry.ts';
import { EXPOSURE } from './catalogue/exposure.ts';
import { EXCLUSIONS } from './catalogue/exclusions.ts';
import { INIT_CONTAINER } from './catalogue/init-container.ts';
import { LIVE } from './catalogue/live.ts';
import { MEMBERSHIP } from './catalogue/membership.ts';
import { NOTES } from './catalogue/notes.ts';
import { RULES } from './catalogue/rules.ts';

const CATALOGUE = {
  ...MEMBERSHIP,
  ...INIT_CONTAINER,
  ...RULES,
  ...EXCLUSIONS,
  ...CONFIGURATION,
  ...EXPOSURE,
  ...LIVE,
  ...NOTES,
} as const satisfies Readonly<Record<string, CatalogueEntry>>;

/** The name of a finding: the reason of Events and of the pod condition. */
export type FindingName = keyof typeof CATALOGUE;

export function catalogueEntry(name: FindingName): CatalogueEntry {
  return CATALOGUE[name];
}

/** All names in the order of their codes. */
export const FINDING_NAMES = Object.keys(CATALOGUE) as readonly FindingName[];
