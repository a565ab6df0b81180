/**
 * Reads the text of iptables-save: what a kernel holds already.
 *
 * Guarantees: never throws, and every rule of the table nat keeps its place: one that is not understood is there as a rule
 * of which nobody knows what it matches and does, and is named.
 * Limits: other tables are named and not read. A table that iptables-save calls incompatible is not understood: it holds
 * rules that iptables cannot show.
 */
import { readCommand } from './command.ts';
import type { UnknownText } from './execution.ts';
import { BUILT_IN_CHAINS, isBuiltIn, type Rule, type RuleSet } from './model.ts';
import { restoreWords } from './restore-words.ts';
import { LineIndex } from './text-position.ts';

export interface SavedRules {
  readonly rules: RuleSet;
  readonly notUnderstood: readonly UnknownLine[];
}

export interface UnknownLine extends UnknownText {
  /** Whether the rules hold something in its place; what else it stands for is missing in them. */
  readonly inRules: boolean;
}

export function readSave(text: string): SavedRules {
  const chains = new Map<string, Rule[]>(BUILT_IN_CHAINS.map((name) => [name, []]));
  const notUnderstood: UnknownLine[] = [];
  const lines = new LineIndex(text);
  let table: string | undefined;
  let offset = 0;
  for (const line of text.split('\n')) {
    const at = offset;
    offset += line.length + 1;
    const unknown = (construct: string, inRules = false): void => {
      notUnderstood.push({ construct, text: line, at: lines.positionAt(at), inRules });
    };
    if (line.startsWith('#')) {
      if (line.includes('is incompatible')) unknown('a table that iptables cannot show');
    } else if (line.startsWith('*')) {
      table = line.slice(1).trim();
      if (table !== 'nat') unknown(`the table ${table}`);
    } else if (line === 'COMMIT') table = undefined;
    else if (line.trim() !== '' && table === undefined) unknown('text outside a table');
    else if (line.trim() !== '' && table === 'nat') {
      const problem = line.startsWith(':') ? declare(chains, line) : append(chains, line);
      if (typeof problem === 'string') unknown(problem);
      else if (problem !== undefined) unknown(problem.inRules, true);
    }
  }
  return { rules: { chains }, notUnderstood };
}

/** Both answer what is not understood about the line; `inRules` where it has its place all the same. */
function declare(chains: Map<string, Rule[]>, line: string): string | undefined {
  const [, chain, policy] = /^:(\S+) (\S+)(?: \[\d+:\d+\])?$/.exec(line) ?? [];
  if (chain === undefined || policy === undefined) return 'a chain line';
  if (!chains.has(chain)) chains.set(chain, []);
  return policy === (isBuiltIn(chain) ? 'ACCEPT' : '-') ? undefined : `the policy ${policy}`;
}

function append(
  chains: Map<string, Rule[]>,
  line: string,
): string | { readonly inRules: string } | undefined {
  const bare = line.replace(/^\[\d+:\d+\] /, '');
  const words = restoreWords(bare);
  const chain = chains.get(words?.[1] ?? '');
  if (words?.[0] !== '-A' || chain === undefined) return 'a line that is no rule of a chain';
  const read = readCommand(words, 'iptables-restore');
  if (read.kind === 'value' && read.value.kind === 'append') {
    chain.push(...read.value.rules);
    const opaque = read.value.rules.flatMap(({ matches }) => matches).find(({ kind }) => kind === 'opaque');
    return opaque?.kind === 'opaque' ? { inRules: `the match ${opaque.text}` } : undefined;
  }
  const text = bare.slice(`-A ${words[1] ?? ''} `.length);
  chain.push({ matches: [], target: { kind: 'opaque', text } });
  return { inRules: read.kind === 'value' ? 'a line that is no rule of a chain' : read.message };
}
