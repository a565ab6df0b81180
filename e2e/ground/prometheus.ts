/** Debian's Prometheus in the cluster, as people run it there, and its API. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { PROMETHEUS, TOOLS } from '../node/pod-images.ts';
import { eventually, type TestCluster } from '../scenarios/cluster.ts';
import { accountIn } from './ground.ts';
import { BY_ANNOTATIONS, byServiceMonitor } from './scrape-jobs.ts';

const NAMESPACE = 'monitoring';
const monitoring = join(repositoryRoot, 'manifests/monitoring');

export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Range {
  readonly metric: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [number, number])[];
}

interface RuleFile {
  groups: { rules: { expr: string; for?: string }[] }[];
}

export class Prometheus {
  readonly #cluster: TestCluster;

  private constructor(cluster: TestCluster) {
    this.#cluster = cluster;
  }

  /** With the alerts of rules.yaml, but firing, and over, after seconds: nobody wants to wait for half an hour. */
  static async deploy(cluster: TestCluster): Promise<Prometheus> {
    const apply = (...items: readonly object[]): Promise<string> =>
      cluster.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
    await accountIn(cluster, NAMESPACE);
    await apply(...rights(), configuration(), shipped(), POD);
    await cluster.kubectl([
      'wait',
      '-n',
      NAMESPACE,
      'pod/prometheus',
      '--for=condition=Ready',
      '--timeout=60s',
    ]);
    return new Prometheus(cluster);
  }

  /** What promtool says of the rules as they are shipped, with their own times. */
  async testRules(): Promise<string> {
    const args = ['exec', '-n', NAMESPACE, 'prometheus', '-c', 'prometheus', '--'];
    return this.#cluster.kubectl([...args, 'promtool', 'test', 'rules', '/etc/shipped/rules.test.yaml']);
  }

  async query(expression: string): Promise<readonly Sample[]> {
    const { result } = await this.#get<{
      result: { metric: Record<string, string>; value: [number, string] }[];
    }>(`query?query=${encodeURIComponent(expression)}`);
    return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  /** The values of the last minutes, five seconds apart. */
  async range(expression: string, minutes: number): Promise<readonly Range[]> {
    const end = Date.now() / 1000;
    const when = `start=${end - minutes * 60}&end=${end}&step=5`;
    const { result } = await this.#get<{
      result: { metric: Record<string, string>; values: [number, string][] }[];
    }>(`query_range?query=${encodeURIComponent(expression)}&${when}`);
    return result.map(({ metric, values }) => ({
      metric,
      points: values.map(([time, value]) => [time, Number(value)] as const),
    }));
  }

  async alerts(): Promise<readonly Alert[]> {
    return (await this.#get<{ alerts: Alert[] }>('alerts')).alerts;
  }

  /** Waits until the alert fires, or does not any more, and returns it while it does. */
  async until(name: string, firing: boolean): Promise<Alert | undefined> {
    return (
      await eventually(
        `${name} ${firing ? 'fires' : 'is over'}`,
        async () => {
          const alert = (await this.alerts()).find(({ labels, state }) => {
            return labels['alertname'] === name && state === 'firing';
          });
          return (alert !== undefined) === firing ? { alert } : undefined;
        },
        60_000,
      )
    ).alert;
  }

  async #get<T>(path: string): Promise<T> {
    const proxy = `/api/v1/namespaces/${NAMESPACE}/pods/prometheus:9090/proxy/api/v1/${path}`;
    return (JSON.parse(await this.#cluster.kubectl(['get', '--raw', proxy])) as { data: T }).data;
  }
}

function configuration(): object {
  const rules = parse(readFileSync(join(monitoring, 'rules.yaml'), 'utf8')) as RuleFile;
  for (const rule of rules.groups.flatMap((group) => group.rules)) {
    if (rule.for !== undefined) rule.for = '1s';
    rule.expr = rule.expr.replaceAll('[2m]', '[3s]');
  }
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ['/etc/prometheus/rules.yaml'],
    scrape_configs: [BY_ANNOTATIONS, byServiceMonitor()],
  };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'prometheus', namespace: NAMESPACE },
    data: { 'prometheus.yml': stringify(config), 'rules.yaml': stringify(rules) },
  };
}

function shipped(): object {
  const names = ['rules.yaml', 'rules.test.yaml'];
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'shipped', namespace: NAMESPACE },
    data: Object.fromEntries(names.map((name) => [name, readFileSync(join(monitoring, name), 'utf8')])),
  };
}

function rights(): readonly object[] {
  const name = 'prometheus';
  const group = 'rbac.authorization.k8s.io';
  return [
    {
      apiVersion: `${group}/v1`,
      kind: 'ClusterRole',
      metadata: { name },
      rules: [{ apiGroups: [''], resources: ['services', 'endpoints'], verbs: ['list'] }],
    },
    {
      apiVersion: `${group}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: group, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: NAMESPACE }],
    },
  ];
}

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'prometheus', namespace: NAMESPACE },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: 'prometheus',
        image: PROMETHEUS,
        imagePullPolicy: 'IfNotPresent',
        command: [
          'prometheus',
          '--config.file=/etc/prometheus/prometheus.yml',
          '--storage.tsdb.path=/data/series',
        ],
        ports: [{ containerPort: 9090 }],
        readinessProbe: { httpGet: { path: '/-/ready', port: 9090 }, periodSeconds: 1 },
        volumeMounts: [
          { name: 'config', mountPath: '/etc/prometheus' },
          { name: 'shipped', mountPath: '/etc/shipped' },
          { name: 'data', mountPath: '/data' },
        ],
      },
      {
        name: 'discovery',
        image: TOOLS,
        imagePullPolicy: 'IfNotPresent',
        command: ['python3', '/opt/discover.py', '/data/targets.json'],
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
      },
    ],
    volumes: [
      { name: 'config', configMap: { name: 'prometheus' } },
      { name: 'shipped', configMap: { name: 'shipped' } },
      { name: 'data', emptyDir: {} },
    ],
  },
};
