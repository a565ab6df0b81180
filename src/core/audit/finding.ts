/** One instance of a catalogue entry: what is wrong with this pod, with the evidence and the command that mends it. */
import { catalogueEntry, type FindingName } from './catalogue.ts';
import type { Effect, Severity } from './catalogue/entry.ts';
import type { Difference } from './difference.ts';
import type { HistoryCause } from './history.ts';
import { visible } from './quote.ts';

/** Facts that programs read; the message says the same to people. */
export interface Evidence {
  /** The values in question, in normal form: ranges, ports, rules or list items. */
  readonly values?: readonly string[];
  /** How many there are, when `values` holds only the first of them. */
  readonly valueCount?: number;
  /** The text that decides, with where it stands: `line 1, column 812`. */
  readonly text?: string;
  readonly position?: string;
  readonly exitCode?: number;
  /** The object that holds the value: `ConfigMap/osm-system/osm-config` or the name of an annotation. */
  readonly source?: string;
  /** Where in the object it stands. */
  readonly field?: string;
  /** What brought it about: a change after the pod was created. */
  readonly cause?: HistoryCause;
  /** What happens to traffic otherwise than it should, with a packet that shows it. */
  readonly differences?: readonly Difference[];
}

export interface Finding {
  readonly name: FindingName;
  readonly code: string;
  readonly severity: Severity;
  readonly effect: Effect;
  readonly scope: 'pod' | 'shared';
  readonly message: string;
  /** A command to copy, or a sentence where no single command mends it. */
  readonly fix: string;
  readonly evidence: Evidence;
}

/** `fix` defaults to the catalogue's remedy. Of many values the evidence keeps the first hundred and their number. */
export function finding(
  name: FindingName,
  message: string,
  details: { readonly evidence?: Evidence; readonly fix?: string } = {},
): Finding {
  const { code, severity, effect, scope, remedy } = catalogueEntry(name);
  const { fix = remedy, evidence = {} } = details;
  return {
    name,
    code,
    severity,
    effect,
    scope,
    message: visible(message),
    fix: visible(fix),
    evidence: { ...evidence, ...firstOf(evidence.values ?? []) },
  };
}

/** Foreign objects may hold any number of rules, items or containers; a report must stay readable and small. */
const MOST_VALUES = 100;

function firstOf(values: readonly string[]): Pick<Evidence, 'values' | 'valueCount'> {
  return values.length <= MOST_VALUES
    ? {}
    : { values: values.slice(0, MOST_VALUES), valueCount: values.length };
}
