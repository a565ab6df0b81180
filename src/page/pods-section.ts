/** Every pod on a line, with what a filter asks for beside it. */
import { STATUSES } from '../core/audit/report.ts';
import type { FindingGroup } from './cases.ts';
import { html, type Html } from './html.ts';
import type { PagePod } from './page-input.ts';
import { STATUS_SIGNS, STATUS_WORDS } from './pod-words.ts';
import type { RulePairs } from './rule-pairs.ts';

interface RowLinks {
  readonly id: string;
  readonly cases: readonly { readonly id: string; readonly code: string; readonly fix: string }[];
  readonly rules: string | undefined;
}

export function* podParts(
  pods: readonly PagePod[],
  groups: readonly FindingGroup[],
  { shown: pairs }: RulePairs,
  anchors: ReadonlyMap<PagePod, string>,
): Generator<Html> {
  const cases = casesOf(groups);
  const rules = new Map(pairs.flatMap(({ id, pods: having }) => having.map((pod) => [pod, id] as const)));
  const linksOf = (pod: PagePod): RowLinks => {
    return { id: anchors.get(pod) ?? '', cases: cases.get(pod) ?? [], rules: rules.get(pod) };
  };
  yield filterOf(pods, groups);
  for (const chunk of chunksOf(pods)) yield tableOf(chunk.map((pod) => rowOf(pod, linksOf(pod))));
  yield html`<p id="nothing" hidden>No pod is like that.</p>`;
}

/** With what mends this pod: a case may be mended by a hundred commands. */
function casesOf(groups: readonly FindingGroup[]): ReadonlyMap<PagePod, RowLinks['cases']> {
  const cases = new Map<PagePod, RowLinks['cases'][number][]>();
  for (const { name, entry, shown, more } of groups) {
    for (const { id, finding, pods } of [...shown, ...more]) {
      for (const pod of pods) {
        const own = pod.report.findings.find(
          (each) => each.name === name && each.message === finding.message,
        );
        const list = cases.get(pod) ?? [];
        cases.set(pod, list);
        list.push({ id, code: entry.code, fix: own?.fix ?? '' });
      }
    }
  }
  return cases;
}

/** A browser lays out what is seen and skips other tables, of which one of thousands of rows takes seconds. */
const ROWS_OF_A_TABLE = 200;

function chunksOf(pods: readonly PagePod[]): readonly (readonly PagePod[])[] {
  return Array.from({ length: Math.ceil(pods.length / ROWS_OF_A_TABLE) }, (_, index) =>
    pods.slice(index * ROWS_OF_A_TABLE, (index + 1) * ROWS_OF_A_TABLE),
  );
}

/** The head is seen above the first alone. */
function tableOf(rows: readonly Html[]): Html {
  return html`<div class="pods">
    <table>
      <thead>
        <tr>
          <th scope="col">Namespace</th>
          <th scope="col">Name</th>
          <th scope="col">Status</th>
          <th scope="col">Findings</th>
          <th scope="col">Rules</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div> `;
}

function filterOf(pods: readonly PagePod[], groups: readonly FindingGroup[]): Html {
  const namespaces = [...new Set(pods.map(({ report }) => report.namespace))].sort();
  return html`<form id="filter" role="search">
    <label
      >Text
      <input name="text" type="search" autocomplete="off" spellcheck="false" placeholder="part of a name"
    /></label>
    ${select(
      'status',
      'Status',
      STATUSES.map((status) => [status, STATUS_WORDS[status]]),
    )}
    ${select(
      'code',
      'Finding',
      groups.map(({ name, entry: { code } }) => [code, `${code} ${name}`]),
    )}
    ${select(
      'namespace',
      'Namespace',
      namespaces.map((name) => [name, name]),
    )}
    <input type="hidden" name="case" /><input type="hidden" name="rules" />
    <button type="reset">Show all</button> <output name="shown" role="status"></output>
  </form>`;
}

function select(name: string, label: string, options: readonly (readonly [string, string])[]): Html {
  return html`<label
    >${label}
    <select name="${name}">
      <option value="">any</option>
      ${options.map(([value, text]) => html`<option value="${value}">${text}</option>`)}
    </select></label
  >`;
}

function rowOf({ report, source }: PagePod, { id, cases, rules }: RowLinks): Html {
  const { namespace, name, status, dialect, configSource } = report;
  const from = [dialect, configSource, source].filter((text) => text !== undefined).join(', ');
  return html`<tr
    id="${id}"
    data-status="${status}"
    data-cases="${cases.map((each) => each.id).join(' ')}"
    ${cases.length > 0 && html` data-fixes="${cases.map((each) => each.fix).join('\n')}"`}${
      rules !== undefined && html` data-rules="${rules}"`
    }${from !== '' && html` data-from="${from}"`}
  >
    <td>${namespace}</td>
    <td><a href="#${id}">${name}</a></td>
    <td class="${status}">${STATUS_SIGNS[status]} ${status}</td>
    <td>${cases.map((each) => html`<a href="#${each.id}">${each.code}</a> `)}</td>
    <td>${rules !== undefined && html`<a href="#${rules}">rules</a>`}</td>
  </tr> `;
}
