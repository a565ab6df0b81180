/** What helm makes of the chart. */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { isDeepStrictEqual } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import { VALUES, type Value } from '../../charts/values.ts';
import { leaseNameOf } from '../../src/controller/shard.ts';
import { expectGolden } from '../../src/testing/golden.ts';
import { readText, repositoryRoot } from '../../src/testing/repository.ts';
import { ensureAssets } from '../control-plane/build-assets.ts';
import { runKubectl } from '../control-plane/kubectl.ts';
import { chartFolder, HELM_VERSIONS, helmOrSkip, render, runHelm, type Helm } from './helm.ts';

const TESTDATA = 'e2e/chart/testdata';
const RENDERINGS = ['defaults', 'everything', 'read-only', 'shards', 'nodes', 'node-agent'];
const valuesOf = (name: string): readonly string[] => [
  '--values',
  join(repositoryRoot, TESTDATA, `${name}.values.yaml`),
];

interface KubeObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Record<string, string> };
  readonly spec?: unknown;
  readonly rules?: unknown;
  readonly data?: unknown;
}

/** The objects in a stream of YAML, by kind and name. */
function objectsIn(text: string): ReadonlyMap<string, KubeObject> {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) return new Map();
  const objects = documents.map((each) => each.toJS() as KubeObject | null).filter((each) => each !== null);
  return new Map(objects.map((each) => [`${each.kind}/${each.metadata.name}`, each]));
}

/** In the namespace that the manifests give it. */
const WITH_AGENT = ['--set', 'nodeAgent.enabled=true,nodeAgent.namespace=osm-auditor-node-agent'];
/** What the chart makes beside the controller. */
const ADDED = ['monitoring', 'node-agent'];

const HELMS_LABELS = [
  'app.kubernetes.io/instance',
  'app.kubernetes.io/managed-by',
  'app.kubernetes.io/version',
  'helm.sh/chart',
];

function withoutHelmsLabels(object: KubeObject): KubeObject {
  const { labels = {}, ...metadata } = object.metadata;
  const rest = Object.fromEntries(Object.entries(labels).filter(([name]) => !HELMS_LABELS.includes(name)));
  return { ...object, metadata: { ...metadata, labels: rest } };
}

/** The arguments that a workload gives the program. */
function argumentsOf(text: string, workload = 'osm-auditor'): readonly string[] {
  for (const { metadata, spec } of objectsIn(text).values()) {
    const { template } = (spec ?? {}) as { template?: { spec: { containers: { args: string[] }[] } } };
    if (template !== undefined && metadata.name === workload) return template.spec.containers[0]!.args;
  }
  throw new Error(`there is no workload ${workload}`);
}

/** As people set them, with a part of what helm says when the schema refuses. */
const REFUSED: Readonly<Record<string, readonly [values: string, says: string]>> = {
  'a misspelt value': ['replica: 2', 'replica'],
  'a misspelt value in a map': ['image: { tags: x }', 'tags'],
  'a value without a content': ['image: null', 'image'],
  'text for a number': ["replicas: '2'", 'replicas'],
  'text for a flag': ["writeEvents: 'false'", 'writeEvents'],
  'half a replica': ['replicas: 1.5', 'replicas'],
  'one shard': ['mode: shards\nshards: 1', 'shards'],
  'an unknown mode': ['mode: sharded', 'mode'],
  'several that write at once': ['leaderElect: false', 'replicas'],
  'a digest that is cut': ['image: { digest: sha256:5f70bf }', 'digest'],
  'a tag in the place of a repository': ["image: { repository: 'a b' }", 'repository'],
  'an unknown level': ['logLevel: verbose', 'logLevel'],
  'a negative time': ['gracePeriod: -1', 'gracePeriod'],
  'a namespace that none can have': ['osmNamespace: OSM', 'osmNamespace'],
  'an option that the program does not have': ['extraArgs: [--settle=10]', 'extraArgs'],
  'an option that a value gives': ['extraArgs: [--shards=5]', 'extraArgs'],
  'an option that the manifests rely on': ["extraArgs: ['--listen=:9090']", 'extraArgs'],
  'a label that is a number': ['podLabels: { a: 1 }', 'podLabels'],
  'a label that pods are selected by': ['podLabels: { app.kubernetes.io/name: other }', 'podLabels'],
  'a misspelt toleration': ['tolerations: [{ key: a, operator: Exist }]', 'tolerations'],
  'a misspelt affinity': ['affinity: { antiAffinity: {} }', 'affinity'],
  'an address block without a name': ['networkPolicy: { to: [192.0.2.1/32] }', 'networkPolicy'],
  'an agent without a word that says so': ['nodeAgent: true', 'nodeAgent'],
  'a misspelt value in a map in a map': ['nodeAgent: { image: { tags: x } }', 'tags'],
  'an option that the node agent relies on': ["nodeAgent: { extraArgs: ['--node=other'] }", 'extraArgs'],
  'an agent that reads all the time': ['nodeAgent: { sweepInterval: 0 }', 'sweepInterval'],
  'no service account': ["serviceAccount: { create: false, name: '' }", 'serviceAccount'],
};

