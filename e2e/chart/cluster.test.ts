/** What helm makes of a cluster with the chart, and how installations of before go on from what they have. */
import { expect } from 'chai';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { readText, repositoryRoot } from '../../src/testing/repository.ts';
import { ensureAssets } from '../control-plane/build-assets.ts';
import { startControlPlane, type ControlPlane } from '../control-plane/control-plane.ts';
import { chartFolder, HELM_VERSIONS, helmOrSkip, runHelm, type Helm } from './helm.ts';
import { OPERATOR } from './operator.ts';

const TESTDATA = 'e2e/chart/testdata';
const file = (name: string): string => join(repositoryRoot, TESTDATA, name);
const PREVIOUS = file('previous.yaml');
const MANIFESTS = join(repositoryRoot, 'manifests');

/** All that the chart and the manifests make. */
const KINDS = [
  'clusterroles',
  'clusterrolebindings',
  'configmaps',
  'daemonsets',
  'deployments',
  'networkpolicies',
  'prometheusrules',
  'roles',
  'rolebindings',
  'serviceaccounts',
  'servicemonitors',
  'services',
  'statefulsets',
].join(',');
const OURS = ['-l', 'app.kubernetes.io/name in (osm-auditor, osm-auditor-node-agent)', '--all-namespaces'];

interface KubeObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly uid?: string };
}

