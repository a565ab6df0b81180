/** Files when -f is given, the cluster otherwise. */
import { Progress } from './progress.ts';
import type { Selection, Subjects, Wanted } from './subjects.ts';
import type { Terminal } from './terminal.ts';

export async function findSubjects(
  selection: Selection,
  terminal: Terminal,
  wanted: Wanted = {},
): Promise<Subjects> {
  const progress = new Progress(terminal);
  try {
    // Loaded when needed: the Kubernetes client takes longer to load than files take to judge.
    if (selection.filename.length > 0) {
      const { subjectsFromFiles } = await import('./from-files.ts');
      return await subjectsFromFiles(selection, terminal, wanted, progress.say);
    }
    const { subjectsFromCluster } = await import('./from-cluster.ts');
    return await subjectsFromCluster(selection, progress.say);
  } finally {
    progress.end();
  }
}
