/**
 * `make demo`: first `check` on files, then the controller on a real API server, with a live view. Ctrl-C ends it;
 * with --once it ends by itself after the story.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { openCluster, type TestCluster } from '../scenarios/cluster.ts';
import { ControllerProcess } from '../scenarios/controller-process.ts';
import { createPods } from '../scenarios/recorded-pods.ts';
import { LiveView } from './live-view.ts';
import { DEMO_PODS } from './pods.ts';

const NAMESPACE = 'bookstore';
const once = process.argv.includes('--once');
const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stopping.abort());

const print = (text: string): void => {
  process.stdout.write(text);
};
const title = (text: string): void =>
  print(`\n${process.stdout.isTTY ? `\u001b[1m${text}\u001b[0m` : text}\n\n`);
/** A pause in the story; a Ctrl-C ends it and the story. */
const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal: stopping.signal });

function check(...files: readonly string[]): void {
  const words = ['check', ...files.flatMap((file) => ['-f', file])];
  print(`$ osm-auditor ${words.join(' ')}\n`);
  spawnSync(process.execPath, [join(repositoryRoot, 'dist/osm-auditor.js'), ...words], {
    cwd: repositoryRoot,
    stdio: 'inherit',
  });
  print('\n');
}

async function atTheDesk(): Promise<void> {
  title("1. At a desk: the troubleshooting guide's own samples");
  for (const name of ['base', 'ip-ranges', 'ports']) check(`examples/guide/${name}`);
  await pause(0);
  title('2. At a desk: pods recorded from a real cluster');
  check('examples/recorded', 'examples/guide/base/config.yaml');
}

async function inTheCluster(): Promise<void> {
  title('3. In a cluster: a real API server, the controller with the rights of manifests/');
  print('starting etcd and kube-apiserver ...\n');
  const cluster = await openCluster();
  let controller: ControllerProcess | undefined;
  let view: LiveView | undefined;
  try {
    controller = await install(cluster);
    view = new LiveView(cluster, NAMESPACE, print);
    await story(cluster, controller, view);
    if (once) return;
    title('The controller goes on. Ctrl-C ends the demo; meanwhile, in another terminal:');
    print(`  export KUBECONFIG=${cluster.kubeconfig}\n  kubectl get events -n ${NAMESPACE} --watch\n`);
    print('  kubectl edit configmap -n osm-system osm-config\n');
    await pause(2 ** 31 - 1);
  } finally {
    await view?.close();
    await controller?.stop();
    await cluster.stop();
  }
}

async function install(cluster: TestCluster): Promise<ControllerProcess> {
  if (cluster.own === undefined) throw new Error('the demo runs on a control plane of its own');
  for (const name of ['osm-system', NAMESPACE]) await cluster.kubectl(['create', 'namespace', name]);
  await cluster.kubectl(['create', 'serviceaccount', 'default', '-n', NAMESPACE]);
  await cluster.kubectl(['label', 'namespace', NAMESPACE, 'openservicemesh.io/monitored-by=osm']);
  await configure(cluster, {});
  await cluster.kubectl(['apply', '-k', join(repositoryRoot, 'manifests')]);
  const serviceAccount = { namespace: 'osm-auditor', name: 'osm-auditor' };
  const controller = ControllerProcess.start([
    '--kubeconfig',
    await cluster.own.kubeconfigFor({ serviceAccount }),
  ]);
  await controller.ready();
  return controller;
}

async function configure(cluster: TestCluster, data: Readonly<Record<string, string>>): Promise<void> {
  const configMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'osm-config', namespace: 'osm-system' },
    data,
  };
  await cluster.kubectl(['apply', '-f', '-'], JSON.stringify(configMap));
  print(`osm-config is now ${JSON.stringify(data)}\n`);
}

async function story(cluster: TestCluster, controller: ControllerProcess, view: LiveView): Promise<void> {
  title(`4. ${DEMO_PODS.length} pods start; Events appear as they are found`);
  await createPods(cluster, NAMESPACE, DEMO_PODS);
  await pause(3000);
  print(`\n${await view.conditions()}`);
  title('5. Somebody excludes two IP ranges: bookwarehouse has them already, the others need a restart');
  await configure(cluster, { outbound_ip_range_exclusion_list: '1.1.1.1/32, 2.2.2.2/24' });
  await pause(3000);
  print(`\n${await view.conditions()}`);
  title('6. The ranges are removed again: bookwarehouse goes on bypassing the mesh, the others recover');
  await configure(cluster, {});
  await pause(3000);
  print(`\n${await view.conditions()}`);
  title('7. What Prometheus sees');
  const { text } = await controller.get('/metrics');
  const shown = /^osm_auditor_(pods|findings|config_valid|events_total|condition_patches_total).* [^0]/;
  print(
    `${text
      .split('\n')
      .filter((line) => shown.test(line))
      .join('\n')}\n`,
  );
}

try {
  await atTheDesk();
  await inTheCluster();
  title('The demo has ended; nothing is left running.');
} catch (error) {
  if (!stopping.signal.aborted) throw error;
  print('\nstopped; nothing is left running.\n');
}
