/**
 * Every value of the chart: its default, what it means, and what it may be. values.yaml, its schema and the table in the
 * chart's README are made from this. Defaults that a manifest has are read there.
 *
 * What has no value here is set by extraArgs, or by patching the manifests with kustomize: a value is there for what people
 * have a reason to change.
 */
import { Command } from 'commander';
import { runOptions } from '../src/cli/options.ts';
import { readText } from '../src/testing/repository.ts';
import { AGENT_VALUES } from './agent-values.ts';
import { valueAt, type Path } from './places.ts';
import {
  affinity,
  alternatives,
  DIGEST,
  flag,
  listOf,
  mapOfTexts,
  NAME,
  NAMESPACE_NAME,
  peer,
  PRIORITY_CLASS,
  REPOSITORY,
  resources,
  TAG,
  text,
  toleration,
  wholeNumber,
  type Schema,
} from './schemas.ts';
import { CONTAINER, HEAP } from './shared-edits.ts';

export interface Value {
  /** Of the value, by the names of the maps that it is in: `image.tag`. */
  readonly name: string;
  readonly default: unknown;
  readonly meaning: string;
  readonly schema: Schema;
}

const deployment = readText('manifests/deployment.yaml');
const inManifest = (path: Path): unknown => valueAt(deployment, path);
const nodeOptions = inManifest([...CONTAINER, 'env', { key: 'name', having: 'NODE_OPTIONS' }, 'value']);
const shards = valueAt(readText('manifests/sharded/stateful-set.yaml'), ['spec', 'replicas']);

const options = runOptions(new Command()).options;
/** Those that values or the manifests give, and those of a desk. */
const GIVEN = new Set([
  'leader-elect',
  'lease-namespace',
  'shards',
  'shard-index',
  'node',
  'write-conditions',
  'write-events',
  'write-policy-reports',
  'ui',
  'osm-namespace',
  'grace-period',
  'log-level',
  'listen',
  'kubeconfig',
  'context',
]);
const others = options.map((option) => option.name()).filter((name) => !GIVEN.has(name));
const defaultOf = (name: string): unknown => options.find((option) => option.name() === name)?.defaultValue;

