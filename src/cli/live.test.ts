/** Where the rules in the kernel come from, and which pods they are of: by a machine that is made up, and by files. */
import { expect } from 'chai';
import type { LiveReading } from '../core/audit/live-reading.ts';
import type { Pod } from '../core/osm/pod.ts';
import { inputFor, meshedPod } from '../testing/builders.ts';
import { machineWith } from '../testing/fake-kernel.ts';
import { osmAuditor } from '../testing/recording-terminal.ts';
import { readJson, readText } from '../testing/repository.ts';
import type { KernelReader } from '../kernel/kernel.ts';
import type { NatReading } from '../kernel/nat-reader.ts';
import { readLivePods } from './live-kernel.ts';
import { withReading } from './live.ts';

const BASE = ['-f', 'examples/guide/base/config.yaml'];
const GOOD = ['-f', 'examples/recorded/good.json', ...BASE];
const RULES = ['--live-rules', 'examples/live/good.txt'];

const TABLES: NatReading = {
  kind: 'tables',
  network: 1,
  saved: { legacy: '*nat\nCOMMIT\n', nft: '' },
  nativeChains: ['a'],
};
const NODE: NatReading = { kind: 'node-network' };
const FAILED: NatReading = { kind: 'unreadable', why: 'failed', reason: 'a program failed' };
const ENDED: NatReading = { kind: 'unreadable', why: 'no-process', reason: 'it has ended meanwhile' };
const HERE: LiveReading = { kind: 'unreadable', reason: 'no process of the pod runs on this machine' };

/** What is read of a pod with the uid `a` on a machine, by what the test says. */
const READINGS: Readonly<
  Record<string, readonly [Partial<Pod>, Readonly<Record<string, NatReading>>, LiveReading | undefined]>
> = {
  'its tables, of which nothing was seen before': [
    {},
    { b: NODE, a: TABLES },
    { kind: 'tables', saved: { legacy: '*nat\nCOMMIT\n', nft: '' }, nativeChains: ['a'], earlier: undefined },
  ],
  "its node's network": [{}, { a: NODE }, { kind: 'node-network' }],
  'what kept the machine from reading it': [
    {},
    { a: FAILED },
    { kind: 'unreadable', reason: 'a program failed' },
  ],
  'that a running pod has no process here': [{}, { b: TABLES }, HERE],
  'the same where the last one has ended meanwhile': [{}, { a: ENDED }, HERE],
  'nothing of a pod that has not begun': [{ phase: 'Pending' }, {}, undefined],
  'nothing of a pod that has ended': [{ phase: 'Succeeded' }, {}, undefined],
  'the rules of a pod that has begun and does not run': [
    { phase: 'Pending' },
    { a: NODE },
    { kind: 'node-network' },
  ],
  'nothing of a pod that a kubelet made from a file': [{ mirror: true }, {}, undefined],
};

describe('what is read of a pod on this machine', () => {
  for (const [title, [rest, pods, reading]] of Object.entries(READINGS)) {
    it(`is ${title}`, async () => {
      const pod = meshedPod({ uid: 'a', phase: 'Running', ...rest });
      const readings = await readLivePods(machineWith(pods), [pod], () => undefined);
      expect(readings.get(pod)).to.deep.equal(reading);
      expect(withReading(inputFor(pod), readings).live).to.deep.equal(reading);
      expect('live' in withReading(inputFor(pod), readings)).to.equal(reading !== undefined);
    });
  }
});

