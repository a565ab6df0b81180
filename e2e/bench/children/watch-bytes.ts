/** Follows a watch from a version on and only counts lines: what the server and the connection can give. */
import { Connections } from '../connections.ts';
import { argumentsOf, costOf, print } from './measure.ts';

const NEWLINE = 10;

const [kubeconfig, from, count] = argumentsOf('KUBECONFIG', 'RESOURCE_VERSION', 'EVENTS');
const connections = new Connections(kubeconfig);
const stopping = new AbortController();
const query = new URLSearchParams({ watch: 'true', resourceVersion: from, allowWatchBookmarks: 'true' });
let events = 0;
const cost = await costOf(async () => {
  const chunks = await connections.read(`/api/v1/pods?${query.toString()}`, stopping.signal);
  for await (const chunk of chunks) {
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) events += 1;
    if (events >= Number(count)) break;
  }
});
stopping.abort();
await connections.close();
print({ ...cost, events });
