/** The informer that the controller follows pods with, on the same watch: from a version on, without a list. */
import { createInformers } from '../../../src/controller/informers.ts';
import { connect } from '../../../src/kube/client.ts';
import { systemClock } from '../../../src/kube/clock.ts';
import { argumentsOf, costOf, print } from './measure.ts';
import { stderrLogger } from './stderr-logger.ts';

const [kubeconfig, from, count] = argumentsOf('KUBECONFIG', 'RESOURCE_VERSION', 'EVENTS');
const cluster = connect({ kubeconfig });
const stopping = new AbortController();
let events = 0;
const { pods } = createInformers({
  api: {
    list: () => Promise.resolve({ items: [], metadata: { resourceVersion: from } }),
    watch: (path, query, options) => cluster.watch(path, query, options),
  },
  clock: systemClock,
  logger: stderrLogger,
  recognises: () => true,
});
pods.onChange(() => {
  events += 1;
  if (events >= Number(count)) stopping.abort();
});
const cost = await costOf(() => pods.run(stopping.signal));
await cluster.close();
print({ ...cost, events });
