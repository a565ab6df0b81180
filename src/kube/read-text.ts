/**
 * Reads the text of an answer that matters no further, such as the reason of a refusal.
 *
 * Guarantees: it ends within `ms` and takes no more than a little over `bytes`, whatever is sent; what has come by then is
 * the text, and a body that is cut is no error.
 */
import type { Readable } from 'node:stream';

export interface Bounds {
  readonly bytes: number;
  readonly ms: number;
}

export async function readText(body: Readable, { bytes, ms }: Bounds): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  const timer = setTimeout(() => body.destroy(), ms);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > bytes) break;
    }
  } catch {
    // Cut or too slow: the status of the answer is known all the same.
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
