/** The first sync of client-node's own informer on pods, which keeps whole objects. For comparison. */
import { CoreV1Api, KubeConfig, makeInformer } from '@kubernetes/client-node';
import { argumentsOf, costOf, print } from './measure.ts';

const [kubeconfig] = argumentsOf('KUBECONFIG');
const config = new KubeConfig();
config.loadFromFile(kubeconfig);
const api = config.makeApiClient(CoreV1Api);
const informer = makeInformer(config, '/api/v1/pods', () => api.listPodForAllNamespaces());
let pods = 0;
informer.on('add', () => (pods += 1));
// It speaks of its own end as an error.
informer.on('error', () => undefined);
const cost = await costOf(() => informer.start());
await informer.stop();
print({ ...cost, pods });
