/** What the catalogue says of a finding, and the common kinds of entries. */

export type Severity = 'error' | 'warning' | 'info';

/**
 * What a finding makes of its pod; a pod takes the worst: Discrepant, then Unknown, then NotApplicable. None leaves the
 * pod what it is: one with no other finding is Verified.
 */
export type Effect = 'Discrepant' | 'Unknown' | 'NotApplicable' | 'None';

export interface CatalogueEntry {
  readonly code: string;
  readonly severity: Severity;
  readonly effect: Effect;
  /** Whether it speaks of one pod or of what many pods share: then there is no Event on each of them. */
  readonly scope: 'pod' | 'shared';
  /** One line: what is wrong. */
  readonly title: string;
  /** A message as it is printed, of a made-up pod. */
  readonly example: string;
  /** What it means for the pod's traffic. */
  readonly meaning: string;
  /** How it usually comes about. */
  readonly cause: string;
  readonly confirm: Confirmation;
  /** What to do. */
  readonly remedy: string;
}

/** How to see it without osm-auditor. */
export interface Confirmation {
  /** One or two, each a line to copy once NAMESPACE, POD and IMAGE are filled in. */
  readonly commands: readonly string[];
  /** What to look for in what they print. */
  readonly shows: string;
}

type Draft = Omit<CatalogueEntry, 'severity' | 'effect' | 'scope'>;

export function discrepant(entry: Draft): CatalogueEntry {
  return { ...entry, severity: 'error', effect: 'Discrepant', scope: 'pod' };
}

export function unknown(entry: Draft): CatalogueEntry {
  return { ...entry, severity: 'warning', effect: 'Unknown', scope: 'pod' };
}

export function sharedUnknown(entry: Draft): CatalogueEntry {
  return { ...unknown(entry), scope: 'shared' };
}

/** Wrong or dangerous, and no fault of the pod's rules. */
export function warning(entry: Draft): CatalogueEntry {
  return { ...entry, severity: 'warning', effect: 'None', scope: 'pod' };
}

/** Worth knowing. */
export function note(entry: Draft): CatalogueEntry {
  return { ...warning(entry), severity: 'info' };
}

/** What the finding makes of its pod, in words. */
export function effectText(effect: Effect): string {
  return effect === 'None' ? 'the pod stays what it is' : `the pod is ${effect}`;
}
