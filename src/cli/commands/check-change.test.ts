/** `check --with`: what a change would do, and what is no change to speak of. */
import { expect } from 'chai';
import { parse } from 'yaml';
import { readJson } from '../../testing/repository.ts';
import { osmAuditor, type Outcome } from '../../testing/recording-terminal.ts';

const GOOD = 'examples/recorded/good.json';
const BASE = 'examples/guide/base/config.yaml';
const RANGES = 'examples/change/ranges.yaml';
const TWO_MESHES = 'src/cli/testdata/two-meshes.yaml';
const CHANGE = ['check', '-f', GOOD, '-f', BASE];

interface ChangeReport {
  readonly changes: readonly { readonly source: string; readonly action: string; readonly pods: number }[];
  readonly summary: Readonly<Record<string, number>>;
  readonly workloads: readonly { readonly outcome: string; readonly pods: number }[];
  readonly pods: readonly Readonly<Record<string, unknown>>[];
}

const configMap = (data: object, namespace = 'osm-system', name = 'osm-config'): object => {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
};

async function proposed(objects: readonly object[], ...args: readonly string[]): Promise<Outcome> {
  const stdin = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  return osmAuditor([...CHANGE, '--with', '-', ...args], { stdin });
}

async function reported(objects: readonly object[], ...args: readonly string[]): Promise<ChangeReport> {
  const { stdout, stderr } = await proposed(objects, '-o', 'json', ...args);
  expect(stderr).to.equal('');
  return JSON.parse(stdout) as ChangeReport;
}

