/**
 * `make bench`: the numbers that people ask for, each printed with how it was measured.
 *
 * - reading, executing and comparing rules, in this process (`make bench RULES=1` prints this alone)
 * - judging one recorded pod, in this process
 * - starting the bundle (`version`, and `check` on one file)
 * - from a pod's change on a real API server to the time that its Event carries
 * - from a change of the configuration to the last condition of many pods
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { gather } from '../../src/controller/gatherer.ts';
import { podSnapshot } from '../../src/controller/snapshot.ts';
import { audit } from '../../src/core/audit/audit.ts';
import { configWith } from '../../src/testing/builders.ts';
import { readJson, repositoryRoot } from '../../src/testing/repository.ts';
import { renderTable } from '../../src/cli/output/table.ts';
import { jsonMilliseconds, ruleRows } from './rules.ts';
import { startControlPlane, type ControlPlane } from '../control-plane/control-plane.ts';
import { ControllerProcess } from '../scenarios/controller-process.ts';

const NAMESPACE = 'bench';
const CHANGES = 200;

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

function quantiles(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (q: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0).toFixed(2);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms (n = ${values.length})`;
}

function judging(): void {
  const files = readdirSync(join(repositoryRoot, 'examples/recorded'));
  const pods = files.map((file) => podSnapshot(readJson(`examples/recorded/${file}`)).pod);
  const configs = configWith({
    outbound_ip_range_exclusion_list: '1.1.1.1/32, 2.2.2.2/24',
    outbound_port_exclusion_list: '6379',
  });
  const around = { namespace: () => undefined, configs: () => configs };
  const times: number[] = [];
  for (let round = 0; round < 200; round += 1) {
    for (const pod of pods) {
      const begun = performance.now();
      audit(gather(pod, around, { graceMs: 0, settleMs: 0, fork: {} }, Date.now()));
      times.push(performance.now() - begun);
    }
  }
  print(`judge one recorded pod:            ${quantiles(times)}`);
}

function rules(): void {
  const json = jsonMilliseconds();
  print(`JSON.parse of a recorded pod: ${json.toFixed(3)} ms\n`);
  const rows = ruleRows().map(({ measure, milliseconds, goal }) => [
    measure,
    `${milliseconds.toPrecision(3)} ms`,
    `${goal} ms`,
    `${(milliseconds / json).toPrecision(3)} x`,
    milliseconds <= goal ? 'reached' : 'MISSED',
  ]);
  print(renderTable(['MEASURE', 'MEDIAN', 'GOAL', 'JSON.PARSE OF A POD', ''], rows));
}

function starting(title: string, args: readonly string[]): void {
  const times = Array.from({ length: 10 }, () => {
    const begun = performance.now();
    spawnSync(process.execPath, ['dist/osm-auditor.js', ...args], { cwd: repositoryRoot });
    return performance.now() - begun;
  });
  print(`${title} ${quantiles(times)}`);
}

const bare = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: NAMESPACE, labels: { 'osm-proxy-uuid': 'bench' } },
  spec: {
    schedulerName: 'nobody',
    automountServiceAccountToken: false,
    initContainers: (
      readJson('examples/recorded/good.json') as { spec: { initContainers: { volumeMounts: unknown[] }[] } }
    ).spec.initContainers.map((each) => ({ ...each, volumeMounts: [] })),
    containers: [
      { name: 'app', image: 'app' },
      { name: 'envoy', image: 'envoy' },
    ],
  },
});

const status = (exitCode: number): object => {
  const state = {
    terminated: { exitCode, startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:00:00Z' },
  };
  const common = { image: '', imageID: '', restartCount: 0 };
  const running = { ...common, ready: true, state: { running: { startedAt: '2026-01-01T00:00:00Z' } } };
  return {
    status: {
      phase: 'Running',
      initContainerStatuses: [{ ...common, name: 'osm-init', ready: exitCode === 0, state }],
      containerStatuses: exitCode === 0 ? ['app', 'envoy'].map((name) => ({ ...running, name })) : [],
    },
  };
};

async function detecting(plane: ControlPlane): Promise<void> {
  const pods = `/api/v1/namespaces/${NAMESPACE}/pods`;
  const changed = new Map<string, number>();
  for (let i = 0; i < CHANGES; i += 1) {
    const name = `pod-${i}`;
    await plane.request('POST', pods, bare(name));
    await plane.request('PATCH', `${pods}/${name}/status`, status(2));
    changed.set(name, Date.now());
    await sleep(50);
  }
  await sleep(3000);
  const answer = await plane.request('GET', `/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events`);
  const { items } = JSON.parse(answer.body) as {
    items: { eventTime: string; reason: string; regarding: { name: string } }[];
  };
  const times = items
    .filter(({ reason }) => reason === 'InitContainerFailed')
    .map(({ eventTime, regarding }) => Date.parse(eventTime) - (changed.get(regarding.name) ?? Number.NaN));
  print(`pod change to Event, one by one:   ${quantiles(times)}`);
  for (const name of changed.keys()) await plane.request('PATCH', `${pods}/${name}/status`, status(0));
  await settled(plane, 'True');
  const configMap = { metadata: { name: 'osm-config' }, data: { outbound_port_exclusion_list: '6379' } };
  const begun = performance.now();
  await plane.request('PATCH', '/api/v1/namespaces/osm-system/configmaps/osm-config', configMap);
  await settled(plane, 'False');
  print(
    `configuration change to the last of ${CHANGES} conditions: ${((performance.now() - begun) / 1000).toFixed(1)} s (50 writes a second)`,
  );
}

async function settled(plane: ControlPlane, wanted: string): Promise<void> {
  for (;;) {
    const answer = await plane.request('GET', `/api/v1/namespaces/${NAMESPACE}/pods`);
    const { items } = JSON.parse(answer.body) as {
      items: { status: { conditions?: { type: string; status: string }[] } }[];
    };
    const done = items.every(({ status: { conditions = [] } }) => {
      return conditions.some(
        ({ type, status: now }) => type.startsWith('openservicemesh.io/') && now === wanted,
      );
    });
    if (done) return;
    await sleep(100);
  }
}

async function everythingElse(): Promise<void> {
  judging();
  starting('start: osm-auditor version:       ', ['version']);
  starting('start: osm-auditor check -f FILE: ', ['check', '-f', 'examples/guide/base']);
  const plane = await startControlPlane();
  try {
    for (const name of [NAMESPACE, 'osm-system']) await plane.kubectl(['create', 'namespace', name]);
    await plane.kubectl(['create', 'serviceaccount', 'default', '-n', NAMESPACE]);
    await plane.kubectl(['create', 'configmap', 'osm-config', '-n', 'osm-system']);
    const controller = ControllerProcess.start(['--kubeconfig', plane.kubeconfig]);
    await controller.ready();
    await detecting(plane);
    const { text } = await controller.get('/metrics');
    print(
      `controller with ${CHANGES} pods:         ${/^process_resident_memory_bytes (.*)$/m.exec(text)?.[1] ?? '?'} bytes resident, ${/^process_cpu_seconds_total (.*)$/m.exec(text)?.[1] ?? '?'} s CPU`,
    );
    await controller.stop();
  } finally {
    await plane.stop();
  }
}

rules();
if (!process.argv.includes('--rules')) await everythingElse();
