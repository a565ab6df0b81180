/** The script that an osm-init container runs, when the pod itself carries it. */
import type { InitContainer } from './pod.ts';

const SHELLS = new Set(['/bin/sh', 'sh', '/bin/bash', 'bash', '/bin/ash', '/bin/dash']);

/** The text after `-c`; undefined when the container runs anything else than `sh -c SCRIPT`. */
export function initScriptOf(container: InitContainer): string | undefined {
  const [shell, option, script, ...rest] = [...container.command, ...container.args];
  return shell !== undefined && SHELLS.has(shell) && option === '-c' && rest.length === 0
    ? script
    : undefined;
}
