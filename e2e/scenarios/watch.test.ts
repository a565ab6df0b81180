/** `osm-auditor check --watch` on a live cluster: as a pipe gets it, and on a terminal that `script` makes. */
import { expect } from 'chai';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { TcpRelay } from '../faults/tcp-relay.ts';
import { startControlPlane, type ControlPlane } from '../control-plane/control-plane.ts';
import { eventually, type TestCluster } from './cluster.ts';
import { grant } from './grant.ts';
import { createPods } from './recorded-pods.ts';

const NAMESPACE = 'watched';
const BUNDLE = join(repositoryRoot, 'dist/osm-auditor.js');
/** Of util-linux: it runs a command on a terminal of its own. */
const SCRIPT = spawnSync('script', ['--version']);
const HAS_SCRIPT = SCRIPT.status === 0 && SCRIPT.stdout.includes('util-linux');

/** On a cluster that is not ours every test below is listed as pending. */
const suite = process.env['OSM_AUDITOR_E2E_KUBECONFIG'] === undefined ? describe : describe.skip;

class Watcher {
  out = '';
  err = '';
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown[]>;

  constructor(command: string, args: readonly string[]) {
    const env = { PATH: process.env['PATH'] ?? '', TERM: 'xterm' };
    this.#child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#exited = once(this.#child, 'exit');
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.out += text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.err += text));
  }

  /** As if typed. */
  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    if (this.#child.exitCode === null) this.#child.kill(signal);
    return this.exit();
  }

  async exit(): Promise<number | null> {
    await this.#exited;
    return this.#child.exitCode;
  }

  async says(pattern: RegExp, stream: 'out' | 'err' = 'out'): Promise<void> {
    await eventually(`${stream} has ${String(pattern)}`, () => {
      const text = JSON.stringify([this.out, this.err]);
      return pattern.test(this[stream]) ? Promise.resolve(true) : Promise.reject(new Error(text));
    });
  }
}