/** By what is wrong: the arguments and the whole line. */
const MESSAGES: Readonly<Record<string, readonly [args: readonly string[], line: string]>> = {
  'two sources': [
    ['check', ...GOOD, ...RULES, '--live'],
    '--live and --live-rules cannot be given together: the rules are read or given',
  ],
  'files for what is to come': [
    ['check', ...GOOD, ...RULES, '--with', 'examples/change/ranges.yaml'],
    '--live-rules looks once at what is: it cannot be given together with --with',
  ],
  'a machine for what is to come': [
    ['check', '--live', '--with', 'examples/change/ranges.yaml'],
    '--live looks once at what is: it cannot be given together with --with',
  ],
  'files to watch': [
    ['check', ...RULES, '--watch'],
    '--live-rules looks once at what is: it cannot be given together with --watch',
  ],
  'a machine to watch': [
    ['check', '--live', '--watch'],
    '--live looks once at what is: it cannot be given together with --watch',
  ],
  'a node for no machine': [
    ['check', '--node', 'worker-1'],
    '--node says which node this machine is: it is for --live',
  ],
  'a node for files': [
    ['check', ...GOOD, '--live', '--node', 'worker-1'],
    '--node chooses pods of a cluster: it cannot be given together with -f',
  ],
  'standard input for two things': [
    ['trace', 'good', '--to', '10.0.0.5:80', '-f', '-', '--live-rules', '-'],
    'standard input can be read only once, but -f - and --live-rules - are given',
  ],
  'standard input twice': [
    ['check', ...GOOD, '--live-rules', '-', '--live-rules', '-'],
    'standard input can be read only once, but --live-rules - is given twice',
  ],
  'a backend twice': [
    ['check', ...GOOD, ...RULES, '--live-rules', 'examples/live/flushed.txt'],
    'examples/live/good.txt and examples/live/flushed.txt both hold rules of iptables-nft: a pod has them once',
  ],
  'rules of one pod for many': [
    ['check', '-f', 'examples/recorded', ...RULES],
    '--live-rules tells of one pod, and 22 are selected: choose it with -n, or name its file alone with -f',
  ],
  'rules of a pod for workloads': [
    ['check', '-f', 'examples/manifests', ...RULES],
    '--live-rules tells of one pod, and none is selected: choose it with -n, or name its file alone with -f',
  ],
  'something else than rules': [
    ['check', ...GOOD, '--live-rules', 'examples/recorded/good.json'],
    'examples/recorded/good.json:1: iptables-save does not print this line outside a table: save the rules with iptables-save -t nat',
  ],
  'a folder of rules': [['check', ...GOOD, '--live-rules', 'examples/live'], 'examples/live: is a directory'],
  'a machine whose kernel cannot be read': [
    ['check', ...GOOD, '--live'],
    '--live cannot read the kernel of this machine: there is no nsenter',
  ],
};

describe('a look at the kernel that cannot be', () => {
  const kernel = (): Promise<KernelReader> => Promise.reject(new Error('there is no nsenter'));

  for (const [title, [args, line]] of Object.entries(MESSAGES)) {
    it(`says why in one line: ${title}`, async () => {
      expect(await osmAuditor(args, { kernel })).to.deep.equal({
        status: 2,
        stdout: '',
        stderr: `error: ${line}\n`,
      });
    });
  }

  it('says that legacy tables are missing where a file tells of them', async () => {
    const stdin = `# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n${readText('examples/live/good.txt')}`;
    const { status, stderr } = await osmAuditor(['check', ...GOOD, '--live-rules', '-'], { stdin });
    expect(stderr).to.equal(
      'error: standard input says that there are tables of iptables-legacy, too: give what iptables-legacy-save -t nat prints with another --live-rules\n',
    );
    expect(status).to.equal(2);
    const both = ['--live-rules', '-', '--live-rules', 'src/cli/testdata/legacy-empty.txt'];
    expect((await osmAuditor(['check', ...GOOD, ...both], { stdin })).status).to.equal(0);
  });
});

describe('a look at the kernel', () => {
  const uid = (readJson('examples/recorded/good.json') as { metadata: { uid: string } }).metadata.uid;
  const withRules = (file: string) => (): Promise<KernelReader> => {
    const saved = { legacy: '', nft: readText(file) };
    return Promise.resolve(machineWith({ [uid]: { kind: 'tables', network: 1, saved, nativeChains: [] } }));
  };

  for (const file of ['good', 'excluded', 'flushed']) {
    const path = `examples/live/${file}.txt`;
    it(`finds in a machine what it finds in a file: ${file}`, async () => {
      const byFile = await osmAuditor(['check', ...GOOD, '--live-rules', path]);
      const byMachine = await osmAuditor(['check', ...GOOD, '--live'], { kernel: withRules(path) });
      expect(byMachine).to.deep.equal(byFile);
      const byInput = await osmAuditor(['check', ...GOOD, '--live-rules', '-'], { stdin: readText(path) });
      expect(byInput).to.deep.equal(byFile);
    });
  }
});
