/** Files when -f is given, the cluster otherwise. */
import type { Selection, Subjects, Wanted } from './subjects.ts';
import type { Terminal } from './terminal.ts';

export async function findSubjects(
  selection: Selection,
  terminal: Terminal,
  wanted: Wanted = {},
): Promise<Subjects> {
  // Loaded when needed: the Kubernetes client takes longer to load than files take to judge.
  if (selection.filename.length > 0) {
    const { subjectsFromFiles } = await import('./from-files.ts');
    return subjectsFromFiles(selection, terminal, wanted);
  }
  const { subjectsFromCluster } = await import('./from-cluster.ts');
  return subjectsFromCluster(selection);
}
