/** The script that an osm-init container runs, when the pod itself carries it. */
import type { InitContainer } from './pod.ts';

/** Shells that agree on the language that is modelled; bash does not. */
const SHELLS = new Set(['/bin/sh', 'sh', '/bin/ash', '/bin/dash']);

/**
 * The text after `-c`; undefined when the container runs anything else than `sh -c SCRIPT`. Without a command the
 * image's entrypoint decides what runs.
 */
export function initScriptOf(container: InitContainer): string | undefined {
  if (container.command.length === 0) return undefined;
  const [shell, option, script, ...rest] = [...container.command, ...container.args];
  return shell !== undefined && SHELLS.has(shell) && option === '-c' && rest.length === 0
    ? script
    : undefined;
}

/**
 * Where Kubernetes would replace text before the shell sees it: `$(NAME)` becomes a variable of the container and `$$` a
 * dollar sign, in quotes and comments too. An offset, or undefined where there is nothing to replace.
 */
export function kubernetesReference(script: string): number | undefined {
  const at = script.search(/\$(?:\$|\([-._A-Za-z][-._A-Za-z0-9]*\))/);
  return at < 0 ? undefined : at;
}
