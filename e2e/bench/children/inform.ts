/** The first sync of our informer on pods, with the facts that the controller keeps. */
import { podSnapshot, sameFacts } from '../../../src/controller/snapshot.ts';
import { connect } from '../../../src/kube/client.ts';
import { systemClock } from '../../../src/kube/clock.ts';
import { Informer } from '../../../src/kube/informer.ts';
import { argumentsOf, costOf, print } from './measure.ts';
import { stderrLogger } from './stderr-logger.ts';

const [kubeconfig] = argumentsOf('KUBECONFIG');
const api = connect({ kubeconfig });
const informer = new Informer({
  api,
  clock: systemClock,
  logger: stderrLogger,
  source: { name: 'pods', path: '/api/v1/pods' },
  project: podSnapshot,
  changed: (before, after) => !sameFacts(before, after),
});
const stopping = new AbortController();
let running: Promise<void> | undefined;
const cost = await costOf(async () => {
  running = informer.run(stopping.signal);
  await informer.waitForSync(stopping.signal);
});
stopping.abort();
await running;
await api.close();
print({ ...cost, pods: informer.size });
