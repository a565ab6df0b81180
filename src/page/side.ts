/** The rule sets that stand beside each other, and what tells each apart from another. */
import type { PodRules } from '../core/audit/pod-rules.ts';
import type { RuleSet } from '../core/iptables/model.ts';
import { sameRules, unsharedRules } from './diagram/unshared.ts';
import { html, type Html } from './html.ts';

export interface Side {
  /** What is the same in two of them, or in all, stands there once. */
  readonly kind: 'expected' | 'installed' | 'both' | 'live' | 'all';
  readonly rules: RuleSet | undefined;
  /** undefined where there is nothing to tell it apart from. */
  readonly other: RuleSet | undefined;
}

const TITLES: Readonly<Record<Side['kind'], string>> = {
  expected: 'Expected',
  installed: 'Installed',
  both: 'Expected and installed',
  live: 'Live, in the kernel',
  all: 'Expected, installed and live',
};

/** For those who do not see it. */
export function labelOf(kind: Side['kind']): string {
  return `Rules: ${TITLES[kind]}`;
}

/** The sign of a rule that the other side does not have. */
export const MARKS: Readonly<Record<Side['kind'], string>> = {
  expected: '−',
  installed: '+',
  both: '−',
  live: '+',
  all: '',
};

const MEANINGS: Readonly<Record<Side['kind'], string>> = {
  expected: '− is not installed',
  installed: '+ should not be there',
  both: '− is not in the kernel',
  live: '+ was not installed by osm-init',
  all: '',
};

/** The live rules stand there only where they are known. */
export function sidesOf({ expected, installed, live }: PodRules): readonly Side[] {
  const asExpected = expected !== undefined && installed !== undefined && sameRules(expected, installed);
  if (live === undefined) {
    return asExpected
      ? [{ kind: 'both', rules: installed, other: undefined }]
      : [
          { kind: 'expected', rules: expected, other: installed },
          { kind: 'installed', rules: installed, other: expected },
        ];
  }
  const ofKernel: Side = { kind: 'live', rules: live, other: installed ?? expected };
  if (!asExpected) return [...sidesOf({ expected, installed, live: undefined }), ofKernel];
  return sameRules(installed, live)
    ? [{ kind: 'all', rules: live, other: undefined }]
    : [{ kind: 'both', rules: installed, other: live }, ofKernel];
}

export function sideHead({ kind, rules, other }: Side): Html {
  const meaning = rules === undefined || other === undefined ? '' : meaningOf(kind, rules, other);
  return html`<h4>${TITLES[kind]}${meaning !== '' && html` <span class="note">${meaning}</span>`}</h4>`;
}

/** Signs are explained where there are some. */
function meaningOf(kind: Side['kind'], rules: RuleSet, other: RuleSet): string {
  if (unsharedRules(rules, other).size > 0) return MEANINGS[kind];
  return unsharedRules(other, rules).size > 0 ? '' : 'the same rules, in another order';
}

/** What may be wider than the screen, for the keyboard too. */
export function scrollable(contents: Html, label: string): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${label}">${contents}</div>`;
}
