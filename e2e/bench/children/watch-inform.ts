/** Our informer following the same watch, with the facts that the controller keeps: from a version on, without a list. */
import { podSnapshot, sameFacts } from '../../../src/controller/snapshot.ts';
import { connect } from '../../../src/kube/client.ts';
import { systemClock } from '../../../src/kube/clock.ts';
import { Informer } from '../../../src/kube/informer.ts';
import { argumentsOf, costOf, print } from './measure.ts';
import { stderrLogger } from './stderr-logger.ts';

const [kubeconfig, from, count] = argumentsOf('KUBECONFIG', 'RESOURCE_VERSION', 'EVENTS');
const cluster = connect({ kubeconfig });
const stopping = new AbortController();
let events = 0;
const informer = new Informer({
  api: {
    list: () => Promise.resolve({ items: [], metadata: { resourceVersion: from } }),
    watch: (path, query, options) => cluster.watch(path, query, options),
  },
  clock: systemClock,
  logger: stderrLogger,
  source: { name: 'pods', path: '/api/v1/pods' },
  project: podSnapshot,
  changed: (before, after) => !sameFacts(before, after),
});
informer.onChange(() => {
  events += 1;
  if (events >= Number(count)) stopping.abort();
});
const cost = await costOf(() => informer.run(stopping.signal));
await cluster.close();
print({ ...cost, events });
