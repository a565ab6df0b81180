/** One traffic difference as a figure: the packet that shows it on its way through the rule sets, as pictures and in words. */
import type { Difference } from '../core/audit/difference.ts';
import type { PodRules } from '../core/audit/pod-rules.ts';
import type { Packet } from '../core/iptables/packet.ts';
import { picture } from './diagram/picture.ts';
import { packetOf, wayOf, type Way } from './diagram/walk-words.ts';
import { html, type Html } from './html.ts';
import { labelOf, scrollable, sideHead, sidesOf, type Side } from './side.ts';

interface WalkedSide extends Side {
  readonly verdict: string;
  /** The rules that decide, for where there is no way to show. */
  readonly trace: readonly string[];
}

export function differenceFigure(difference: Difference, rules: PodRules): Html {
  const { class: traffic, witness, live } = difference;
  const from = witness.uid === null ? '' : ` from uid ${witness.uid}`;
  const packet = packetOf(witness);
  // Where the kernel is not what is wrong, it is no news.
  const sides = sidesOf(live === undefined ? { ...rules, live } : rules).map((side): WalkedSide => {
    return { ...side, ...endOf(side.kind, difference) };
  });
  return html`<figure class="difference">
    <figcaption>
      <p>
        <strong>${traffic}</strong>: expected <b class="verdict">${difference.expected}</b>, installed
        <b class="verdict">${difference.installed}</b
        >${live !== undefined && html`, live <b class="verdict">${live}</b>`}.
      </p>
      <p>
        For example a packet in ${witness.hook}, ${witness.protocol} to
        ${witness.destination}:${witness.port}${from}:
      </p>
    </figcaption>
    <div class="sides">${sides.map((side) => sideOf(side, packet))}</div>
    <p class="stepper">
      <button type="button" data-go="-1">Back</button> <button type="button" data-go="1">Next rule</button>
      <output></output>
    </p>
  </figure>`;
}

/** Where rules are the same in two of them, so is what becomes of a packet. */
function endOf(kind: Side['kind'], difference: Difference): Pick<WalkedSide, 'verdict' | 'trace'> {
  switch (kind) {
    case 'expected':
      return { verdict: difference.expected, trace: difference.expectedTrace };
    case 'installed':
    case 'both':
    case 'all':
      return { verdict: difference.installed, trace: difference.installedTrace };
    case 'live':
      return { verdict: difference.live ?? difference.installed, trace: difference.liveTrace ?? [] };
  }
}

function sideOf(side: WalkedSide, packet: Packet | undefined): Html {
  const { kind, rules, verdict, trace } = side;
  const way: Way | undefined = rules && packet && wayOf(rules, packet);
  const label = `${labelOf(kind)}; the packet ends in ${verdict}. The list below tells the same in words.`;
  const drawn = way && picture(label, side, way);
  return html`<div class="side">
    ${sideHead(side)}
    ${drawn === undefined ? html`<p class="note">Too many rules for a picture.</p>` : scrollable(drawn, label)}
    <p class="end">&#8594; <b class="verdict">${verdict}</b></p>
    ${way === undefined ? listOf(trace.map((rule) => [rule, ''])) : wordsOf(way)}
  </div>`;
}

function wordsOf({ steps, byPolicy, verdict }: Way): Html {
  const met = steps.map(({ rule, outcome }) => [rule, outcome] as const);
  const last = byPolicy ? [['', `No rule decides: ${verdict}, by the policy ACCEPT.`] as const] : [];
  return html`<details>
    <summary>Rule by rule</summary>
    ${listOf([...met, ...last])}
  </details>`;
}

function listOf(steps: readonly (readonly [rule: string, outcome: string])[]): Html {
  return html`<ol class="steps">
    ${steps.map(
      ([rule, outcome], index) =>
        html`<li data-step="${index + 1}">${rule !== '' && html`<code>${rule}</code> `}${outcome}</li>`,
    )}
  </ol>`;
}