for (const version of HELM_VERSIONS) {
  describe(`the chart rendered by helm ${version}`, function () {
    this.timeout(60_000);
    let helm: Helm;
    let folder: string;
    before(async function () {
      helm = await helmOrSkip(this, version);
      folder = mkdtempSync(join(tmpdir(), 'osm-auditor-chart-'));
    });
    after(() => {
      if (folder) rmSync(folder, { recursive: true });
    });

    const rendered = async (...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await render(helm, args);
      expect([code, stderr]).to.deep.equal([0, '']);
      return stdout;
    };
    /** Kubernetes' own rendering of a folder of manifests. */
    const kustomized = async (way: string): Promise<string> => {
      const { kubectl } = await ensureAssets();
      if (kubectl === undefined) throw new Error('there is no kubectl');
      const args = ['kustomize', join(repositoryRoot, 'manifests', way)];
      const { code, stdout, stderr } = await runKubectl(kubectl, args, {
        kubeconfig: '/dev/null',
        home: folder,
      });
      expect(code, stderr).to.equal(0);
      return stdout;
    };

    it('passes the lint', async () => {
      const { code, stdout, stderr } = await runHelm(helm, ['lint', '--strict', chartFolder]);
      expect(code, stdout + stderr).to.equal(0);
      expect(stdout).not.to.match(/\[(WARNING|ERROR)\]/);
    });

    for (const name of RENDERINGS) {
      it(`is the golden file: ${name}`, async () => {
        const text = await rendered(...(name === 'defaults' ? [] : valuesOf(name)));
        expectGolden(`${TESTDATA}/${name}.golden.yaml`, text);
      });
    }

    for (const [way, args] of Object.entries({
      '.': [],
      sharded: ['--set', 'mode=shards'],
      'per-node': ['--set', 'mode=nodes'],
      monitoring: [...WITH_AGENT, '--set', 'serviceMonitor.enabled=true,prometheusRule.enabled=true'],
      'node-agent': WITH_AGENT,
    })) {
      it(`is what kubectl makes of the manifests, but for the Namespace and helm's labels: ${way}`, async () => {
        const ours = objectsIn(await kustomized(way));
        const theirs = objectsIn(await rendered(...args));
        const names = [...theirs.keys()].filter((name) => !ADDED.includes(way) || ours.has(name));
        expect(names.sort()).to.deep.equal(
          [...ours.keys()].filter((name) => !name.startsWith('Namespace/')).sort(),
        );
        for (const name of names) {
          const object = theirs.get(name)!;
          expect(Object.keys(object.metadata.labels ?? {}), name).to.include.members(HELMS_LABELS);
          expect(withoutHelmsLabels(object), name).to.deep.equal(ours.get(name));
        }
      });
    }

    it('gives no right to write where nothing is to be written', async () => {
      const objects = objectsIn(await rendered(...valuesOf('read-only')));
      const rules = [...objects.values()].flatMap(({ rules: each }) => (each ?? []) as { verbs: string[] }[]);
      expect(new Set(rules.flatMap(({ verbs }) => verbs))).to.deep.equal(new Set(['list', 'watch']));
    });

    it('has no trace of the node agent unless it is asked for', async () => {
      const text = await rendered(...valuesOf('everything'));
      expect([...objectsIn(text).keys()].filter((name) => name.includes('node-agent'))).to.deep.equal([]);
      expect(text).not.to.match(/SYS_ADMIN|hostPID/);
    });

    it('puts the node agent beside the controller where no namespace is given, without rights that it needs not', async () => {
      const sets = 'nodeAgent.enabled=true,writeConditions=false,writeEvents=false';
      const objects = objectsIn(await rendered('--set', sets));
      const agents = [...objects].filter(([name]) => name.endsWith('/osm-auditor-node-agent'));
      expect(agents.map(([name]) => name.split('/')[0]).sort()).to.deep.equal([
        'ClusterRole',
        'ClusterRoleBinding',
        'DaemonSet',
        'NetworkPolicy',
        'Service',
        'ServiceAccount',
      ]);
      for (const [name, { kind, metadata }] of agents) {
        const of = kind.startsWith('Cluster') ? undefined : 'osm-auditor';
        expect((metadata as { namespace?: string }).namespace, name).to.equal(of);
      }
      const role = objects.get('ClusterRole/osm-auditor-node-agent');
      const verbs = (role!.rules as { verbs: string[] }[]).flatMap((each) => each.verbs);
      expect(new Set(verbs)).to.deep.equal(new Set(['list', 'watch']));
    });

    it('gives each shard a right to the Lease that it elects by', async () => {
      const role = objectsIn(await rendered(...valuesOf('shards'))).get('Role/osm-auditor');
      const [leases] = role!.rules as { resourceNames: string[] }[];
      const names = [0, 1, 2, 3].map((index) =>
        leaseNameOf({ kind: 'hash', index, count: 4 }, 'osm-auditor'),
      );
      expect(leases?.resourceNames).to.deep.equal(names);
    });

    it('ships the dashboard as it is, byte by byte', async () => {
      const objects = objectsIn(await rendered('--set', 'dashboard.enabled=true'));
      const { metadata, data } = objects.get('ConfigMap/osm-auditor-dashboard')!;
      expect(metadata.labels).to.include({ grafana_dashboard: '1' });
      expect(data).to.deep.equal({ 'osm-auditor.json': readText('manifests/monitoring/dashboard.json') });
    });

    it('takes the tag, and the digest before it', async () => {
      const image = async (...sets: readonly string[]): Promise<string | undefined> =>
        / image: (.*)/.exec(await rendered(...sets.flatMap((each) => ['--set-string', each])))?.[1];
      expect(await image('image.repository=r.example.com/a', 'image.tag=1')).to.equal('"r.example.com/a:1"');
      const digest = `sha256:${'0'.repeat(64)}`;
      expect(await image('image.tag=1', `image.digest=${digest}`)).to.equal(`"osm-auditor@${digest}"`);
      const agent = objectsIn(await rendered(...WITH_AGENT, '--set-string', 'nodeAgent.image.tag=1'));
      expect(JSON.stringify(agent.get('DaemonSet/osm-auditor-node-agent'))).to.contain(
        '"image":"osm-auditor-node-agent:1"',
      );
    });

    it('holds names that look like numbers for names', async () => {
      const { stdout } = await runHelm(helm, ['template', '1', chartFolder, '--namespace', '2']);
      for (const { metadata } of objectsIn(stdout).values()) {
        expect(metadata.labels?.['app.kubernetes.io/instance']).to.equal('1');
        expect(metadata).to.satisfy((each: { namespace?: unknown }) =>
          [undefined, '2'].includes(each.namespace as string),
        );
      }
    });

    it('works as a part of another chart', async () => {
      const parent = join(folder, 'parent');
      mkdirSync(join(parent, 'charts'), { recursive: true });
      writeFileSync(join(parent, 'Chart.yaml'), 'apiVersion: v2\nname: parent\nversion: 1.0.0\n');
      writeFileSync(join(parent, 'values.yaml'), 'global: { a: 1 }\nosm-auditor: { logLevel: warn }\n');
      symlinkSync(chartFolder, join(parent, 'charts/osm-auditor'));
      const { code, stdout, stderr } = await runHelm(helm, ['template', 'all', parent]);
      expect(code, stderr).to.equal(0);
      expect(argumentsOf(stdout)).to.deep.equal(['run', '--log-level=warn']);
    });

    for (const [what, [values, says]] of Object.entries(REFUSED)) {
      it(`refuses ${what}`, async () => {
        const file = join(folder, 'refused.yaml');
        writeFileSync(file, values);
        expect(parse(values)).to.be.an('object');
        const { code, stdout, stderr } = await render(helm, ['--values', file]);
        expect([code, stdout]).to.deep.equal([1, '']);
        expect(stderr).to.contain("values don't meet the specifications of the schema").and.to.contain(says);
      });
    }
  });
}