describe('check --with', () => {
  const statuses: Readonly<Record<string, readonly [data: object, status: number]>> = {
    'nothing changes': [{}, 0],
    'a setting that concerns no rule changes': [{ egress: 'true' }, 0],
    'a pod has to be restarted': [{ outbound_port_exclusion_list: '6379' }, 1],
    'a pod could not start again': [{ outbound_port_exclusion_list: '70000' }, 1],
    'iptables reads a value otherwise than it is written': [{ outbound_port_exclusion_list: '0100' }, 1],
  };
  for (const [when, [data, status]] of Object.entries(statuses)) {
    it(`ends with ${status} when ${when}`, async () => {
      const { status: found, stderr } = await proposed([configMap(data)]);
      expect([found, stderr]).to.deep.equal([status, '']);
    });
  }

  it('ends with 3 when what a pod runs is not understood, although nothing changes', async () => {
    const args = ['check', '-f', 'examples/recorded/init-sleeping.json', '-f', BASE, '--with', BASE];
    const { status, stdout } = await osmAuditor(args);
    expect([status, stdout.includes('1 pod of 1 workload cannot be judged\n')]).to.deep.equal([3, true]);
  });

  it('ends with 1 when the configuration is wrong in itself, although no pod runs by it', async () => {
    const files = ['-f', 'examples/recorded/no-sidecar.json', '-f', BASE];
    const args = ['check', ...files, '--with', 'examples/change/refused.yaml'];
    expect(await osmAuditor(args)).to.include({ status: 1, stderr: '' });
  });

  it('ends with 0 when a pod that is wrong now would be right', async () => {
    const now = ['-f', 'examples/recorded/iprange-fixed.json', '-f', BASE];
    const args = ['check', ...now, '--with', 'examples/guide/ip-ranges/config.yaml'];
    const { status, stdout } = await osmAuditor(args);
    expect(status).to.equal(0);
    expect(stdout).to.match(/^1 pod of 1 workload would be right, unlike now$/m);
  });

  it('counts each pod once, and says the same in JSON and YAML', async () => {
    const args = ['check', '-f', 'examples/recorded', '-f', BASE, '--with', RANGES];
    const report = JSON.parse((await osmAuditor([...args, '-o', 'json'])).stdout) as ChangeReport;
    const { pods, ...counts } = report.summary;
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
    expect(sum(Object.values(counts))).to.equal(pods);
    expect(sum(report.workloads.map((each) => each.pods))).to.equal(pods);
    expect(report.pods).to.have.length(pods!);
    expect(parse((await osmAuditor([...args, '-o', 'yaml'])).stdout)).to.deep.equal(report);
  });

  it('says what the objects do to those of now', async () => {
    const changes = async (...objects: readonly object[]): Promise<unknown> => {
      const { changes: found } = await reported(objects);
      return found.map(({ source, action, pods }) => `${source} ${action} ${pods}`);
    };
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'test' } };
    const elsewhere = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'elsewhere' } };
    expect(await changes(configMap({}), namespace, elsewhere)).to.deep.equal([
      'ConfigMap/osm-system/osm-config keeps 1',
      'Namespace/test adds 1',
      'Namespace/elsewhere adds 0',
    ]);
    expect(await changes(configMap({ outbound_port_exclusion_list: '1' }))).to.deep.equal([
      'ConfigMap/osm-system/osm-config replaces 1',
    ]);
  });

  it('takes the file for what is to come, whenever its copy was changed', async () => {
    const { metadata } = readJson(GOOD) as { readonly metadata: { readonly creationTimestamp: string } };
    const later = configMap({ outbound_port_exclusion_list: '6379' }) as { metadata: object };
    const changed = {
      ...later,
      metadata: { ...later.metadata, creationTimestamp: metadata.creationTimestamp },
    };
    const [pod] = (await reported([changed], '--settle-period', '1000000')).pods;
    expect(pod).to.deep.include({ outcome: 'restart', now: 'Verified', then: 'Discrepant' });
  });

  it('judges by the configuration of the file where there is none now', async () => {
    const args = ['check', '-f', GOOD, '--with', BASE];
    const { status, stdout } = await osmAuditor(args);
    expect(status).to.equal(0);
    expect(stdout).to.include('ConfigMap/osm-system/osm-config is new; 1 pod is judged by it\n');
  });

  it('replaces the configuration of the namespace that --osm-namespace names', async () => {
    const files = ['check', '-f', GOOD, '-f', TWO_MESHES, '--osm-namespace', 'other-mesh', '--with', '-'];
    const stdin = JSON.stringify(configMap({ outbound_port_exclusion_list: '6379' }, 'other-mesh'));
    const { status, stdout } = await osmAuditor(files, { stdin });
    expect(status).to.equal(1);
    expect(stdout).to.match(/^ConfigMap\/other-mesh\/osm-config replaces the one of now; 1 pod is judged/);
  });

  it('lets no text of an object drive the terminal', async () => {
    const { stdout } = await proposed([configMap({ outbound_port_exclusion_list: '\u001b[2J,\u202e' })]);
    expect(stdout)
      .to.include('OA505')
      .and.not.to.match(/[\u001b\u202e]/);
  });

  const refusals: Readonly<Record<string, readonly [run: () => Promise<Outcome>, line: string]>> = {
    'a file without anything to propose': [
      () => osmAuditor([...CHANGE, '--with', GOOD]),
      `${GOOD} proposes nothing: its one object is no ConfigMap osm-config, MeshConfig or Namespace`,
    ],
    'a second such file': [
      () => osmAuditor([...CHANGE, '--with', BASE, '--with', GOOD]),
      `${GOOD} proposes nothing: its one object is no ConfigMap osm-config, MeshConfig or Namespace`,
    ],
    'objects that are none of a mesh': [
      () => proposed([configMap({}, 'osm-system', 'other'), configMap({}, 'osm-system', 'another')]),
      'standard input proposes nothing: none of its 2 objects is a ConfigMap osm-config, MeshConfig or Namespace',
    ],
    'one object twice': [
      () => osmAuditor([...CHANGE, '--with', BASE, '--with', RANGES]),
      `${RANGES}:2: ConfigMap/osm-system/osm-config is proposed twice`,
    ],
    'one namespace twice': [
      () => {
        const file = 'examples/change/namespaces.yaml';
        return osmAuditor([...CHANGE, '--with', file, '--with', file]);
      },
      'examples/change/namespaces.yaml:2: Namespace/test is proposed twice',
    ],
    'the configuration of another mesh': [
      () => proposed([configMap({}, 'elsewhere')]),
      'ConfigMap/elsewhere/osm-config is not the configuration of the one pod, which is judged by ConfigMap/osm-system/osm-config',
    ],
    'the configuration of another mesh, of many pods': [
      () => {
        const stdin = JSON.stringify(configMap({}, 'elsewhere'));
        return osmAuditor(['check', '-f', 'examples/recorded', '-f', BASE, '--with', '-'], { stdin });
      },
      'ConfigMap/elsewhere/osm-config is not the configuration of any of the 22 pods, which are judged by ConfigMap/osm-system/osm-config',
    ],
    'a namespace without a pod': [
      () => proposed([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'elsewhere' } }]),
      'Namespace/elsewhere is not that of the one pod',
    ],
    'standard input for both': [
      () => osmAuditor(['check', '-f', '-', '--with', '-']),
      'standard input can be read only once, but -f - and --with - are given',
    ],
    'a format that has no room for it': [
      () => proposed([configMap({})], '-o', 'junit'),
      'the output format "junit" cannot show a change: one of table, wide, json, yaml',
    ],
    'a file that is not there': [
      () => osmAuditor([...CHANGE, '--with', 'no/such.yaml']),
      'no/such.yaml: no such file or directory',
    ],
    'a configuration of the wrong shape': [
      () => proposed([{ ...configMap({}), data: { outbound_port_exclusion_list: 80 } }]),
      'standard input:1: data.outbound_port_exclusion_list: expected text',
    ],
  };
  for (const [what, [run, line]] of Object.entries(refusals)) {
    it(`refuses ${what}`, async () => {
      expect(await run()).to.deep.equal({ status: 2, stdout: '', stderr: `error: ${line}\n` });
    });
  }
});
