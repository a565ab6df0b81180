/**
 * What the commands of the documentation need around them: a control plane with the objects of talked-about.ts, which the
 * controller has judged; a folder with the files that pages name; and a PATH with osm-auditor, kubectl and helm.
 */
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { OPEN_REPORTS, WG_POLICY } from '../../src/core/audit/policy-report-object.ts';
import { installMeshConfigs, OSM_CONFIG_GROUP } from '../../src/testing/kube/mesh-config-crd.ts';
import { installPolicyReports } from '../../src/testing/kube/policy-report-crd.ts';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { OPERATOR } from '../chart/operator.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { eventually, openCluster, type TestCluster } from '../scenarios/cluster.ts';
import { ControllerProcess } from '../scenarios/controller-process.ts';
import { conditionBecomes, eventsOn } from '../scenarios/reported.ts';
import { runCommand, type Ran } from './shell.ts';
import {
  EVERYTHING,
  MESH_CONFIG,
  MESH_NAMESPACE,
  NAMESPACE,
  OBJECTS,
  PODS,
  UPGRADED,
  type TalkedAboutPod,
} from './talked-about.ts';

/** All that installing makes but the namespace, which nobody here finishes deleting: it loses its label. */
const INSTALLED = [
  'clusterroles,clusterrolebindings,configmaps,daemonsets,deployments,networkpolicies,prometheusrules,roles,rolebindings',
  'serviceaccounts,servicemonitors,services,statefulsets',
].join(',');

const OURS = 'app.kubernetes.io/name in (osm-auditor, osm-auditor-node-agent)';

/**
 * What the API server of 2020 drops from pods: paths to it find nothing there. All other paths have to find something,
 * which kubectl does not ask for by itself.
 */
const NOT_KEPT = '*ephemeralContainers*|*restartPolicy*';
const strictKubectl = (path: string): string => `#!/bin/sh
case "$*" in
  ${NOT_KEPT}) ;;
  *jsonpath=*) set -- "$@" --allow-missing-template-keys=false ;;
esac
exec '${path}' "$@"
`;

/** What pages presuppose, in words that they use themselves. */
const FILES = [
  'kubectl get pods -A -o json > pods.json',
  'kubectl get configmap osm-config -n osm-system -o yaml > osm-config.yaml',
  'mkdir pods && kubectl get pods -o yaml > pods/bookstore.yaml',
  'cp examples/guide/base/config.yaml config.yaml',
  'cp examples/guide/ports/config.yaml changed-config.yaml',
];

export class World {
  readonly #cluster: TestCluster;
  readonly #plane: ControlPlane;
  readonly #folder: string;

  private constructor(cluster: TestCluster, plane: ControlPlane, folder: string) {
    this.#cluster = cluster;
    this.#plane = plane;
    this.#folder = folder;
  }

