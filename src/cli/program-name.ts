/** What people type to run this program, for the help and for messages that name it. */
import { basename } from 'node:path';

export const PROGRAM = 'osm-auditor';
const PLUGIN = 'kubectl-';

/**
 * Kubectl runs `kubectl-osm_auditor` for `kubectl osm-auditor`, since a dash in a file's name stands between two words.
 *
 * @param path what this process was started as: the second word of its argv
 */
export function programName(path: string | undefined): string {
  const name = basename(path ?? '').replace(/\.[cm]?js$/, '');
  return name.startsWith(PLUGIN) ? `kubectl ${name.slice(PLUGIN.length).replaceAll('_', '-')}` : PROGRAM;
}