export const VALUES: readonly Value[] = [
  {
    name: 'image.repository',
    default: 'osm-auditor',
    meaning: 'Where the image is: registry and name, without a tag.',
    schema: text(REPOSITORY),
  },
  {
    name: 'image.tag',
    default: '',
    meaning: "Its tag; empty for the chart's own version.",
    schema: text(TAG),
  },
  {
    name: 'image.digest',
    default: '',
    meaning: 'Its digest, such as `sha256:...`, which then counts instead of the tag.',
    schema: text(DIGEST),
  },
  {
    name: 'image.pullPolicy',
    default: inManifest([...CONTAINER, 'imagePullPolicy']),
    meaning: 'When the kubelet pulls it: `Always`, `IfNotPresent` or `Never`.',
    schema: alternatives('Always', 'IfNotPresent', 'Never'),
  },
  {
    name: 'image.pullSecrets',
    default: [],
    meaning: 'Names of Secrets with the passwords of the registry.',
    schema: listOf(text(NAME)),
  },
  {
    name: 'mode',
    default: 'replicas',
    meaning:
      '`replicas`: a Deployment, each replica of which judges all pods. `shards`: a StatefulSet that divides the pods, for ' +
      'large clusters. `nodes`: a DaemonSet, for very large ones.',
    schema: alternatives('replicas', 'shards', 'nodes'),
  },
  {
    name: 'replicas',
    default: inManifest(['spec', 'replicas']),
    meaning: 'How many replicas, in the mode `replicas`. One writes, the others stand by.',
    schema: wholeNumber(0, 100),
  },
  {
    name: 'shards',
    default: shards,
    meaning: 'How many shards, in the mode `shards`.',
    schema: wholeNumber(2, 1000),
  },
  {
    name: 'leaderElect',
    default: true,
    meaning:
      'Elect the one that writes by a Lease. Without it there is no right to a Lease, and one replica at most; the mode ' +
      '`nodes` never elects.',
    schema: flag,
  },
  {
    name: 'writeConditions',
    default: true,
    meaning:
      'Write the condition on pods; without it, the right to patch `pods/status` is not asked for either.',
    schema: flag,
  },
  {
    name: 'writeEvents',
    default: true,
    meaning: 'Write Events; without it, the right to do so is not asked for either.',
    schema: flag,
  },
  {
    name: 'writePolicyReports',
    default: false,
    meaning:
      'Write a policy report of each pod where the cluster has such reports, and ask for the rights to do so.',
    schema: flag,
  },
  {
    name: 'ui',
    default: false,
    meaning: 'Serve a page about all pods on the metrics port, to everybody who reaches it.',
    schema: flag,
  },
  {
    name: 'osmNamespace',
    default: '',
    meaning: 'The namespace that OSM runs in; empty to find it by its configuration and its webhook.',
    schema: text(NAMESPACE_NAME),
  },
  {
    name: 'gracePeriod',
    default: null,
    meaning: `How many seconds a pod may take to start before that is a finding; null for the program's own ${String(defaultOf('grace-period'))}.`,
    schema: { type: ['integer', 'null'], minimum: 0, maximum: 86400 },
  },
  {
    name: 'logLevel',
    default: 'info',
    meaning: 'The least important messages to log: `debug`, `info`, `warn` or `error`.',
    schema: alternatives('debug', 'info', 'warn', 'error'),
  },
  {
    name: 'extraArgs',
    default: [],
    meaning: `More options, such as \`--settle-period=10\`: ${others.join(', ')}.`,
    schema: listOf(text(new RegExp(`^--(${others.join('|')})=.+$`))),
  },
  {
    name: 'resources',
    default: inManifest([...CONTAINER, 'resources']),
    meaning: 'What the container asks for and may use.',
    schema: resources,
  },
  {
    name: 'heapMegabytes',
    default: Number(HEAP.exec(String(nodeOptions))?.[0]),
    meaning:
      "The most that Node's heap may be. Keep it well below the memory limit, so that the garbage collector works harder " +
      'before the kernel kills.',
    schema: wholeNumber(64, 65536),
  },
  {
    name: 'nodeSelector',
    default: {},
    meaning: 'Labels of the nodes that the pods may run on.',
    schema: mapOfTexts,
  },
  {
    name: 'tolerations',
    default: [],
    meaning: 'Taints that the pods tolerate. In the mode `nodes`, empty means all of them.',
    schema: listOf(toleration),
  },
  {
    name: 'affinity',
    default: {},
    meaning: 'Where the pods rather run; empty to prefer different nodes.',
    schema: affinity,
  },
  {
    name: 'priorityClassName',
    default: '',
    meaning: 'The PriorityClass of the pods.',
    schema: text(PRIORITY_CLASS),
  },
  {
    name: 'podAnnotations',
    default: {},
    meaning: 'Annotations of the pods.',
    schema: mapOfTexts,
  },
  {
    name: 'podLabels',
    default: {},
    meaning: 'More labels of the pods; `app.kubernetes.io/name` is what they are selected by and stays.',
    schema: { ...mapOfTexts, not: { required: ['app.kubernetes.io/name'] } },
  },
  {
    name: 'serviceAccount.create',
    default: true,
    meaning: 'Make the service account that the pods run as.',
    schema: flag,
  },
  {
    name: 'serviceAccount.name',
    default: 'osm-auditor',
    meaning: 'Its name, whether it is made or there already. The rights go to it.',
    schema: text(NAME),
  },
  {
    name: 'networkPolicy.enabled',
    default: true,
    meaning: 'Allow nothing but the metrics port from outside and the API server from inside.',
    schema: flag,
  },
  {
    name: 'networkPolicy.from',
    default: [],
    meaning: 'Who may fetch metrics, as `from` of a NetworkPolicy; empty for everybody.',
    schema: listOf(peer),
  },
  {
    name: 'networkPolicy.to',
    default: [],
    meaning:
      'Where the API server is, as `to` of a NetworkPolicy; empty for any address, ports 443 and 6443.',
    schema: listOf(peer),
  },
  {
    name: 'serviceMonitor.enabled',
    default: false,
    meaning: 'Let the Prometheus operator scrape the metrics.',
    schema: flag,
  },
  {
    name: 'serviceMonitor.labels',
    default: {},
    meaning: 'More labels of the ServiceMonitor, if your Prometheus selects by some.',
    schema: mapOfTexts,
  },
  {
    name: 'prometheusRule.enabled',
    default: false,
    meaning: 'Give the alerts to the Prometheus operator.',
    schema: flag,
  },
  {
    name: 'prometheusRule.labels',
    default: {},
    meaning: 'More labels of the PrometheusRule, if your Prometheus selects by some.',
    schema: mapOfTexts,
  },
  {
    name: 'dashboard.enabled',
    default: false,
    meaning: "A ConfigMap with the dashboard, for Grafana's sidecar.",
    schema: flag,
  },
  {
    name: 'dashboard.labels',
    default: { grafana_dashboard: '1' },
    meaning: 'Labels of that ConfigMap, by which the sidecar finds it.',
    schema: mapOfTexts,
  },
  ...AGENT_VALUES,
];

/** What no value alone shows to be wrong. */
export const TOGETHER: readonly Schema[] = [
  {
    // Each of several would write.
    if: { properties: { leaderElect: { const: false }, mode: { const: 'replicas' } } },
    then: { properties: { replicas: { maximum: 1 } } },
  },
];
