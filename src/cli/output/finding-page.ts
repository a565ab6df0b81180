/**
 * A page of the catalogue, for people: what is wrong, how bad it is and where it shows, then why and what to do, then how
 * to see it without osm-auditor.
 *
 * Guarantees: no line is wider than asked for, apart from commands, which are there to be copied.
 */
import { catalogueEntry, FINDING_NAMES, type FindingName } from '../../core/audit/catalogue.ts';
import { effectText, type CatalogueEntry } from '../../core/audit/catalogue/entry.ts';
import { groupOf } from '../../core/audit/catalogue/groups.ts';
import { LIVE_REDIRECTION, REDIRECTION } from '../../core/audit/condition-text.ts';
import { METRICS } from '../../metrics/table.ts';
import { severityText, type StyledText } from '../styled-text.ts';
import { wrap } from './wrap.ts';

const INDENT = '    ';
const LABEL = 12;
/** A blank at which no line is broken, while lines are made. */
const UNBROKEN = '\u00a0';

export function findingPage(name: FindingName, width: number): StyledText {
  const entry = catalogueEntry(name);
  const { commands, shows } = entry.confirm;
  const section = (label: string, text: string): string => `\n${label}:\n${paragraph(text, width)}`;
  const facts: readonly (readonly [string, string])[] = [
    ['EFFECT', effectText(entry.effect)],
    ['CONDITION', conditionText(name, entry)],
    ['EVENT', eventText(name, entry)],
    ['METRIC', `${(isLive(entry) ? METRICS.liveFindings : METRICS.findings).name}{code="${entry.code}"}`],
  ];
  const related = FINDING_NAMES.filter((other) => {
    return other !== name && groupOf(catalogueEntry(other).code) === groupOf(entry.code);
  });
  return [
    `${entry.code} ${name}\n`,
    paragraph(entry.title, width),
    `\n${'SEVERITY:'.padEnd(LABEL)}`,
    severityText(entry.severity),
    '\n',
    ...facts.map(([label, text]) => fact(label, text, width)),
    section('EXAMPLE', entry.example),
    section('MEANING', entry.meaning),
    section('CAUSE', entry.cause),
    section('REMEDY', entry.remedy),
    `\nCONFIRM:\n${commands.map((line) => `${INDENT}${line}\n`).join('')}\n${paragraph(shows, width)}`,
    section(
      'SEE ALSO',
      related.map((other) => `${catalogueEntry(other).code} ${other}`.replace(' ', UNBROKEN)).join(', '),
    ),
  ];
}

/** Whether it is the node agent that tells of it. */
function isLive({ code }: CatalogueEntry): boolean {
  return groupOf(code) === 'OA7';
}

function conditionText(name: FindingName, entry: CatalogueEntry): string {
  const { effect } = entry;
  switch (effect) {
    case 'Discrepant':
    case 'Unknown': {
      const status = effect === 'Discrepant' ? 'False' : 'Unknown';
      const { type } = isLive(entry) ? LIVE_REDIRECTION : REDIRECTION;
      return `${type} is ${status}, with the reason ${name} unless a worse finding is there`;
    }
    case 'NotApplicable':
      return 'the pod gets none';
    case 'None':
      return 'does not speak of it';
  }
}

function eventText(name: FindingName, { severity, scope }: CatalogueEntry): string {
  if (severity === 'info') return 'none';
  return scope === 'pod'
    ? `Warning ${name} on the pod, or once on the configuration when a change of it concerns many pods`
    : `Warning ${name} on the configuration when that is to blame; none on pods, as many share it`;
}

function fact(label: string, text: string, width: number): string {
  const [first = '', ...more] = wrap(text, width - LABEL);
  return [`${label}:`.padEnd(LABEL) + first, ...more.map((line) => ' '.repeat(LABEL) + line)]
    .map((line) => `${line}\n`)
    .join('');
}

function paragraph(text: string, width: number): string {
  return wrap(text, width - INDENT.length)
    .map((line) => `${INDENT}${line.replaceAll(UNBROKEN, ' ')}\n`)
    .join('');
}
