/** Whatever is wrong with a command line of `trace` ends in status 2 and one line that says what. */
import { expect } from 'chai';
import { osmAuditor } from '../../testing/recording-terminal.ts';
import { readJson } from '../../testing/repository.ts';

const GOOD = ['-f', 'examples/recorded/good.json'];
const TO = ['--to', '10.0.0.5:6379'];
const OUT = ['good', ...GOOD, ...TO];
const IN = ['good', ...GOOD, '--from', 'inbound'];

/** By what is wrong: the arguments and the whole line. */
const MESSAGES: Readonly<Record<string, readonly [args: readonly string[], line: string]>> = {
  'no pod of the name': [['web', ...GOOD, ...TO], 'there is no pod "web" among the one pod that was found'],
  'no pod of the name among several': [
    ['pod/web', '-f', 'examples/recorded', ...TO],
    'there is no pod "web" among the 22 pods that were found',
  ],
  'no pod of the namespace': [
    [...OUT, '-n', 'nowhere'],
    'there is no pod of namespace "nowhere" to judge among the one object that was read',
  ],
  'something else than a pod': [
    ['deployment/web', ...GOOD, ...TO],
    '"deployment/web" is not a pod: name it as pod/NAME or NAME',
  ],
  'a pod without a name': [['pod/', ...GOOD, ...TO], '"pod/" is not a pod: name it as pod/NAME or NAME'],
  'one pod at several times': [
    ['good', '-f', 'examples/recorded/good.json', '-f', 'examples/recorded/good.phase0-created.json', ...TO],
    'pod "good" was read 2 times: examples/recorded/good.json:1 and examples/recorded/good.phase0-created.json:1',
  ],
  'a user of what comes in': [
    [...IN, '--to', ':80', '--uid', '1000'],
    '--uid may not be given with --from inbound: what comes in has no user here',
  ],
  'no address for what the pod sends': [
    ['good', ...GOOD, '--to', ':80'],
    '--to needs an address, such as 10.0.0.5:6379, for what the pod sends',
  ],
  'loopback that leaves by another interface': [
    ['good', ...GOOD, '--to', '127.0.0.1:80', '--interface', 'eth0'],
    'what is sent to 127.0.0.1 leaves by lo and by nothing else',
  ],
  'loopback that comes in': [
    [...IN, '--to', '127.0.0.1:80'],
    'nothing comes in from another pod by lo or to 127.0.0.0/8',
  ],
  'what comes in by lo': [
    [...IN, '--to', ':80', '--interface', 'lo'],
    'nothing comes in from another pod by lo or to 127.0.0.0/8',
  ],
  'a format of check': [[...OUT, '-o', 'wide'], 'unknown output format "wide": one of table, json'],
  'a format that every object has': [
    [...OUT, '-o', 'constructor'],
    'unknown output format "constructor": one of table, json',
  ],
  'a missing file': [['good', '-f', 'no/such.yaml', ...TO], 'no/such.yaml: no such file or directory'],
  'a selector for files': [[...OUT, '-l', 'app=good'], 'a selector may not be given together with -f'],
};

const ENDPOINT = 'It must be an IPv4 address and a port, such as 10.0.0.5:6379.';
const ADDRESS = 'The address must be four numbers from 0 to 255, such as 10.0.0.5.';
const PORT = 'The port must be a number from 1 to 65535.';
const UID = 'It must be a number from 0 to 4294967294.';
const NAME = 'It must be a name of 1 to 15 characters, such as eth0.';

/** By option: each value that it does not take, with what it says. */
const VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '--to <address:port>': {
    '': ENDPOINT,
    '10.0.0.5': ENDPOINT,
    '10.0.0.5:': ENDPOINT,
    '10.0.0.5:http': ENDPOINT,
    '10.0.0.5:-1': ENDPOINT,
    'redis:6379': ENDPOINT,
    '[::1]:80': ENDPOINT,
    '::1:80': ENDPOINT,
    '10.0.0.0/8:80': ENDPOINT,
    ' 10.0.0.5:80': ENDPOINT,
    '10.0.0.5:80\n': ENDPOINT,
    '10.0.0.5:0': PORT,
    '10.0.0.5:65536': PORT,
    '10.0.0.5:99999999999': PORT,
    '10.0.0:80': ADDRESS,
    '10.0.0.5.6:80': ADDRESS,
    '10.0.0.256:80': ADDRESS,
    '10.0.0.05:80': ADDRESS,
    '10..0.5:80': ADDRESS,
  },
  '--uid <number>': { '': UID, root: UID, '-1': UID, '1.5': UID, '1e3': UID, '4294967295': UID },
  '--interface <name>': { '': NAME, 'eth 0': NAME, 'a/b': NAME, sixteen_letters_: NAME },
  '--from <origin>': { outside: 'Allowed choices are pod, inbound.' },
  '--protocol <protocol>': { icmp: 'Allowed choices are tcp, udp.' },
};

const HINT = "See 'osm-auditor trace --help' for usage.";

describe('trace, what is wrong', () => {
  for (const [title, [args, line]] of Object.entries(MESSAGES)) {
    it(`is said in one line: ${title}`, async () => {
      const outcome = await osmAuditor(['trace', ...args]);
      expect(outcome).to.deep.equal({ status: 2, stdout: '', stderr: `error: ${line}\n` });
    });
  }

  for (const [flags, values] of Object.entries(VALUES)) {
    for (const [value, why] of Object.entries(values)) {
      it(`is said in one line: ${flags} ${JSON.stringify(value)}`, async () => {
        const [option = ''] = flags.split(' ');
        const outcome = await osmAuditor(['trace', 'good', ...GOOD, ...TO, `${option}=${value}`]);
        const shown = value.replace('\n', '\\u{a}');
        const line = `error: option '${flags}' argument '${shown}' is invalid. ${why}`;
        expect(outcome).to.deep.equal({ status: 2, stdout: '', stderr: `${line}\n${HINT}\n` });
      });
    }
  }

  it('is said of a missing pod and of a missing destination', async () => {
    const nothing = await osmAuditor(['trace', ...TO]);
    expect(nothing.stderr).to.equal(`error: missing required argument 'pod'\n${HINT}\n`);
    const nowhere = await osmAuditor(['trace', 'good', ...GOOD]);
    expect(nowhere.stderr).to.equal(`error: required option '--to <address:port>' not specified\n${HINT}\n`);
    expect([nothing.status, nowhere.status]).to.deep.equal([2, 2]);
  });

  it('is a name that several namespaces have, and -n chooses one', async () => {
    const pods = ['b', 'a'].map((namespace) => {
      const pod = structuredClone(readJson('examples/recorded/good.json')) as { metadata: object };
      Object.assign(pod.metadata, { namespace });
      return pod;
    });
    const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: pods });
    const args = ['trace', 'good', ...TO, '-f', '-'];
    expect(await osmAuditor(args, { stdin })).to.deep.equal({
      status: 2,
      stdout: '',
      stderr: 'error: there are pods "good" in the namespaces a and b: choose one with -n\n',
    });
    const { status, stdout } = await osmAuditor([...args, '-n', 'a'], { stdin });
    expect(stdout).to.match(/^pod\/good in a \(R1\): /);
    expect(status).to.equal(0);
  });

  it('is a cluster that cannot be reached, as for check', async () => {
    const cluster = ['--kubeconfig', 'no/kubeconfig'];
    const outcome = await osmAuditor(['trace', 'good', ...TO, ...cluster]);
    expect(outcome).to.deep.equal(await osmAuditor(['check', ...cluster]));
    expect(outcome).to.include({ status: 2 });
  });
});
