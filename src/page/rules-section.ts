/** The rule sets that there are: expected beside installed, and beside those in the kernel. */
import { printSave } from '../core/iptables/print.ts';
import { picture } from './diagram/picture.ts';
import { html, type Html } from './html.ts';
import { podCount } from './pod-words.ts';
import type { RulePair, RulePairs } from './rule-pairs.ts';
import { labelOf, scrollable, sideHead, sidesOf, type Side } from './side.ts';

const MOST_PICTURES = 40;

export function* ruleParts({ shown, more }: RulePairs): Generator<Html> {
  yield html`<p class="note">
    What is marked stands on one side alone: <b>−</b> should be there, <b>+</b> should not.
  </p>`;
  for (const [index, pair] of shown.entries()) yield pairOf(pair, index < MOST_PICTURES);
  if (more > 0) yield html`<p class="note">and ${more.toLocaleString('en')} more pairs of rule sets</p>`;
}

function pairOf({ id, rules, pods }: RulePair, pictured: boolean): Html {
  const dialects = [...new Set(pods.map(({ report }) => report.dialect ?? 'unknown dialect'))].join(', ');
  const sides = sidesOf(rules);
  return html`<article class="rules" id="${id}">
    <details>
      <summary>${podCount(pods.length)}: ${dialects}${sides.length === 1 && ', as expected'}</summary>
      <p><a href="#pods?rules=${id}">Show ${podCount(pods.length)}</a></p>
      <div class="sides">${sides.map((side) => sideOf(side, pictured))}</div>
    </details>
  </article> `;
}

function sideOf(side: Side, pictured: boolean): Html {
  const { kind, rules } = side;
  const label = labelOf(kind);
  const drawn = pictured ? picture(label, side) : undefined;
  const shown = drawn ?? (rules && html`<pre>${printSave(rules)}</pre>`);
  return html`<div class="side">
    ${sideHead(side)}${shown === undefined ? html`<p class="note">Not known.</p>` : scrollable(shown, label)}
  </div>`;
}
