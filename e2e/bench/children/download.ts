/** Downloads the list of pods and looks at no byte but those that tell the next page. */
import { Connections } from '../connections.ts';
import { argumentsOf, costOf, print } from './measure.ts';
import { readPages } from './pages.ts';

const [kubeconfig] = argumentsOf('KUBECONFIG');
const connections = new Connections(kubeconfig);
let bytes = 0;
const cost = await costOf(() =>
  readPages(connections, async (chunks) => {
    let head: Uint8Array | undefined;
    for await (const chunk of chunks) {
      head ??= chunk;
      bytes += chunk.length;
    }
    return head ?? new Uint8Array();
  }),
);
await connections.close();
print({ ...cost, bytes });
