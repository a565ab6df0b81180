/** What is wrong, by cause: what it is, what it does to traffic, which pods have it and what mends it. */
import { effectText } from '../core/audit/catalogue/entry.ts';
import type { Evidence } from '../core/audit/finding.ts';
import type { Case, FindingGroup } from './cases.ts';
import { differenceFigure } from './difference-figure.ts';
import { fixLine } from './fix-line.ts';
import { html, type Html } from './html.ts';
import type { PagePod } from './page-input.ts';
import { podCount } from './pod-words.ts';

/** A picture is some ten thousand characters; a page with more of them than anybody looks at would open slowly. */
const MOST_PICTURED_CASES = 40;
const MOST_PICTURES = 5;
/** Of a case; the table has all of them. */
const MOST_NAMES = 10;

type Anchors = ReadonlyMap<PagePod, string>;

export function* findingParts(groups: readonly FindingGroup[], anchors: Anchors): Generator<Html> {
  let pictured = 0;
  const mayPicture = (): boolean => (pictured += 1) <= MOST_PICTURED_CASES;
  if (groups.length === 0) yield html`<p>Nothing: no pod has a finding.</p>`;
  for (const group of groups) yield groupOf(group, anchors, mayPicture);
}

function groupOf(
  { name, entry, pods, shown, more }: FindingGroup,
  anchors: Anchors,
  mayPicture: () => boolean,
): Html {
  const { code, severity, effect, title, meaning, cause, remedy } = entry;
  return html`<article
    class="finding ${severity}"
    id="${code}"
    data-title="${code} ${name}"
    aria-labelledby="${code}-title"
  >
    <h3 id="${code}-title">
      <span class="code">${code}</span> ${name} <span class="severity">${severity}</span>
      <a class="count" href="#pods?code=${code}">${podCount(pods)}</a>
    </h3>
    <p>${title}</p>
    <details>
      <summary>What it means</summary>
      <p>${meaning}</p>
      <p>${cause}</p>
      <p>${remedy}</p>
      <p class="note">In effect ${effectText(effect)}. <code>osm-auditor explain ${code}</code> has more.</p>
    </details>
    ${shown.map((each) => caseOf(each, anchors, mayPicture))}${
      more.length > 0 &&
      html`<p class="note">
        and in other words or places of
        <a href="#pods?code=${code}">${podCount(more.flatMap((each) => each.pods).length)}</a>, which
        <code>osm-auditor check -o wide</code> has
      </p>`
    }
  </article> `;
}

function caseOf({ id, finding, pods, fixes }: Case, anchors: Anchors, mayPicture: () => boolean): Html {
  const { message, evidence } = finding;
  const [first] = pods;
  const differences = evidence.differences ?? [];
  const shown = first !== undefined && differences.length > 0 && mayPicture() ? MOST_PICTURES : 0;
  return html`<section class="case" id="${id}">
    <p class="message">${message}</p>
    ${fixes
      .slice(0, MOST_NAMES)
      .map(({ text, pods: count }) =>
        fixLine(text, fixes.length > 1 && podCount(count)),
      )}${fixes.length > MOST_NAMES && html`<p class="note fixes">and ${fixes.length - MOST_NAMES} more like these</p>`}
    <p class="names">
      ${podCount(pods.length)}:
      ${pods
        .slice(0, MOST_NAMES)
        .map((pod) => html`<a href="#${anchors.get(pod)}">${pod.report.namespace}/${pod.report.name}</a> `)}${
        pods.length > MOST_NAMES && html`<a href="#pods?case=${id}">and ${pods.length - MOST_NAMES} more</a>`
      }
    </p>
    ${evidenceOf(evidence)}
    ${differences.slice(0, shown).map((each) => first && differenceFigure(each, first.rules))}
    ${differences
      .slice(shown)
      .map(
        ({ class: traffic, expected, installed, live }) =>
          html`<p>
            ${traffic}: expected ${expected}, installed ${installed}${live !== undefined && `, live ${live}`}.
          </p>`,
      )}
  </section> `;
}

/** Where it stands, when it stands somewhere; what else the evidence has, the message says. */
function evidenceOf({ source, field, text, position }: Evidence): Html | undefined {
  if (source === undefined && text === undefined) return undefined;
  const where = [source, field].filter((part) => part !== undefined).join(' ');
  return html`<p class="evidence">
    ${where}${position !== undefined && html` ${position}`}${
      text !== undefined && html`<br /><code><mark>${text}</mark></code>`
    }
  </p>`;
}
