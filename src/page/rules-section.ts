/** The rule sets that there are, expected beside installed: many pods share one pair. */
import type { PodRules } from '../core/audit/pod-rules.ts';
import type { RuleSet } from '../core/iptables/model.ts';
import { printSave } from '../core/iptables/print.ts';
import { picture } from './diagram/picture.ts';
import { html, type Html } from './html.ts';
import { scrollable, sideHead, type Side } from './side.ts';
import type { PagePod } from './page-input.ts';
import { podCount } from './pod-words.ts';

export interface RulePair {
  /** The anchor on the page. */
  readonly id: string;
  readonly rules: PodRules;
  readonly pods: readonly PagePod[];
}

const MOST_PICTURES = 60;

/** Of the most pods first; pods that need no rules, or of which none are known, have none. */
export function pairRules(pods: readonly PagePod[]): readonly RulePair[] {
  const texts = new Map<RuleSet | undefined, string>([[undefined, '']]);
  const textOf = (rules: RuleSet | undefined): string => {
    const text = texts.get(rules) ?? printSave(rules ?? { chains: new Map() });
    texts.set(rules, text);
    return text;
  };
  const pairs = new Map<string, { rules: PodRules; pods: PagePod[] }>();
  for (const pod of pods) {
    const { expected, installed } = pod.rules;
    if (pod.report.status === 'NotApplicable' || (expected ?? installed) === undefined) continue;
    const key = `${textOf(expected)}\0${textOf(installed)}`;
    const pair = pairs.get(key) ?? { rules: pod.rules, pods: [] };
    pairs.set(key, pair);
    pair.pods.push(pod);
  }
  return [...pairs.values()]
    .sort((a, b) => b.pods.length - a.pods.length)
    .map((pair, index) => ({ id: `rules-${index + 1}`, ...pair }));
}

export function rulesSection(pairs: readonly RulePair[]): Html {
  return html`<section id="rules">
    <h2>Rules</h2>
    <p class="note">
      What is marked stands on one side alone: <b>−</b> should be there, <b>+</b> should not.
    </p>
    ${pairs.map((pair, index) => pairOf(pair, index < MOST_PICTURES))}
  </section>`;
}

function pairOf({ id, rules, pods }: RulePair, pictured: boolean): Html {
  const { expected, installed } = rules;
  const dialects = [...new Set(pods.map(({ report }) => report.dialect ?? 'unknown dialect'))].join(', ');
  const same =
    expected !== undefined && installed !== undefined && printSave(expected) === printSave(installed);
  const sides: readonly Side[] = same
    ? [{ kind: 'both', rules: installed, other: undefined }]
    : [
        { kind: 'expected', rules: expected, other: installed },
        { kind: 'installed', rules: installed, other: expected },
      ];
  return html`<article class="rules" id="${id}">
    <details>
      <summary>${podCount(pods.length)}: ${dialects}${same && ', as expected'}</summary>
      <p><a href="#pods?rules=${id}">Show ${podCount(pods.length)}</a></p>
      <div class="sides">${sides.map((side) => sideOf(side, pictured))}</div>
    </details>
  </article> `;
}

function sideOf(side: Side, pictured: boolean): Html {
  const { kind, rules } = side;
  const label = `The ${kind === 'both' ? 'expected and installed' : kind} rules`;
  const drawn = pictured ? picture(label, side) : undefined;
  const shown = drawn ?? (rules && html`<pre>${printSave(rules)}</pre>`);
  return html`<div class="side">
    ${sideHead(side)}${shown === undefined ? html`<p class="note">Not known.</p>` : scrollable(shown, label)}
  </div>`;
}
