/** The controller while the configuration changes, several times; see sweep-observer.ts for what is measured. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONFIG_MAP_PATH } from '../cluster.ts';
import { Connections } from '../connections.ts';
import { CHANGED_CONFIG, CONFIG, REWORDED_CONFIG } from '../corpus.ts';
import { startAuditor } from './auditor.ts';
import { argumentsOf, print } from './measure.ts';
import { SweepObserver, type Change } from './sweep-observer.ts';

/** Nothing judged or written for so long: the change has had its effect. */
const QUIET_MS = 2000;
const POLL_MS = 50;

const [kubeconfig, pods] = argumentsOf('KUBECONFIG', 'PODS');
const connections = new Connections(kubeconfig);
const observer = new SweepObserver(Number(pods));
const auditor = await startAuditor(kubeconfig);
observer.watch(auditor.metrics);

async function change(data: Readonly<Record<string, string>>): Promise<Change> {
  observer.reset();
  await connections.send({ method: 'PATCH', path: CONFIG_MAP_PATH, body: { data } });
  while (performance.now() - observer.lastAt < QUIET_MS) await sleep(POLL_MS);
  return observer.change;
}

const reworded: Change[] = [];
for (const data of [REWORDED_CONFIG, CONFIG, REWORDED_CONFIG, CONFIG]) reworded.push(await change(data));
const changed: Change[] = [];
for (const data of [CHANGED_CONFIG, CONFIG, CHANGED_CONFIG, CONFIG]) changed.push(await change(data));
await auditor.stop();
await connections.close();
print({ reworded, changed });