const nameOf = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.name}`;

/** A cluster of one suite. */
class Cluster {
  readonly plane: ControlPlane;

  private constructor(plane: ControlPlane) {
    this.plane = plane;
  }

  static async start(): Promise<Cluster> {
    await ensureAssets();
    const cluster = new Cluster(await startControlPlane());
    const list = { apiVersion: 'v1', kind: 'List', items: OPERATOR };
    await cluster.kubectl(['apply', '-f', '-'], JSON.stringify(list));
    await cluster.kubectl(['wait', '--for=condition=Established', 'customresourcedefinitions', '--all']);
    return cluster;
  }

  async kubectl(args: readonly string[], input = ''): Promise<string> {
    const { code, stdout, stderr } = await this.plane.kubectl(args, { input });
    expect(code, `kubectl ${args.join(' ')}: ${stderr}`).to.equal(0);
    return stdout;
  }

  /** The uid of each of our objects, by kind and name. */
  async objects(): Promise<ReadonlyMap<string, string | undefined>> {
    const { items } = JSON.parse(await this.kubectl(['get', KINDS, ...OURS, '-o', 'json'])) as {
      items: KubeObject[];
    };
    return new Map(items.map((each) => [nameOf(each), each.metadata.uid]));
  }

  async clear(): Promise<void> {
    await this.kubectl(['delete', KINDS, ...OURS]);
    await this.kubectl(['delete', 'secrets', '--all', '--namespace', 'osm-auditor']);
  }

  /**
   * The lines of these objects that are otherwise in the cluster. Lines that only stand elsewhere are none: a server that
   * applies leaves variables in the order in which it first had them.
   */
  async differences(args: readonly string[]): Promise<readonly string[]> {
    const { code, stdout, stderr } = await this.plane.kubectl(['diff', ...args]);
    expect(code, stderr).to.be.oneOf([0, 1]);
    const lines = (sign: string): readonly string[] =>
      stdout
        .split('\n')
        .filter((line) => line.startsWith(`${sign} `) && !line.includes(' generation: '))
        .map((line) => line.slice(sign.length));
    const [live, wanted] = [lines('-'), lines('+')];
    return [
      ...live.filter((line) => !wanted.includes(line)),
      ...wanted.filter((line) => !live.includes(line)),
    ];
  }

  async mayPatchStatuses(): Promise<string> {
    const as = '--as=system:serviceaccount:osm-auditor:osm-auditor';
    const args = ['auth', 'can-i', 'patch', 'pods', '--subresource=status', '--all-namespaces', as];
    return (await this.plane.kubectl(args)).stdout.trim();
  }
}

/** Of the objects that were there before, those that are not the same any more. */
function replaced(
  before: ReadonlyMap<string, string | undefined>,
  now: ReadonlyMap<string, string | undefined>,
): readonly string[] {
  return [...before].filter(([name, uid]) => now.get(name) !== uid).map(([name]) => name);
}

for (const version of HELM_VERSIONS) {
  describe(`the chart on a real API server, by helm ${version}`, function () {
    this.timeout(120_000);
    let helm: Helm;
    let cluster: Cluster;
    before(async function () {
      helm = await helmOrSkip(this, version);
      this.timeout(20 * 60_000); // a first run builds the control plane
      cluster = await Cluster.start();
    });
    after(async () => {
      await (cluster as Cluster | undefined)?.plane.stop();
    });
    beforeEach(() => cluster.kubectl(['apply', '-f', file('namespace.yaml')]));
    afterEach(() => cluster.clear());

    const tryHelm = (command: string, ...args: readonly string[]): ReturnType<typeof runHelm> =>
      runHelm(
        helm,
        [command, 'osm-auditor', ...args, '--namespace', 'osm-auditor'],
        cluster.plane.kubeconfig,
      );
    const helmDoes = async (command: string, ...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await tryHelm(command, ...args);
      expect(code, stderr).to.equal(0);
      return stdout;
    };
    const valuesOf = (name: string): readonly string[] =>
      name === 'defaults' ? [] : ['--values', file(`${name}.values.yaml`)];
    /** Exactly the objects of the golden file, as it says, and no others. */
    const expectInstalled = async (name: string): Promise<void> => {
      const documents = parseAllDocuments(readText(`${TESTDATA}/${name}.golden.yaml`));
      const golden = [...documents].map((each) => nameOf(each.toJS() as KubeObject));
      expect([...(await cluster.objects()).keys()].sort(), name).to.deep.equal(golden.sort());
      expect(await cluster.differences(['-f', file(`${name}.golden.yaml`)]), name).to.deep.equal([]);
    };

    it('is installed, goes from each way to run to the next by an upgrade, and is gone when it is uninstalled', async () => {
      const notes = await helmDoes('install', chartFolder);
      expect(notes).to.contain('kubectl -n osm-auditor rollout status deployment/osm-auditor\n');
      await expectInstalled('defaults');
      for (const name of ['shards', 'nodes', 'node-agent', 'everything', 'read-only', 'defaults']) {
        await helmDoes('upgrade', chartFolder, '--reset-values', ...valuesOf(name));
        await expectInstalled(name);
        // That of everything has another service account.
        const writes = !['node-agent', 'read-only', 'everything'].includes(name);
        expect(await cluster.mayPatchStatuses(), name).to.equal(writes ? 'yes' : 'no');
      }
      await helmDoes('uninstall');
      expect(await cluster.objects()).to.deep.equal(new Map());
    });

    it('says in its notes where the node agent is, and what its namespace has to admit', async () => {
      const notes = await helmDoes('install', chartFolder, '--set', 'nodeAgent.enabled=true');
      expect(notes).to.contain(
        'kubectl label namespace osm-auditor pod-security.kubernetes.io/enforce=privileged --overwrite\n',
      );
      expect(notes).not.to.contain('enforce=restricted');
    });

    it('goes back to the revision before', async () => {
      await helmDoes('install', chartFolder);
      await helmDoes('upgrade', chartFolder, ...valuesOf('shards'));
      await helmDoes('rollback');
      await expectInstalled('defaults');
    });

    it('is refused a second time, whatever its name and namespace', async () => {
      await helmDoes('install', chartFolder);
      const args = ['install', 'second', chartFolder, '--namespace', 'default'];
      const { code, stderr } = await runHelm(helm, args, cluster.plane.kubeconfig);
      expect(code).to.equal(1);
      expect(stderr).to.contain('exists and cannot be imported into the current release');
    });

    it('takes over what kubectl had installed from the previous release, once it is told to', async () => {
      await cluster.kubectl(['apply', '-f', PREVIOUS]);
      const before = await cluster.objects();
      const refused = await tryHelm('install', chartFolder);
      expect(refused.code).to.equal(1);
      expect(refused.stderr).to.contain('exists and cannot be imported into the current release');

      const take = helm.version.startsWith('3.') ? [] : ['--force-conflicts'];
      await helmDoes('install', chartFolder, '--take-ownership', ...take);
      await expectInstalled('defaults');
      expect(replaced(before, await cluster.objects())).to.deep.equal([]);
      await helmDoes('upgrade', chartFolder, ...take, ...valuesOf('shards'));
      await expectInstalled('shards');
    });
  });
}

describe('the manifests over the previous release', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  before(async function () {
    this.timeout(20 * 60_000);
    cluster = await Cluster.start();
  });
  after(() => cluster.plane.stop());
  beforeEach(() => cluster.kubectl(['apply', '-f', PREVIOUS]));
  afterEach(() => cluster.clear());

  for (const [what, flags] of Object.entries({
    'by the client': [],
    'by the server': ['--server-side', '--force-conflicts'],
  })) {
    it(`are applied ${what}: nothing has to be deleted, and no object is made anew`, async () => {
      const before = await cluster.objects();
      expect(before).to.have.property('size', 5);
      await cluster.kubectl(['apply', '-k', MANIFESTS, ...flags]);
      expect(replaced(before, await cluster.objects())).to.deep.equal([]);
      expect(await cluster.differences(['-k', MANIFESTS])).to.deep.equal([]);
    });
  }
});
