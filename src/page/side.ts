/** One of the two rule sets that stand beside each other, and what tells it apart from the other. */
import type { RuleSet } from '../core/iptables/model.ts';
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

export function sideHead({ kind, other }: Side): Html {
  const meaning = other === undefined ? '' : MEANINGS[kind];
  return html`<h4>${TITLES[kind]}${meaning !== '' && html` <span class="note">${meaning}</span>`}</h4>`;
}

/** What may be wider than the screen, for the keyboard too. */
export function scrollable(contents: Html, label: string): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${label}">${contents}</div>`;
}
