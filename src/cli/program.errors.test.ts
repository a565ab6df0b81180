/** Whatever is wrong with a command line ends in status 2, one line that says what, and nothing on standard output. */
import { expect } from 'chai';
import { readText } from '../testing/repository.ts';
import { osmAuditor } from '../testing/recording-terminal.ts';

const GUIDE = ['-f', 'examples/guide/base'];

/** By what is wrong: the arguments and the whole line. */
const MESSAGES: Readonly<Record<string, readonly [args: readonly string[], line: string]>> = {
  'an unknown output format': [
    ['check', ...GUIDE, '-o', 'xml'],
    'unknown output format "xml": one of table, wide, json, yaml, junit, github, sarif, html, policyreport, openreports, name',
  ],
  'a format that every object has': [
    ['check', ...GUIDE, '-o', 'constructor'],
    'unknown output format "constructor": one of table, wide, json, yaml, junit, github, sarif, html, policyreport, openreports, name',
  ],
  'a selector for files': [
    ['check', ...GUIDE, '-l', 'app=test'],
    'a selector may not be given together with -f',
  ],
  'files to watch': [
    ['check', ...GUIDE, '--watch'],
    '--watch looks at a cluster: it cannot be given together with -f',
  ],
  'a format that cannot be watched': [
    ['check', '-w', '-o', 'json'],
    '--watch is for -o table and -o wide, not for -o json',
  ],
  'a missing file': [['check', '-f', 'no/such.yaml'], 'no/such.yaml: no such file or directory'],
  'a missing file that tries to look like something else': [
    ['check', '-f', 'a\n\u001b[2Jerror: b\u202e'],
    'a\\u000a\\u001b[2Jerror: b\\u{202e}: no such file or directory',
  ],
  'one object that is no pod': [
    ['check', '-f', 'examples/guide/base/config.yaml'],
    'there is no pod to judge among the one object that was read',
  ],
  'objects that are no pods': [
    ['check', '-f', 'src/cli/testdata/two-meshes.yaml'],
    'there is no pod to judge among the 2 objects that were read',
  ],
  'no pod of the namespace': [
    ['check', ...GUIDE, '-n', 'nowhere'],
    'there is no pod of namespace "nowhere" to judge among the 2 objects that were read',
  ],
  'a pod of the wrong shape': [
    ['check', '-f', 'src/cli/testdata/wrong-shape.yaml'],
    'src/cli/testdata/wrong-shape.yaml:14: document 2: spec.containers.1.name: expected text',
  ],
  'no configuration to expect by': [
    ['expected', '-f', 'examples/recorded/good.json'],
    'There is no ConfigMap osm-config or MeshConfig in the files.',
  ],
  'a finding that does not exist': [
    ['explain', 'OA000'],
    'there is no finding "OA000"; osm-auditor explain lists them all',
  ],
  'a shell that is none': [
    ['completion', 'tcsh'],
    'there is no completion for "tcsh": one of bash, zsh, fish',
  ],
  'an address that is none': [
    ['run', '--listen', 'localhost'],
    '"localhost" is not an address such as :8080',
  ],
  'two ways to divide the pods': [
    ['run', '--node', 'worker-1', '--shards', '2'],
    '--node and --shards cannot be given together: the pods of a node are one share already',
  ],
  'a kubeconfig that does not exist': [
    ['check', '--kubeconfig', 'no/kubeconfig'],
    "cannot read no/kubeconfig: ENOENT: no such file or directory, open 'no/kubeconfig'",
  ],
};

