/** What the kernel does to one pod, by the files that `--live-rules` names. */
import type { LiveReading } from '../core/audit/live-reading.ts';
import type { Backend } from '../core/iptables/saved-tables.ts';
import { displayName } from './input/input-error.ts';
import { readSavedText } from './input/saved-rules.ts';
import type { InputIo } from './input/source.ts';
import { UsageError } from './usage-error.ts';

/**
 * Of a backend without a file the kernel is taken to have no table.
 * @throws InputError for what is no such text, UsageError for files that do not make one reading
 */
export async function readLiveFiles(files: readonly string[], io: InputIo): Promise<LiveReading> {
  const saved = new Map<Backend, { readonly file: string; readonly text: string }>();
  let warning: string | undefined;
  for (const file of files) {
    const { backend, text, besideLegacy } = await readSavedText(file, io);
    const earlier = saved.get(backend);
    if (earlier !== undefined) {
      const both = `${displayName(earlier.file)} and ${displayName(file)}`;
      throw new UsageError(`${both} both hold rules of iptables-${backend}: a pod has them once`);
    }
    saved.set(backend, { file, text });
    if (besideLegacy) warning = displayName(file);
  }
  if (warning !== undefined && !saved.has('legacy')) {
    const wanted = 'give what iptables-legacy-save -t nat prints with another --live-rules';
    throw new UsageError(`${warning} says that there are tables of iptables-legacy, too: ${wanted}`);
  }
  const textOf = (backend: Backend): string => saved.get(backend)?.text ?? '';
  return {
    kind: 'tables',
    saved: { legacy: textOf('legacy'), nft: textOf('nft') },
    // What iptables-save cannot show, and what was before, no file tells.
    nativeChains: [],
    earlier: undefined,
  };
}
