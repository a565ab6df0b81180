/** One of the two rule sets that stand beside each other, and what tells it apart from the other. */
import type { RuleSet } from '../core/iptables/model.ts';
import { unsharedRules } from './diagram/unshared.ts';
import { html, type Html } from './html.ts';

export interface Side {
  readonly kind: 'expected' | 'installed' | 'both';
  readonly rules: RuleSet | undefined;
  /** undefined where there is nothing to tell it apart from. */
  readonly other: RuleSet | undefined;
}

const TITLES: Readonly<Record<Side['kind'], string>> = {
  expected: 'Expected',
  installed: 'Installed',
  both: 'Expected and installed',
};

/** The sign of a rule that the other side does not have. */
export const MARKS: Readonly<Record<Side['kind'], string>> = { expected: '−', installed: '+', both: '' };

const MEANINGS: Readonly<Record<Side['kind'], string>> = {
  expected: '− is not installed',
  installed: '+ should not be there',
  both: '',
};

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
