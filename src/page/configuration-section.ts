/** The configurations that pods were judged by, each value in its field, and those marked that a finding is about. */
import { checkConfig } from '../core/audit/checks/config.ts';
import type { Finding } from '../core/audit/finding.ts';
import type { ConfigLookup, MeshConfig, Setting } from '../core/osm/mesh-config.ts';
import { fieldOf, LIST_SETTINGS } from '../core/osm/mesh-config.ts';
import type { FindingGroup } from './cases.ts';
import { fixLine } from './fix-line.ts';
import { html, type Html } from './html.ts';

export function configurationParts(
  configs: readonly ConfigLookup[],
  groups: readonly FindingGroup[],
): readonly Html[] {
  const ofPods = groups.flatMap(({ shown }) => shown.map(({ finding }) => finding));
  return configs.map((lookup) => configurationOf(lookup, ofPods));
}

function configurationOf(lookup: ConfigLookup, ofPods: readonly Finding[]): Html {
  const findings = checkConfig(lookup);
  const title = lookup.kind === 'found' ? lookup.config.source : 'No configuration to judge by';
  return html`<article class="config">
    <h3>${title}</h3>
    ${findings.map(
      ({ code, message, fix, severity }) =>
        html`<p class="${severity}"><span class="code">${code}</span> ${message}</p>
          ${fixLine(fix)}`,
    )}${lookup.kind === 'found' && valuesOf(lookup.config, [...findings, ...ofPods])}
  </article>`;
}

function valuesOf(config: MeshConfig, findings: readonly Finding[]): Html {
  const lists = LIST_SETTINGS.flatMap((setting) => {
    const field = fieldOf(config.kind, setting);
    return field === undefined ? [] : [rowOf(field, config[setting], about(config, field, findings))];
  });
  const switches = SWITCHES.flatMap(([setting, word]) => {
    const field = fieldOf(config.kind, setting);
    return field === undefined
      ? []
      : [
          html`<tr>
            <th scope="row"><code>${field}</code></th>
            <td>${word(config)}</td>
          </tr>`,
        ];
  });
  return html`<table class="values">
    <thead>
      <tr>
        <th scope="col">Field</th>
        <th scope="col">Value</th>
      </tr>
    </thead>
    <tbody>
      ${lists}${switches}
    </tbody>
  </table>`;
}

const SWITCHES: readonly (readonly [Setting, (config: MeshConfig) => string])[] = [
  ['podIpMode', ({ podIpMode }) => (podIpMode ? 'PodIP' : 'Localhost')],
  ['dnsProxy', ({ dnsProxy }) => (dnsProxy ? 'on' : 'off')],
];

function about({ source }: MeshConfig, field: string, findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ evidence }) => evidence.source === source && evidence.field === field);
}

function rowOf(
  field: string,
  items: readonly { readonly text: string; readonly problem: string | undefined }[],
  findings: readonly Finding[],
): Html {
  const cells = items.map(({ text, problem }) => {
    const codes = findings
      .filter(({ evidence }) => evidence.values?.some((value) => value === text) === true)
      .map(({ code }) => code);
    if (problem === undefined && codes.length === 0) return html`<li><code>${text}</code></li>`;
    const said = [...new Set(codes)].join(' ');
    return html`<li>
      <mark><code>${text}</code></mark> <span class="note">${problem} ${said}</span>
    </li>`;
  });
  return html`<tr>
    <th scope="row"><code>${field}</code></th>
    <td>
      ${
        cells.length === 0
          ? html`<span class="note">none</span>`
          : html`<ul>
              ${cells}
            </ul>`
      }
    </td>
  </tr>`;
}
