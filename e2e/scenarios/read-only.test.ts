/**
 * The container as the manifests confine it, without a container: the bundle as user 65532, with no capability, in a
 * mount namespace where nothing can be written. What it wrote to a file would fail, and it would show.
 *
 * Needs root and the right to mount, which a confined CI job may lack; then it says so.
 */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { chmod, copyFile, cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { openCluster, type TestCluster } from './cluster.ts';
import { ControllerProcess } from './controller-process.ts';
import { createPods } from './recorded-pods.ts';
import { conditionBecomes, eventsOn } from './reported.ts';

const USER = '65532';

/** Makes every mount read-only, makes sure of it, and becomes the user. Mounts end with the namespace. */
const CONFINE = `
while read -r _ _ _ _ target _; do
  mount -o remount,bind,ro "$(printf %b "$target")" 2>/dev/null || :
done </proc/self/mountinfo
for folder in / /tmp /var/tmp /dev/shm "$PWD"; do
  if touch "$folder/osm-auditor-probe" 2>/dev/null; then echo "$folder can be written" >&2; exit 70; fi
done
exec setpriv --reuid ${USER} --regid ${USER} --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs "$@"
`;
/** No HOME and no TMPDIR: nothing that could be written is named. */
const ENV = { PATH: process.env['PATH'] ?? '', NODE_V8_COVERAGE: '' };
const CONFINED = ['unshare', '--mount', 'sh', '-c', CONFINE, 'confine'] as const;

/** Why nobody can be confined here; undefined if all is well. */
function whyNot(node: string): string | undefined {
  if (process.getuid?.() !== 0) return 'this is not root';
  const [program, ...args] = [...CONFINED, node, '--version'] as const;
  const { error, status, stderr } = spawnSync(program, args, { cwd: '/', encoding: 'utf8' });
  if (error !== undefined) return error.message;
  return status === 0 ? undefined : stderr.trim();
}

/** On a cluster that is not ours every test below is listed as pending. */
const suite = process.env['OSM_AUDITOR_E2E_KUBECONFIG'] === undefined ? describe : describe.skip;

suite('the bundle where nothing can be written (root only)', function () {
  this.timeout(120_000);
  let folder = '';
  const bundle = (): string => join(folder, 'dist/osm-auditor.js');

  before(async function () {
    const reason = whyNot(process.execPath);
    if (reason !== undefined) {
      process.stderr.write(`SKIPPED, the bundle in a read-only file system: ${reason}\n`);
      this.skip();
    }
    // As in the image, and where any user may read.
    folder = await mkdtemp(join(tmpdir(), 'osm-auditor-app-'));
    await chmod(folder, 0o755);
    await cp(join(repositoryRoot, 'dist'), join(folder, 'dist'), { recursive: true });
    await copyFile(join(repositoryRoot, 'package.json'), join(folder, 'package.json'));
    await cp(join(repositoryRoot, 'examples'), join(folder, 'examples'), { recursive: true });
  });
  after(async () => {
    if (folder !== '') await rm(folder, { recursive: true });
  });

  it('judges files', () => {
    const words = ['check', '-f', 'examples/recorded', '-f', 'examples/guide/base/config.yaml', '-o', 'name'];
    const [program, ...args] = [...CONFINED, process.execPath, bundle(), ...words] as const;
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8', env: ENV });
    expect([status, stderr]).to.deep.equal([1, '']);
    expect(stdout.split('\n')).to.include('pod/good');
  });

  describe('on a cluster', () => {
    let cluster: TestCluster;
    let controller: ControllerProcess | undefined;

    before(async () => {
      cluster = await openCluster();
      await cluster.kubectl(['apply', '-k', 'manifests']);
      for (const name of ['osm-system', 'shop']) await cluster.kubectl(['create', 'namespace', name]);
      await cluster.kubectl(['create', 'configmap', 'osm-config', '-n', 'osm-system']);
      const serviceAccount = { namespace: 'osm-auditor', name: 'osm-auditor' };
      const kubeconfig = join(folder, 'kubeconfig');
      await copyFile(await cluster.own!.kubeconfigFor({ serviceAccount }), kubeconfig);
      await chmod(kubeconfig, 0o644);
      controller = ControllerProcess.start(['--kubeconfig', kubeconfig], {
        command: [...CONFINED, process.execPath, '--enable-source-maps', bundle()],
        cwd: folder,
      });
      await controller.ready();
    });
    after(async () => {
      await controller?.stop();
      await cluster.stop();
    });

    it('runs as nobody, with no capability', async () => {
      const status = await readFile(`/proc/${controller!.pid}/status`, 'utf8');
      expect(status)
        .to.match(new RegExp(`^Uid:(\t${USER}){4}$`, 'm'))
        .and.match(/^NoNewPrivs:\t1$/m);
      for (const set of ['Inh', 'Prm', 'Eff', 'Bnd', 'Amb'])
        expect(status).to.match(new RegExp(`^Cap${set}:\t0+$`, 'm'));
    });

    it('writes conditions and Events, serves its numbers, and ends cleanly, without a complaint', async () => {
      await createPods(cluster, 'shop', [
        { name: 'good', recorded: 'good' },
        { name: 'bad', recorded: 'sidecar-no-init' },
      ]);
      await conditionBecomes(cluster, 'shop/good', 'True Verified');
      await conditionBecomes(cluster, 'shop/bad', 'False InitContainerMissing');
      const told = await eventsOn(cluster, 'shop', 'bad');
      expect(told.map(({ reason }) => reason)).to.include('InitContainerMissing');
      expect((await controller!.get('/metrics')).text).to.include('osm_auditor_pods{namespace="shop"');
      expect(await controller!.stop()).to.equal(0);
      expect(controller!.log.filter(({ level }) => level !== 'info')).to.deep.equal([]);
    });
  });
});