  static async open(): Promise<World> {
    const cluster = await openCluster();
    if (cluster.own === undefined)
      throw new Error('the documentation is tried on a control plane of its own');
    const folder = await mkdtemp(join(tmpdir(), 'osm-auditor-docs-'));
    const world = new World(cluster, cluster.own, folder);
    try {
      await world.#equip();
      await world.#populate();
      for (const command of FILES) await world.must(command);
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  run(command: string, untilItPrints = false): Promise<Ran> {
    const path = [join(this.#folder, 'bin'), dirname(process.execPath), process.env['PATH'] ?? ''];
    const kubeconfig = join(this.#folder, 'kubeconfig');
    const env = { PATH: path.join(':'), HOME: this.#folder, KUBECONFIG: kubeconfig, NODE_V8_COVERAGE: '' };
    return runCommand(command, join(this.#folder, 'work'), env, { untilItPrints });
  }

  /** Runs what has to succeed for anything else to be tried. */
  async must(command: string): Promise<void> {
    const { status, complaint } = await this.run(command);
    if (status !== 0) throw new Error(`${command}: ${complaint.trim()}`);
  }

  /** Puts helm into PATH. */
  async addHelm(path: string): Promise<void> {
    await rm(this.#tool('helm'), { force: true });
    await symlink(path, this.#tool('helm'));
  }

  /** Brings the cluster to a release with a MeshConfig; the ConfigMap stays behind, and so do the pods of before. */
  async upgradeMesh(): Promise<void> {
    await installMeshConfigs(this.#plane, OSM_CONFIG_GROUP, ['v1alpha1']);
    await this.#apply([MESH_CONFIG]);
    await this.#create(NAMESPACE, [UPGRADED]);
  }

  async uninstall(): Promise<void> {
    const commands = [
      ['delete', INSTALLED, '-l', OURS, '--all-namespaces'],
      ['delete', 'secrets', '--all', '-n', 'osm-auditor'],
      ['label', 'namespace', 'osm-auditor', 'pod-security.kubernetes.io/enforce-'],
    ];
    await Promise.all(commands.map((each) => this.#cluster.kubectl(each)));
  }

  async close(): Promise<void> {
    await this.#cluster.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #tool(name: string): string {
    return join(this.#folder, 'bin', name);
  }

  async #equip(): Promise<void> {
    for (const name of ['bin', 'work']) await mkdir(join(this.#folder, name));
    for (const name of ['charts', 'examples', 'manifests']) {
      await symlink(join(repositoryRoot, name), join(this.#folder, 'work', name));
    }
    await symlink(join(repositoryRoot, 'dist/osm-auditor.js'), this.#tool('osm-auditor'));
    await writeFile(this.#tool('kubectl'), strictKubectl(this.#plane.assets.kubectl ?? 'kubectl'));
    await chmod(this.#tool('kubectl'), 0o755);
    await copyFile(this.#cluster.kubeconfig, join(this.#folder, 'kubeconfig'));
    await this.must(`kubectl config set-context --current --namespace=${NAMESPACE}`);
  }

  async #populate(): Promise<void> {
    await this.#apply([...OPERATOR, ...OBJECTS]);
    for (const api of [WG_POLICY, OPEN_REPORTS]) await installPolicyReports(this.#plane, api);
    await this.must('kubectl apply -k manifests/');
    for (const [namespace, pods] of Object.entries(PODS)) await this.#create(namespace, pods);
    await this.#judge();
  }

  /** Has the controller write what it writes, and ends it. */
  async #judge(): Promise<void> {
    const serviceAccount = { namespace: 'osm-auditor', name: 'osm-auditor' };
    const kubeconfig = await this.#plane.kubeconfigFor({ serviceAccount });
    // The pods are as young as the configuration, and what they have in common is to be told at once.
    const controller = ControllerProcess.start(['--kubeconfig', kubeconfig, '--settle-period', '0']);
    try {
      await conditionBecomes(this.#cluster, `${NAMESPACE}/web-0`, 'True Verified');
      for (const [namespace, name] of [
        [MESH_NAMESPACE, 'osm-config'],
        [NAMESPACE, EVERYTHING],
      ] as const) {
        await eventually(`there is an Event on ${name}`, async () => {
          return (await eventsOn(this.#cluster, namespace, name))[0];
        });
      }
    } finally {
      await controller.stop();
    }
  }

  /** Creates the pods, each with its status. */
  async #create(namespace: string, pods: readonly TalkedAboutPod[]): Promise<void> {
    await this.#apply(pods.map(({ manifest }) => manifest));
    for (const { name, status } of pods) {
      const path = `/api/v1/namespaces/${namespace}/pods/${name}/status`;
      const answer = await this.#plane.request('PATCH', path, { status });
      if (answer.status !== 200) throw new Error(`${path}: ${answer.body}`);
    }
  }

  async #apply(items: readonly object[]): Promise<void> {
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    await this.#cluster.kubectl(['apply', '-f', '-'], list);
  }
}
