/**
 * The commands that a page of the documentation shows, for the tests that execute them: all of a fenced block `sh` or `bash`,
 * and of `console` those behind `$ `, each with the output that follows it.
 *
 * Guarantees: a command is what a shell would be given, without comments and with lines that end in `\` joined; what stands
 * between quotes stays as it is. A block whose language may hide commands, or that cannot be read, throws with its line.
 *
 * Limit: no here-documents.
 */

export interface DocumentedCommand {
  readonly page: string;
  /** Where it begins, from 1. */
  readonly line: number;
  readonly text: string;
  /** What the page shows that it prints; undefined where it shows nothing. */
  readonly output: string | undefined;
}

/** The commands of one block, which are executed one after the other. */
export type CommandBlock = readonly DocumentedCommand[];

interface Line {
  readonly number: number;
  readonly text: string;
}

/** Languages of blocks that are not for a shell; Jenkins is told what to do in Groovy. */
const NO_COMMANDS: readonly string[] = ['text', 'yaml', 'json', 'groovy', 'promql'];
const PROMPT = '$ ';

/** The blocks of a page that have commands, in their order. */
export function commandBlocks(page: string, markdown: string): readonly CommandBlock[] {
  return fencedBlocks(page, markdown)
    .map(({ language, lines }) => {
      if (language === 'sh' || language === 'bash') return scriptCommands(page, lines);
      return language === 'console' ? sessionCommands(page, lines) : [];
    })
    .filter((commands) => commands.length > 0);
}

interface Fenced {
  readonly language: string;
  readonly lines: readonly Line[];
}

function fencedBlocks(page: string, markdown: string): readonly Fenced[] {
  const blocks: Fenced[] = [];
  let open: { language: string; indent: number; lines: Line[] } | undefined;
  for (const [at, text] of markdown.split('\n').entries()) {
    const [, before = '', language = ''] = /^( *)```(.*)$/.exec(text) ?? [];
    if (!text.startsWith(`${before}\`\`\``)) {
      open?.lines.push({ number: at + 1, text: text.slice(Math.min(open.indent, indentOf(text))) });
    } else if (open === undefined) {
      if (!['sh', 'bash', 'console', ...NO_COMMANDS].includes(language)) {
        throw new Error(`${page}:${at + 1}: is a block of the language "${language}" made of commands?`);
      }
      open = { language, indent: before.length, lines: [] };
    } else {
      blocks.push(open);
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`${page}: a block is not closed`);
  return blocks;
}

function indentOf(text: string): number {
  return text.length - text.trimStart().length;
}

/** Reads as a shell does, as far as to know where a command ends and what is a comment. */
function scriptCommands(page: string, lines: readonly Line[]): CommandBlock {
  const commands: DocumentedCommand[] = [];
  let text = '';
  let quote = '';
  let begins = 0;
  const end = (): void => {
    if (text.trim() !== '') commands.push({ page, line: begins, text: text.trim(), output: undefined });
    text = '';
  };
  for (const line of lines) {
    if (text === '') begins = line.number;
    let goesOn = false;
    for (let at = 0; at < line.text.length; at += 1) {
      const character = line.text.charAt(at);
      if (quote === '' && character === '#' && /(?:^|\s)$/.test(text)) break;
      if (character === '\\' && quote !== "'") {
        goesOn = at + 1 === line.text.length;
        text += goesOn ? '' : line.text.slice(at, at + 2);
        at += 1;
        continue;
      }
      if (character === quote) quote = '';
      else if (quote === '' && (character === "'" || character === '"')) quote = character;
      text += character;
    }
    if (quote !== '') text += '\n';
    else if (!goesOn) end();
  }
  if (text !== '') throw new Error(`${page}:${begins}: the command does not end`);
  return commands;
}

/** What a terminal shows. */
function sessionCommands(page: string, lines: readonly Line[]): CommandBlock {
  const starts = lines.flatMap(({ text }, at) => (text.startsWith(PROMPT) ? [at] : []));
  if (starts[0] !== 0) throw new Error(`${page}:${lines[0]?.number ?? 0}: output without a command`);
  return starts.flatMap((start, at) => {
    const session = lines.slice(start, starts[at + 1]);
    const last = session.findIndex(({ text }) => !text.endsWith('\\'));
    const length = last === -1 ? session.length : last + 1;
    const typed = session.slice(0, length).map(({ number, text }) => ({
      number,
      text: text.replace(/^[$>] /, ''),
    }));
    const output = session.slice(length).map(({ text }) => `${text}\n`);
    return scriptCommands(page, typed).map((command) => ({ ...command, output: output.join('') }));
  });
}
