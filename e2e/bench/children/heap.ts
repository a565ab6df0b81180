/** What one of so many shards holds in memory once it is ready and has nothing to do. Needs node --expose-gc. */
import { setTimeout as sleep } from 'node:timers/promises';
import { writesIn } from '../controller.ts';
import { startAuditor } from './auditor.ts';
import { argumentsOf, print } from './measure.ts';

const [kubeconfig, shards] = argumentsOf('KUBECONFIG', 'SHARDS');
const { gc } = globalThis;
if (gc === undefined) throw new Error('run this with node --expose-gc');
const auditor = await startAuditor(kubeconfig, { kind: 'hash', index: 0, count: Number(shards) });
// Finalizers run between two collections, and what they free only with the next one.
for (let round = 0; round < 4; round += 1) {
  gc();
  await sleep(100);
}
const { heapUsed, external } = process.memoryUsage();
const text = await auditor.metrics.render();
const pods = [...text.matchAll(/^osm_auditor_pods\{.*\} (\d+)$/gm)].reduce(
  (sum, [, n]) => sum + Number(n),
  0,
);
const verified = [...text.matchAll(/^osm_auditor_pods\{.*status="Verified"\} (\d+)$/gm)].reduce(
  (sum, [, n]) => sum + Number(n),
  0,
);
await auditor.stop();
print({ bytes: heapUsed + external, pods, verified, writes: writesIn(text) });
