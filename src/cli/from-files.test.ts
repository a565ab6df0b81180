import { expect } from 'chai';
import { readText } from '../testing/repository.ts';
import { osmAuditor } from '../testing/recording-terminal.ts';
import { FORMATS } from './output/formats.ts';

const GOOD = 'examples/recorded/good.json';
const EXCLUDES = 'examples/recorded/iprange-fixed.json';
const BASE = 'examples/guide/base/config.yaml';
const SURROUNDINGS = 'src/cli/testdata/surroundings.yaml';
const TWO_MESHES = 'src/cli/testdata/two-meshes.yaml';

/** The codes that `check` finds on the last pod, and its exit status. */
async function codesOf(...args: readonly string[]): Promise<readonly [status: number, ...codes: string[]]> {
  const { status, stdout } = await osmAuditor(['check', '-o', 'json', ...args]);
  const { pods } = JSON.parse(stdout) as { pods: { findings: { code: string }[] }[] };
  return [status, ...pods.at(-1)!.findings.map(({ code }) => code)];
}

describe('check, exit status', () => {
  it('is 0 when every pod is Verified', async () => {
    expect(await codesOf('-f', GOOD, '-f', BASE)).to.deep.equal([0]);
  });

  it('is 0 when no pod belongs to the mesh', async () => {
    expect(await codesOf('-f', 'examples/recorded/no-sidecar.json', '-f', BASE)).to.deep.equal([0, 'OA901']);
  });

  it('is 1 when a pod is Discrepant, although others are Verified or Unknown', async () => {
    const { status, stdout } = await osmAuditor(['check', '-f', 'examples/recorded', '-f', BASE]);
    expect(stdout).to.match(/\n22 pods: 5 verified, 14 discrepant, 2 unknown, 1 not applicable\n$/);
    expect(status).to.equal(1);
  });

  it('is 3 when no pod is Discrepant and one is Unknown', async () => {
    expect(await codesOf('-f', GOOD)).to.deep.equal([3, 'OA501']);
    const verified = 'examples/guide/base/pod.yaml';
    const waiting = 'examples/recorded/unschedulable.json';
    expect(await codesOf('-f', verified, '-f', waiting, '-f', BASE)).to.deep.equal([3, 'OA208']);
  });

  for (const format of Object.keys(FORMATS)) {
    it(`does not depend on the format ${format}`, async () => {
      const args = ['check', '-f', EXCLUDES, '-f', BASE, '-o', format];
      expect(await osmAuditor(args)).to.include({ status: 1, stderr: '' });
    });
  }
});

describe('pods from files', () => {
  it('are judged with the namespaces and the configuration among them, other objects passed over', async () => {
    expect(await codesOf('-f', SURROUNDINGS)).to.deep.equal([1, 'OA101']);
  });

  it('are read from standard input', async () => {
    const { status, stdout } = await osmAuditor(['check', '-f', BASE, '-f', '-'], { stdin: readText(GOOD) });
    expect(status).to.equal(0);
    expect(stdout).to.match(/^test +good +Verified$/m);
  });

  it('say where they were read from', async () => {
    const { stdout } = await osmAuditor(['check', '-f', SURROUNDINGS, '-o', 'wide']);
    expect(stdout).to.include('src/cli/testdata/surroundings.yaml:38: document 6\n');
  });

  it('are limited to a namespace with -n, unless -A is given', async () => {
    const files = ['-f', SURROUNDINGS, '-f', GOOD];
    const names = async (...args: readonly string[]): Promise<string> => {
      return (await osmAuditor(['check', '-o', 'name', ...files, ...args])).stdout;
    };
    expect(await names()).to.equal('pod/books\npod/good\n');
    expect(await names('-n', 'test')).to.equal('pod/good\n');
    expect(await names('-n', 'test', '-A')).to.equal('pod/books\npod/good\n');
    expect(await names('-An', 'test')).to.equal('pod/books\npod/good\n');
    expect(await names('-n', 'test', '--all-namespaces=false')).to.equal('pod/good\n');
  });

  it('are judged by the configuration in osm-system, or in the namespace that --osm-namespace names', async () => {
    const files = ['-f', EXCLUDES, '-f', TWO_MESHES];
    expect(await codesOf(...files)).to.deep.equal([1, 'OA402']);
    expect(await codesOf(...files, '--osm-namespace', 'other-mesh')).to.deep.equal([0]);
    expect(await codesOf(...files, '--osm-namespace', 'nowhere')).to.deep.equal([3, 'OA501']);
  });
});

describe('expected', () => {
  it('prints a comment and the commands for each pod, and the range that the configuration excludes', async () => {
    const args = ['expected', '-f', EXCLUDES, '-f', GOOD, '-f', 'examples/guide/ip-ranges/config.yaml'];
    const { status, stdout } = await osmAuditor(args);
    expect(status).to.equal(0);
    expect(stdout.match(/^# .*$/gm)).to.deep.equal([
      '# test/iprange-fixed, OSM v0.8',
      '# test/good, OSM v0.8',
    ]);
    expect(stdout.match(/-d 2\.2\.2\.2\/24 -j RETURN$/gm)).to.have.length(2);
    expect(stdout.match(/^(?!# |iptables ).+$/gm)).to.equal(null);
  });

  it('prints no command for a pod that the mesh does not concern', async () => {
    const args = ['expected', '-f', 'examples/recorded/no-sidecar.json', '-f', BASE];
    expect((await osmAuditor(args)).stdout).to.match(/^# test\/no-sidecar: no rules, the pod opts out .*\n$/);
  });

  it('prints the commands that a pod lacks when nothing was injected although it should have been', async () => {
    const { stdout } = await osmAuditor(['expected', '-f', SURROUNDINGS]);
    expect(stdout).to.match(/^# bookstore\/books, OSM v0\.8\n# The mesh monitors .*\niptables /);
  });
});
