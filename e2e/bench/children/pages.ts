/** All pages of the list of pods, as large as our informer asks for, as bytes. */
import { PAGE_SIZE } from '../../../src/kube/reflector.ts';
import type { Connections } from '../connections.ts';

/** Hands on each page's chunks as they come and keeps nothing. */
export async function readPages(
  connections: Connections,
  onPage: (chunks: AsyncIterable<Uint8Array>) => Promise<Uint8Array>,
): Promise<void> {
  const { signal } = new AbortController();
  let token: string | undefined;
  do {
    const query = new URLSearchParams({ limit: PAGE_SIZE, ...(token && { continue: token }) });
    const head = await onPage(await connections.read(`/api/v1/pods?${query.toString()}`, signal));
    token = /"continue":"([^"]+)"/.exec(Buffer.from(head).toString('latin1'))?.[1];
  } while (token !== undefined);
}
