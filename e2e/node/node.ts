/**
 * A Kubernetes cluster of one real node on this machine, without Docker and without a registry: kubelet, containerd, kube-proxy
 * and the control plane in namespaces and cgroups of their own. The machine's network, sysctls and files stay as they are,
 * and nothing is left when this process ends, however it ends.
 *
 * The cluster is empty at every start. Its network cannot be reached from the machine's: whoever wants to talk to it runs
 * inside it, by the command that `inside` begins.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { writeKubeconfig, writeServerCredentials } from '../control-plane/credentials.ts';
import { runKubectl, type KubectlResult } from '../control-plane/kubectl.ts';
import { ensureNodeAssets, type NodeAssets } from './assets.ts';
import { CNI, CONTAINERD, KUBELET } from './configuration.ts';
import { podImages } from './pod-images.ts';

/** Where the API server is, seen from inside. */
const SERVER = 'https://10.209.0.2:6443';
const READY_WITHIN_MS = 120_000;
/** Each with its group. */
const COMPONENTS = {
  'system:node:node1': 'system:nodes',
  'system:kube-controller-manager': '',
  'system:kube-scheduler': '',
  'system:kube-proxy': '',
};

export class TestNode {
  /** Of the administrator; of use inside alone. */
  readonly kubeconfig: string;
  /** A command that runs another one in the node's network: `[...inside, 'kubectl', 'get', 'pods']`. */
  readonly inside: readonly string[];
  readonly kubectlPath: string;
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(folder: string, assets: NodeAssets, child: ChildProcess, init: string) {
    this.#folder = folder;
    this.#process = child;
    this.kubeconfig = join(folder, 'admin.kubeconfig');
    this.kubectlPath = join(assets.controlPlane, 'kubectl');
    this.inside = ['nsenter', '--target', init, '--net', '--'];
  }

  /**
   * Returns when the node is Ready. Throws one sentence where this machine cannot do it.
   *
   * @param images archives of images to bring in, beside those of the test's own pods
   * @param say takes what happens, for people
   */
  static async start(images: readonly string[], say: (text: string) => void): Promise<TestNode> {
    const assets = await ensureNodeAssets();
    const folder = await mkdtemp(join(tmpdir(), 'osm-auditor-node-'));
    try {
      say('writing the images of the pods');
      await prepare(folder, assets, images);
      return await TestNode.#begin(folder, assets, say);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  static async #begin(folder: string, assets: NodeAssets, say: (text: string) => void): Promise<TestNode> {
    const script = join(repositoryRoot, 'e2e/node/enter.sh');
    const child = spawn(script, [folder, assets.nodeRoot, assets.programs, assets.controlPlane], {
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true, // a Ctrl-C is for this process, which ends the node in order
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    const ended = once(child, 'exit').then(() => true as const);
    const until = async (what: string, file: string): Promise<void> => {
      say(what);
      const deadline = Date.now() + READY_WITHIN_MS;
      while (!existsSync(join(folder, file))) {
        const over = (await Promise.race([ended, sleep(100, false)])) || existsSync(join(folder, 'failed'));
        if (over || Date.now() > deadline) {
          throw new Error(complaint.trim() || `the node does not start:\n${lastLines(folder)}`);
        }
      }
    };
    await until('starting the node', 'init.pid');
    const init = (await readFile(join(folder, 'init.pid'), 'utf8')).trim();
    const node = new TestNode(folder, assets, child, init);
    try {
      await until('waiting for the control plane, and bringing the images in', 'started');
      const caFile = join(folder, 'certificates/apiserver.crt');
      const token = await readFile(join(folder, 'admin.token'), 'utf8');
      await writeKubeconfig(node.kubeconfig, { server: SERVER, caFile }, { name: 'admin', token });
      say('waiting for the kubelet');
      await node.kubectl(['wait', '--for=condition=Ready', 'node/node1', '--timeout=60s'], { tries: 100 });
      return node;
    } catch (error) {
      await node.stop();
      throw error;
    }
  }

  /** Standard output of kubectl; throws with its standard error when it fails for the last time. */
  async kubectl(args: readonly string[], { tries = 1 }: { readonly tries?: number } = {}): Promise<string> {
    const [program = '', ...rest] = [...this.inside, this.kubectlPath, ...args];
    let result: KubectlResult;
    for (let left = tries; ; left -= 1) {
      result = await runKubectl(program, rest, { kubeconfig: this.kubeconfig, home: this.#folder });
      if (result.code === 0) return result.stdout;
      if (left <= 1) throw new Error(`kubectl ${args.join(' ')}: ${result.stderr.trim()}`);
      await sleep(200);
    }
  }

  /** The folder of the components' logs, as long as the node runs. */
  get logs(): string {
    return join(this.#folder, 'logs');
  }

  /** Ends every process of the node; resolves when nothing is left of it. May be called again. */
  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const gone = once(this.#process, 'exit');
      this.#process.stdin?.end();
      await gone;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function prepare(folder: string, assets: NodeAssets, images: readonly string[]): Promise<void> {
  for (const name of ['logs', 'memory', 'images', 'kubeconfigs', 'certificates'])
    await mkdir(join(folder, name));
  const { adminToken, tokens } = await writeServerCredentials(folder, COMPONENTS);
  await writeFile(join(folder, 'admin.token'), adminToken, { mode: 0o600 });
  for (const [name, token] of [['admin', adminToken] as const, ...tokens]) {
    const file = name.startsWith('system:node:') ? 'kubelet' : name.replace('system:', '');
    await writeFile(join(folder, 'kubeconfigs', file), stringify(inNode(token)), { mode: 0o600 });
  }
  await writeFile(join(folder, 'containerd.toml'), CONTAINERD);
  await writeFile(join(folder, 'kubelet.yaml'), stringify(KUBELET));
  await writeFile(join(folder, 'cni.conflist'), JSON.stringify(CNI));
  await writeFile(join(folder, 'images/pods.tar'), (await podImages(assets)).bytes);
  for (const [at, image] of images.entries()) await copyFile(image, join(folder, `images/given-${at}.tar`));
}

/** The components read the server's certificate where it will be when it has made it. */
function inNode(token: string): object {
  const cluster = { server: SERVER, 'certificate-authority': '/node/certificates/apiserver.crt' };
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'node', cluster }],
    users: [{ name: 'component', user: { token } }],
    contexts: [{ name: 'node', context: { cluster: 'node', user: 'component' } }],
    'current-context': 'node',
  };
}

function lastLines(folder: string): string {
  return readdirSync(join(folder, 'logs'))
    .map((name) => {
      const lines = readFileSync(join(folder, 'logs', name), 'utf8')
        .trimEnd()
        .split('\n')
        .slice(-5);
      return `${name}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
    })
    .join('\n');
}
