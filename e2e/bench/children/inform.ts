/** The first sync of the informer that the controller follows pods with. */
import { createInformers } from '../../../src/controller/informers.ts';
import { connect } from '../../../src/kube/client.ts';
import { systemClock } from '../../../src/kube/clock.ts';
import { argumentsOf, costOf, print } from './measure.ts';
import { stderrLogger } from './stderr-logger.ts';

const [kubeconfig] = argumentsOf('KUBECONFIG');
const api = connect({ kubeconfig });
const { pods } = createInformers({
  api,
  clock: systemClock,
  logger: stderrLogger,
  recognises: () => true,
});
const stopping = new AbortController();
let running: Promise<void> | undefined;
const cost = await costOf(async () => {
  running = pods.run(stopping.signal);
  await pods.waitForSync(stopping.signal);
});
stopping.abort();
await running;
await api.close();
print({ ...cost, pods: pods.size });