/** By what is wrong: the arguments, the line, and the command whose help is pointed to. */
const MISUSES: Readonly<Record<string, readonly [args: readonly string[], line: string, help: string]>> = {
  'an unknown command': [['bogus'], "unknown command 'bogus'", 'osm-auditor'],
  'a command misspelt': [['chek'], "unknown command 'chek' (Did you mean check?)", 'osm-auditor'],
  'an unknown option of the program': [['--bogus'], "unknown option '--bogus'", 'osm-auditor'],
  'an unknown option of a command': [['check', '--bogus'], "unknown option '--bogus'", 'osm-auditor check'],
  'an option misspelt': [
    ['check', '--contxt', 'x'],
    "unknown option '--contxt' (Did you mean --context?)",
    'osm-auditor check',
  ],
  'an option with control characters': [
    ['check', '--a\n\u001b[2J'],
    "unknown option '--a\\u{a}\\u{1b}[2J'",
    'osm-auditor check',
  ],
  'an option without its value': [
    ['check', '-o'],
    "option '-o, --output <format>' argument missing",
    'osm-auditor check',
  ],
  'an empty namespace': [
    ['expected', '-n', ''],
    "option '-n, --namespace <name>' argument '' is invalid. It must not be empty.",
    'osm-auditor expected',
  ],
  'an argument too many': [
    ['explain', 'a', 'b'],
    "too many arguments for 'explain'. Expected 1 argument but got 2.",
    'osm-auditor explain',
  ],
  'a boolean that is none': [
    ['run', '--write-events=maybe'],
    "option '--write-events [boolean]' argument 'maybe' is invalid. It must be true or false.",
    'osm-auditor run',
  ],
  'seconds with a unit': [
    ['run', '--grace-period', '5m'],
    "option '--grace-period <seconds>' argument '5m' is invalid. It must be a number of seconds, 0 or more.",
    'osm-auditor run',
  ],
  'seconds below zero': [
    ['run', '--grace-period=-1'],
    "option '--grace-period <seconds>' argument '-1' is invalid. It must be a number of seconds, 0 or more.",
    'osm-auditor run',
  ],
  'a lease that lasts no time': [
    ['run', '--lease-duration', '0'],
    "option '--lease-duration <seconds>' argument '0' is invalid. It must be a number of seconds, more than 0.",
    'osm-auditor run',
  ],
  'no shards': [
    ['run', '--shards', '0'],
    "option '--shards <number>' argument '0' is invalid. It must be a whole number from 1 to 9999.",
    'osm-auditor run',
  ],
  'a log level that does not exist': [
    ['run', '--log-level', 'trace'],
    "option '--log-level <level>' argument 'trace' is invalid. Allowed choices are debug, info, warn, error.",
    'osm-auditor run',
  ],
};

describe('command line, what is wrong', () => {
  for (const [title, [args, line]] of Object.entries(MESSAGES)) {
    it(`says so in one line: ${title}`, async () => {
      expect(await osmAuditor(args)).to.deep.equal({ status: 2, stdout: '', stderr: `error: ${line}\n` });
    });
  }

  for (const [title, [args, line, command]] of Object.entries(MISUSES)) {
    it(`says so in one line and where to find help: ${title}`, async () => {
      const stderr = `error: ${line}\nSee '${command} --help' for usage.\n`;
      expect(await osmAuditor(args)).to.deep.equal({ status: 2, stdout: '', stderr });
    });
  }

  it('shows the help, as an error, when there is no command', async () => {
    const { stdout } = await osmAuditor(['--help']);
    expect(await osmAuditor([])).to.deep.equal({ status: 2, stdout: '', stderr: stdout });
  });

  it('is not asking for help with -h', async () => {
    for (const command of [[], ['check'], ['run']]) {
      const help = await osmAuditor([...command, '--help']);
      expect(help).to.include({ status: 0, stderr: '' });
      expect(await osmAuditor([...command, '-h'])).to.deep.equal(help);
    }
  });

  it('prints no report of the pods before the one that is wrong', async () => {
    const args = ['check', '-f', 'examples/recorded/good.json', '-f', 'src/cli/testdata/wrong-shape.yaml'];
    const { status, stdout } = await osmAuditor(args);
    expect({ status, stdout }).to.deep.equal({ status: 2, stdout: '' });
  });

  it('takes a boolean option without a value for true', async () => {
    const { stderr } = await osmAuditor(['run', '--write-conditions', '--write-events', '--listen=x']);
    expect(stderr).to.equal('error: "x" is not an address such as :8080\n');
  });
});

describe('version', () => {
  it("is package.json's", async () => {
    const { version } = JSON.parse(readText('package.json')) as { readonly version: string };
    expect(await osmAuditor(['version'])).to.deep.equal({
      status: 0,
      stdout: `osm-auditor ${version}\n`,
      stderr: '',
    });
  });
});