describe('the renderings of the chart', function () {
  this.timeout(60_000);

  it('show every value as another than its default, but those that have a test of their own', () => {
    const given = RENDERINGS.filter((name) => name !== 'defaults').map(
      (name) => parse(readText(`${TESTDATA}/${name}.values.yaml`)) as Record<string, unknown>,
    );
    const shown = ({ name, default: standard }: Value): boolean =>
      given.some((values) => {
        const found = name
          .split('.')
          .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], values);
        return found !== undefined && !isDeepStrictEqual(found, standard);
      });
    const missing = VALUES.filter((each) => !shown(each)).map(({ name }) => name);
    expect(missing).to.deep.equal([
      'image.tag',
      'dashboard.enabled',
      'dashboard.labels',
      'nodeAgent.image.tag',
    ]);
  });

  /** The program ends where it looks for a cluster. */
  function expectTaken(args: readonly string[]): void {
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(repositoryRoot, 'build/src/main.js'), ...args, '--kubeconfig=/nonexistent'],
      { encoding: 'utf8', env: { POD_NAME: 'osm-auditor-0', POD_NAMESPACE: 'osm-auditor' } },
    );
    expect(status, stderr).to.equal(2);
    expect(stderr).to.match(/^error: cannot read \/nonexistent: .*\n$/);
  }

  for (const name of RENDERINGS) {
    it(`give the program options that it takes: ${name}`, () => {
      expectTaken(argumentsOf(readText(`${TESTDATA}/${name}.golden.yaml`)));
    });
  }

  it('give the node agent options that it takes', () => {
    const text = readText(`${TESTDATA}/node-agent.golden.yaml`);
    expectTaken(argumentsOf(text, 'osm-auditor-node-agent'));
  });
});
