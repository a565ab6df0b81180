/** The options that say where to see what the kernel does: in this machine's, or in what iptables-save printed. */
import { Option } from 'commander';
import { hostname } from 'node:os';
import process from 'node:process';
import { notEmpty, onOff } from './option-values.ts';
import type { Selection } from './subjects.ts';
import { UsageError } from './usage-error.ts';

export interface LiveOptions {
  readonly live: boolean;
  /** Of one pod, a file for each backend. */
  readonly liveRules: readonly string[];
}

export function liveOption(): Option {
  return onOff(
    '--live',
    "Judge what the kernel does, too: read the rules of the pods that run on this machine. Run it on the pods' node, as root.",
  ).default(false);
}

export function liveRulesOption(): Option {
  return new Option(
    '--live-rules <file>',
    'The same for one pod, by what iptables-save -t nat printed in it: a file, or - for standard input. ' +
      'Repeatable, once for each backend.',
  )
    .argParser((value: string, before: readonly string[]) => [...before, value])
    .default([]);
}

/** Which pods of a cluster `check --live` is about. */
export function nodeOption(): Option {
  return new Option(
    '--node <name>',
    'With --live: the node that this machine is; NODE_NAME or the name of the host when not given.',
  )
    .env('OSM_AUDITOR_NODE')
    .argParser(notEmpty);
}

/** What else the commands take; `trace` has neither of the last two. */
interface Others extends Pick<Selection, 'filename' | 'node'> {
  readonly watch?: boolean;
  readonly with?: readonly string[];
}

/** @throws UsageError for options that exclude each other */
export function refuseMixture(options: LiveOptions & Others): void {
  const { live, liveRules, filename, node, watch = false, with: proposed = [] } = options;
  if ((live || liveRules.length > 0) && (watch || proposed.length > 0)) {
    const [one, other] = [live ? '--live' : '--live-rules', watch ? '--watch' : '--with'];
    throw new UsageError(`${one} looks once at what is: it cannot be given together with ${other}`);
  }
  if (live && liveRules.length > 0)
    throw new UsageError('--live and --live-rules cannot be given together: the rules are read or given');
  if (liveRules.filter((file) => file === '-').length > 1)
    throw new UsageError('standard input can be read only once, but --live-rules - is given twice');
  if (liveRules.includes('-') && filename.includes('-'))
    throw new UsageError('standard input can be read only once, but -f - and --live-rules - are given');
  if (node === undefined) return;
  if (!live) throw new UsageError('--node says which node this machine is: it is for --live');
  if (filename.length > 0)
    throw new UsageError('--node chooses pods of a cluster: it cannot be given together with -f');
}

/** Of a cluster only the pods of this node are looked at; files hold those that their author chose. */
export function selectionHere<T extends LiveOptions & Selection>(options: T): T {
  const { live, filename, node } = options;
  return live && filename.length === 0 ? { ...options, node: node ?? thisNode() } : options;
}

/** A kubelet calls its node by the host's name in lower case, unless it is told another. */
function thisNode(): string {
  const named = process.env['NODE_NAME'] ?? '';
  return named === '' ? hostname().toLowerCase() : named;
}
