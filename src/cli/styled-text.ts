/**
 * Text with colours, as data: what a colour means is said here, and the sequences that bring it about are made at the gate
 * of the terminal alone (terminal.ts), so that no text can smuggle in any of its own.
 *
 * Only statuses and severities have colours. They say nothing that the words do not say too.
 */
import { styleText } from 'node:util';
import type { Severity } from '../core/audit/catalogue/entry.ts';
import type { Status } from '../core/audit/report.ts';
import { visibleLines } from '../core/audit/quote.ts';

export type Style = 'good' | 'bad' | 'doubtful' | 'faint';

export interface Styled {
  readonly style: Style;
  readonly text: string;
}

export type StyledText = readonly (string | Styled)[];

/** Those of the sixteen colours that can be read on light and dark ground. */
const COLOURS = { good: 'green', bad: 'red', doubtful: 'yellow', faint: 'gray' } as const;

const OF_STATUS: Readonly<Record<Status, Style>> = {
  Verified: 'good',
  Discrepant: 'bad',
  Unknown: 'doubtful',
  NotApplicable: 'faint',
};

export function statusText(status: Status, text: string = status): Styled {
  return { style: OF_STATUS[status], text };
}

/** A note has the colour of the terminal. */
export function severityText(severity: Severity, text: string = severity): string | Styled {
  if (severity === 'info') return text;
  return { style: severity === 'error' ? 'bad' : 'doubtful', text };
}

export function wordsOf(part: string | Styled): string {
  return typeof part === 'string' ? part : part.text;
}

/** Without colours. */
export function plain(text: string | StyledText): string {
  return typeof text === 'string' ? text : text.map(wordsOf).join('');
}

/** The lines of a text, without their ends. */
export function linesOf(text: StyledText): readonly StyledText[] {
  const lines: (string | Styled)[][] = [[]];
  for (const part of text) {
    // What has a colour is a word.
    if (typeof part !== 'string') lines.at(-1)?.push(part);
    else {
      const [first = '', ...more] = part.split('\n');
      lines.at(-1)?.push(first);
      for (const line of more) lines.push([line]);
    }
  }
  return plain(lines.at(-1) ?? []) === '' ? lines.slice(0, -1) : lines;
}

/** At most so many characters of a line; none is cut in two. */
export function cutLine(line: StyledText, most: number): StyledText {
  let room = most;
  return line.flatMap((part) => {
    const kept = Array.from(wordsOf(part)).slice(0, room).join('');
    room -= Array.from(kept).length;
    if (kept === '') return [];
    return [typeof part === 'string' ? kept : { ...part, text: kept }];
  });
}

/** What a terminal gets: nothing but line breaks and our own colours drives it. */
export function encode(text: string | StyledText): string {
  if (typeof text === 'string') return visibleLines(text);
  return text
    .map((part) => {
      if (typeof part === 'string') return visibleLines(part);
      // Whether there are colours was decided before.
      return styleText(COLOURS[part.style], visibleLines(part.text), { validateStream: false });
    })
    .join('');
}
