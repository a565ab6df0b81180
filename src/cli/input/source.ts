/**
 * From an argument of `-f` to bytes: which files it means, and their content in chunks.
 *
 * Guarantees: every failure of the file system is an InputError in plain words; content with a NUL byte is refused at
 * the first chunk that shows one, before anything tries to understand it. Nothing is read ahead of the consumer, and
 * a consumer that stops early closes the file.
 */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from './input-error.ts';

/** What reading needs from the process. */
export interface InputIo {
  /** Read for the source `-`; yields bytes, as process.stdin does. */
  readonly stdin: AsyncIterable<Uint8Array>;
}

const MANIFEST = /\.(yaml|yml|json)$/;
const CHUNK_BYTES = 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  ENOTDIR: 'no such file: a part of the path is not a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'is a directory',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
};

/**
 * The files that one argument of `-f` means, in the order to read them: `-` and a file stand for themselves, a
 * directory for its *.yaml, *.yml and *.json files, sorted by name, without its subdirectories.
 */
export async function filesOf(source: string): Promise<readonly string[]> {
  if (source === '-') return [source];
  try {
    if (!(await stat(source)).isDirectory()) return [source];
    const entries = await readdir(source, { withFileTypes: true });
    const names = entries.filter((entry) => !entry.isDirectory() && MANIFEST.test(entry.name));
    if (names.length > 0) return names.map((entry) => join(source, entry.name)).sort();
  } catch (error) {
    throw unreadable(source, error);
  }
  throw new InputError({ file: source }, 'the directory has no *.yaml, *.yml or *.json file');
}

/** The content of `file`, or of standard input for `-`, in chunks; throws InputError. */
export async function* readChunks(file: string, io: InputIo): AsyncGenerator<Buffer, void, undefined> {
  const stream = file === '-' ? io.stdin : createReadStream(file, { highWaterMark: CHUNK_BYTES });
  let offset = 0;
  try {
    for await (const bytes of stream as AsyncIterable<Uint8Array>) {
      const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      refuseBinary(chunk, offset, file);
      offset += chunk.length;
      yield chunk;
    }
  } catch (error) {
    throw unreadable(file, error);
  }
}

function refuseBinary(chunk: Buffer, offset: number, file: string): void {
  const mark = offset === 0 && chunk.length > 1 ? chunk.readUInt16BE(0) : 0;
  if (mark === 0xfffe || mark === 0xfeff) {
    throw new InputError(
      { file },
      'is UTF-16 text; save it as UTF-8 (PowerShell: | Out-File -Encoding utf8)',
    );
  }
  const nul = chunk.indexOf(0);
  if (nul !== -1) throw new InputError({ file }, `is not text: byte ${offset + nul + 1} is NUL`);
}

/** An InputError for what the file system said; one that is an InputError already stays as it is. */
export function unreadable(file: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = REASONS[code] ?? `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  return new InputError({ file }, reason, error);
}