suite('check --watch, on a cluster (on a control plane of its own only)', function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  let cluster: TestCluster;
  const started: Watcher[] = [];

  const words = (kubeconfig: string, ...args: readonly string[]): readonly string[] => {
    return [BUNDLE, 'check', '--watch', '--kubeconfig', kubeconfig, '-n', NAMESPACE, ...args];
  };
  const watch = (kubeconfig: string, ...args: readonly string[]): Watcher => {
    const watcher = new Watcher(process.execPath, words(kubeconfig, ...args));
    started.push(watcher);
    return watcher;
  };
  const configure = (data: object): Promise<string> => {
    const patch = JSON.stringify({ data });
    return cluster.kubectl(['patch', 'configmap', 'osm-config', '-n', 'osm-system', '-p', patch]);
  };

  before(async () => {
    plane = await startControlPlane();
    const kubectl = async (args: readonly string[], input?: string): Promise<string> => {
      const { code, stdout, stderr } = await plane.kubectl(args, input === undefined ? {} : { input });
      if (code !== 0) throw new Error(stderr);
      return stdout;
    };
    cluster = { own: plane, kubeconfig: plane.kubeconfig, kubectl, stop: () => plane.stop() };
    for (const name of [NAMESPACE, 'osm-system']) await kubectl(['create', 'namespace', name]);
    await kubectl(['label', 'namespace', NAMESPACE, 'openservicemesh.io/monitored-by=osm']);
    await kubectl(['create', 'serviceaccount', 'default', '-n', NAMESPACE]);
    await kubectl(['create', 'configmap', 'osm-config', '-n', 'osm-system']);
    await createPods(cluster, NAMESPACE, [
      { name: 'good', recorded: 'good' },
      { name: 'bad', recorded: 'sidecar-no-init' },
    ]);
  });
  afterEach(async () => {
    for (const watcher of started.splice(0)) await watcher.stop('SIGKILL');
  });
  after(() => cluster.stop());

  it('prints a line for each pod, then for each whose verdict changes, and ends with 0', async () => {
    const watcher = watch(cluster.kubeconfig);
    await watcher.says(/^NAMESPACE.*\nwatched +bad +Discrepant +OA201 .*\nwatched +good +Verified\n$/);
    const before = watcher.out.length;
    await configure({ outbound_port_exclusion_list: '9090' });
    await watcher.says(/good +Discrepant +OA403 /);
    await configure({ outbound_port_exclusion_list: '' });
    await watcher.says(/OA403[^]*good +Verified\n$/);
    await createPods(cluster, NAMESPACE, [{ name: 'brief', recorded: 'good' }]);
    await watcher.says(/brief +Verified\n$/);
    await cluster.kubectl(['delete', 'pod', 'brief', '-n', NAMESPACE, '--grace-period=0', '--force']);
    await watcher.says(/brief +Deleted\n$/);
    // Nothing has happened to the other one.
    expect(watcher.out.slice(before)).not.to.match(/ bad /);
    expect([await watcher.stop(), watcher.err]).to.deep.equal([0, '']);
  });

  it('looks at the pods of a selector', async () => {
    const watcher = watch(cluster.kubeconfig, '-l', 'app=good');
    await watcher.says(/^NAMESPACE.*\nwatched +good +Verified\n$/);
    expect(await watcher.stop('SIGTERM')).to.equal(0);
  });

  it('needs no more than to list and watch, and says what it may not read', async () => {
    const serviceAccount = { namespace: NAMESPACE, name: 'reader' };
    const kubeconfig = await plane.kubeconfigFor({ serviceAccount });
    await grant(cluster, serviceAccount, [
      { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] },
    ]);
    const watcher = watch(kubeconfig);
    await watcher.says(/good +Unknown +OA502 .*forbidden/);
    expect(await watcher.stop()).to.equal(0);
  });

  it('needs rights in two namespaces alone, where it is told that OSM runs in one', async () => {
    const serviceAccount = { namespace: NAMESPACE, name: 'local' };
    const kubeconfig = await plane.kubeconfigFor({ serviceAccount });
    for (const [namespace, resource] of [
      [NAMESPACE, 'pods'],
      ['osm-system', 'configmaps'],
    ] as const) {
      const role = ['--verb=list,watch', `--resource=${resource}`];
      await cluster.kubectl(['create', 'role', 'local', '-n', namespace, ...role]);
      const subject = `--serviceaccount=${NAMESPACE}:local`;
      await cluster.kubectl(['create', 'rolebinding', 'local', '-n', namespace, '--role=local', subject]);
    }
    const watcher = watch(kubeconfig, '--osm-namespace', 'osm-system');
    await watcher.says(/bad +Discrepant +OA201/);
    expect(watcher.out).not.to.include('OA502');
    expect(await watcher.stop()).to.equal(0);
  });

  it('ends with 2 where pods may not be listed', async () => {
    const serviceAccount = { namespace: NAMESPACE, name: 'nobody' };
    const watcher = watch(await plane.kubeconfigFor({ serviceAccount }));
    expect(await watcher.exit()).to.equal(2);
    expect([watcher.out, watcher.err]).to.satisfy(([out, err]: readonly string[]) => {
      return out === '' && /^error: cannot list pods: forbidden: .*\n$/.test(err ?? '');
    });
  });

  it('says that the server is not reached, and that it is again', async () => {
    const relay = await TcpRelay.start(Number(new URL(plane.server).port));
    const text = await readFile(cluster.kubeconfig, 'utf8');
    const kubeconfig = `${cluster.kubeconfig}.relay`;
    await writeFile(kubeconfig, text.replace(plane.server, `https://127.0.0.1:${relay.port}`));
    try {
      const watcher = watch(kubeconfig);
      await watcher.says(/good +Verified\n$/);
      await relay.refuse();
      await watcher.says(/^changes of .*pods.* are not seen since .* \(connection refused by .*\)\n$/, 'err');
      await relay.accept();
      await watcher.says(/\nchanges are seen again\n$/, 'err');
      expect(await watcher.stop()).to.equal(0);
    } finally {
      await relay.stop();
    }
  });

  it('draws the table in its place on a terminal, and leaves it behind at Ctrl-C', async function () {
    if (!HAS_SCRIPT) {
      process.stderr.write('      script of util-linux is missing: drawing on a terminal is not tested\n');
      this.skip();
    }
    const line = [process.execPath, ...words(cluster.kubeconfig)].join(' ');
    // The shell is interrupted too, and has a word to say after that.
    const command = `stty rows 20 cols 72; trap : INT; ${line}; echo "status $?"`;
    const watcher = new Watcher('script', ['-qfc', command, '/dev/null']);
    started.push(watcher);
    await watcher.says(/\u001b\[31mDiscrepant[^]*2 pods: [^]*1 verified/);
    await configure({ outbound_port_exclusion_list: '9090' });
    await watcher.says(/\u001b\[\d+A\r[^]*2 discrepant/);
    await configure({ outbound_port_exclusion_list: '' });
    watcher.type('\u0003');
    await watcher.says(/status 0\r\n$/);
    for (const shown of watcher.out.replaceAll(/\u001b\[[0-9]*[A-Za-z]/g, '').split(/[\r\n]+/)) {
      expect(shown.length).to.be.below(73);
    }
  });
});
