import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startControlPlane } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';
import { ensureAssets } from './build-assets.ts';

/** Enough for a first run, which builds the programs. */
const BUILD_TIMEOUT_MS = 20 * 60_000;
const START_TIMEOUT_MS = 60_000;

/** The command lines of running processes that mention `text`. */
function processesOf(text: string): readonly string[] {
  const lines: string[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      if (line.includes(text)) lines.push(line);
    } catch {
      continue; // it ended between the two reads
    }
  }
  return lines;
}

describe('control plane', function () {
  this.timeout(START_TIMEOUT_MS);

  before(async function () {
    this.timeout(BUILD_TIMEOUT_MS);
    await ensureAssets();
  });

  describe('while it runs', () => {
    let plane: ControlPlane;
    before(async () => (plane = await startControlPlane()));
    after(() => plane.stop());

    it('stores what kubectl creates', async () => {
      const created = await plane.kubectl(['create', '-f', '-'], {
        input: JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bookstore' } }),
      });
      expect(created.code, created.stderr).to.equal(0);
      const list = await plane.kubectl(['get', 'namespaces', '-o', 'name']);
      expect(list.stdout.split('\n')).to.include.members(['namespace/default', 'namespace/bookstore']);
    });

    it('returns what kubectl says and how it exits when it fails', async () => {
      const result = await plane.kubectl(['get', 'namespace', 'nowhere']);
      expect(result).to.include({ code: 1, stdout: '' });
      expect(result.stderr).to.contain('namespaces "nowhere" not found');
    });

    it('refuses a service account without a role, and obeys as soon as a role is bound', async () => {
      const serviceAccount = { namespace: 'default', name: 'nobody' };
      const token = await plane.tokenFor(serviceAccount);
      const pods = '/api/v1/namespaces/default/pods';
      const refusal = await plane.request('GET', pods, undefined, token);
      expect(refusal.status).to.equal(403);
      expect(refusal.body).to.contain('system:serviceaccount:default:nobody');
      const kubeconfig = await plane.kubeconfigFor({ serviceAccount });
      // A role of our own: the rules of `view` are aggregated by the controller-manager, which is not there.
      await plane.kubectl(['create', 'role', 'reader', '--verb=list', '--resource=pods']);
      await plane.kubectl(['create', 'rolebinding', 'x', '--role=reader', '--serviceaccount=default:nobody']);
      await until(async () => (await plane.kubectl(['get', 'pods'], { kubeconfig })).code === 0);
    });

    it('knows nobody who has no token', async () => {
      const kubeconfig = await plane.kubeconfigFor({ token: 'forged' });
      expect((await plane.kubectl(['get', 'pods'], { kubeconfig })).stderr).to.match(
        /Unauthorized|logged in/,
      );
      expect((await plane.request('GET', '/api/v1/pods', undefined, 'forged')).status).to.equal(401);
    });

    it('says why there is no token of a service account in a namespace that does not exist', async () => {
      const error = await plane
        .tokenFor({ namespace: 'nowhere', name: 'nobody' })
        .catch((reason: unknown) => reason);
      expect(String(error)).to.match(/service account nowhere\/nobody with 404: .*namespaces .*not found/);
    });

    it('keeps its data and its address when the API server restarts', async () => {
      await plane.kubectl(['create', 'namespace', 'kept']);
      await plane.restartApiServer();
      expect((await plane.request('GET', '/api/v1/namespaces/kept')).status).to.equal(200);
    });

    it('keeps its data when either program is killed and comes back', async () => {
      for (const program of ['etcd', 'kube-apiserver'] as const) {
        await plane.kubectl(['create', 'namespace', `before-${program}`]);
        await plane.kill(program);
        await plane.revive(program);
        expect((await plane.request('GET', `/api/v1/namespaces/before-${program}`)).status).to.equal(200);
      }
    });

    it('answers nothing while its API server is paused, and everything afterwards', async () => {
      plane.pause('kube-apiserver');
      let answered = false;
      const asking = plane.request('GET', '/api/v1/namespaces').then(() => (answered = true));
      await sleep(300);
      expect(answered).to.equal(false);
      await plane.resume('kube-apiserver');
      await asking;
    });

    it('keeps its secrets from other users', () => {
      for (const file of [plane.kubeconfig, join(dirname(plane.kubeconfig), 'tokens.csv')]) {
        expect(statSync(file).mode & 0o077, file).to.equal(0);
      }
    });
  });

  it('leaves no process and no file behind after stop, which may be called again', async () => {
    const plane = await startControlPlane();
    const folder = dirname(plane.kubeconfig);
    expect(processesOf(folder)).to.have.lengthOf(3); // etcd, kube-apiserver and the watchdog
    await plane.stop();
    await plane.stop();
    expect(processesOf(folder)).to.deep.equal([]);
    expect(existsSync(folder)).to.equal(false);
  });

  it('ends with the process that started it, even if that is killed', async () => {
    const main = join(dirname(fileURLToPath(import.meta.url)), 'main.js');
    const parent = spawn(process.execPath, [main, 'up'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const folder = dirname(line.toString().trim().replace('export KUBECONFIG=', ''));
    expect(processesOf(folder)).to.have.lengthOf(3);
    parent.kill('SIGKILL');
    await until(() => Promise.resolve(!existsSync(folder)));
    expect(processesOf(folder).filter((command) => !command.includes('watchdog'))).to.deep.equal([]);
  });

  describe('that cannot start', () => {
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'osm-auditor-broken-'))));
    afterEach(() => rmSync(folder, { recursive: true }));

    const startWith = async (program: 'etcd' | 'kubeApiserver', script: string): Promise<string> => {
      const path = join(folder, program);
      writeFileSync(path, script, { mode: 0o755 });
      const assets = { ...(await ensureAssets()), [program]: path };
      return startControlPlane({ assets }).then(
        (plane) => plane.stop().then(() => 'it started'),
        (error: unknown) => String(error),
      );
    };
    /** Each run of the script is a line in the file `runs`; its last argument tells whose folder must be gone. */
    const record = (): string => `#!/bin/sh\necho "$@" >> ${folder}/runs\n`;
    const runs = (): readonly string[] => readFileSync(join(folder, 'runs'), 'utf8').trimEnd().split('\n');

    it('quotes the log of the program that ended, and cleans up', async () => {
      const message = await startWith('kubeApiserver', `${record()}echo no good >&2\nexit 7\n`);
      expect(message).to.contain(
        'kube-apiserver ended with exit code 7; the last lines of its log:\n  no good',
      );
      const workspace = dirname(/--cert-dir=(\S+)/.exec(runs()[0]!)![1]!);
      expect(runs()).to.have.lengthOf(1);
      expect(existsSync(workspace)).to.equal(false);
      expect(processesOf(workspace)).to.deep.equal([]);
    });

    it('tries other ports when its own are taken, and gives up the third time', async () => {
      const message = await startWith('etcd', `${record()}echo listen: address already in use\nexit 1\n`);
      expect(message).to.contain('address already in use');
      const ports = runs().map((line) => /--listen-client-urls=(\S+)/.exec(line)?.[1]);
      expect(ports).to.have.lengthOf(3);
    });

    it('says which program cannot be executed', async () => {
      expect(await startWith('etcd', '#!/nonexistent/interpreter\n')).to.contain('ENOENT');
    });
  });
});

/** Waits until `done`; throws after 20 s, so that a failed test does not poll for ever behind those that follow. */
async function until(done: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error('it did not happen within 20 s');
    await sleep(100);
  }
}
