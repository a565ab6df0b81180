/**
 * Replaces `$NAME` and `${NAME}` by the value of a variable of the container.
 *
 * Limits: every other expansion with `$` is not understood, and so is a variable that the pod does not define (the image
 * may) or whose value the shell would split or match against file names.
 */
import { beyondShell, type Stop } from './shell-tokens.ts';
import { unknownVariable } from './variables.ts';

/** The variables of a container; undefined is the value of one that holds an address which is not known here. */
export type Environment = ReadonlyMap<string, string | undefined>;

export type Expansion = { readonly text: string; readonly end: number } | Stop;

/** The shells set these themselves, whatever the container has: dash, busybox and bash differ in which. */
const SHELL_OWN = new Set(
  'PPID OPTIND OPTARG IFS PWD OLDPWD RANDOM SRANDOM SHLVL LINENO SECONDS EPOCHSECONDS EPOCHREALTIME UID EUID GROUPS PIPESTATUS FUNCNAME DIRSTACK COMP_WORDBREAKS HISTCMD _'.split(
    ' ',
  ),
);

/** Whether a variable of the container changes what the shell, the loader or iptables do. */
export function unsafeVariable(name: string): boolean {
  return /^(?:PATH|ENV|BASH_ENV|SHELLOPTS|BASHOPTS|POSIXLY_CORRECT)$|^(?:XTABLES|IPTABLES|LD|BASH_FUNC)_/.test(
    name,
  );
}

/** `at` is the offset of the `$`. Between double quotes and in a here-document the value stays in one piece. */
export function expandAt(
  text: string,
  at: number,
  environment: Environment,
  place: 'unquoted' | 'quoted',
): Expansion {
  const pattern = /\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})/y;
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  const name = found?.[1] ?? found?.[2];
  if (found === null || name === undefined) {
    return beyondShell('an expansion with $', at);
  }
  if (SHELL_OWN.has(name) || name.startsWith('BASH')) {
    return beyondShell(`the variable ${name}, which the shell sets itself`, at);
  }
  if (!environment.has(name)) {
    return beyondShell(`the variable ${name}, which the pod does not define`, at);
  }
  const end = at + found[0].length;
  const value = environment.get(name);
  if (value === undefined) return { text: unknownVariable(name), end };
  if (value.includes('\0') || (place === 'unquoted' && /[\s*?[\\]/.test(value))) {
    return beyondShell(`the value of the variable ${name}`, at);
  }
  return { text: value, end };
}
