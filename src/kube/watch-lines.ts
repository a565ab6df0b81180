/**
 * The bytes of a watch cut into lines, and each line parsed as JSON.
 *
 * Guarantees: values come in order, each exactly once, whatever the chunk borders are, also inside a character.
 * A line that is no JSON, one that the end of the stream cuts short and one longer than 32 MiB are errors: silence
 * would look like "nothing happened".
 * Cost: bytes are looked at once and copied only where a line spans chunks.
 */
import { MalformedAnswerError } from './errors.ts';
import type { Prune } from './managed-fields.ts';

const NEWLINE = 10;
// A stored object is at most a few MiB; without a limit a peer that never sends a newline takes all memory.
const MAX_LINE_BYTES = 32 * 1024 * 1024;

/**
 * Parses newline-separated JSON. Throws MalformedAnswerError as described above, and whatever `chunks` throws.
 *
 * @param prune what is left out of each line before it is parsed
 */
export async function* parseJsonLines(
  chunks: AsyncIterable<Uint8Array>,
  prune: Prune = (line) => line,
): AsyncGenerator<unknown, void> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      pending.push(chunk.subarray(start, end));
      const line = joinText(pending);
      pending = [];
      pendingBytes = 0;
      start = end + 1;
      if (line.trim() !== '') yield parseLine(prune(line));
    }
    if (start === chunk.length) continue;
    pending.push(chunk.subarray(start));
    pendingBytes += chunk.length - start;
    if (pendingBytes > MAX_LINE_BYTES) throw new MalformedAnswerError('a line of the watch has no end');
  }
  if (joinText(pending).trim() !== '')
    throw new MalformedAnswerError('the watch ended in the middle of a line');
}

function joinText(parts: readonly Uint8Array[]): string {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) {
    return Buffer.from(only.buffer, only.byteOffset, only.byteLength).toString('utf8');
  }
  return Buffer.concat(parts).toString('utf8');
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new MalformedAnswerError(`a line of the watch is not JSON: ${line.slice(0, 80)}`, { cause });
  }
}
