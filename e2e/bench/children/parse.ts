/** JSON.parse on the pages of the list of pods, which are in memory already; each result is dropped at once. */
import { Connections } from '../connections.ts';
import { argumentsOf, costOf, print } from './measure.ts';
import { readPages } from './pages.ts';

const [kubeconfig] = argumentsOf('KUBECONFIG');
const connections = new Connections(kubeconfig);
const pages: Buffer[] = [];
await readPages(connections, async (chunks) => {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  const page = Buffer.concat(parts);
  pages.push(page);
  return page.subarray(0, 1000);
});
await connections.close();
let pods = 0;
const cost = await costOf(() => {
  for (const page of pages) {
    const { items } = JSON.parse(page.toString('utf8')) as { readonly items: readonly unknown[] };
    pods += items.length;
  }
  return Promise.resolve();
});
print({ ...cost, pods });
