/**
 * What people and programs see, whole: every recorded pod under each of the guide's configurations, the guide's own
 * samples in every format, the help and the catalogue. Golden files below testdata/golden show commands as typed.
 */
import { readdirSync } from 'node:fs';
import { expectGolden } from '../testing/golden.ts';
import { osmAuditor } from '../testing/recording-terminal.ts';
import { FORMATS } from './output/formats.ts';

const GUIDE = ['base', 'ip-ranges', 'ports'];
const RECORDED = readdirSync('examples/recorded').sort();

/** Arguments of `trace`: a packet that is excluded too much, and what else can become of one. */
const TRACES = [
  'pod/iprange-fixed --to 1.1.1.1:6379 -f examples/recorded/iprange-fixed.json',
  'pod/good --to 10.0.0.5:6379 -f examples/recorded/good.json',
  'pod/good --to 127.0.0.1:8080 --uid 0 -f examples/recorded/good.json',
  'pod/good --to :80 --from inbound -f examples/recorded/good.json',
  'pod/good --to 10.244.0.9:15010 --from inbound -f examples/recorded/good.json',
  'pod/good-ports --to 10.0.0.5:6379 -f examples/recorded/good-ports.json',
  'pod/init-sleeping --to 10.0.0.5:6379 -f examples/recorded/init-sleeping.json',
  'pod/iprange-doc --to 10.0.0.5:6379 -f examples/recorded/iprange-doc.json',
  'pod/sidecar-no-init --to 10.0.0.5:6379 -f examples/recorded/sidecar-no-init.json',
  'pod/no-sidecar --to 10.0.0.5:6379 -f examples/recorded/no-sidecar.json',
];

/** The manifests of a shop, in a mesh that is configured like this. */
const MANIFESTS = 'check -f examples/manifests -n shop';

const golden = (name: string, text: string): void => expectGolden(`src/cli/testdata/golden/${name}`, text);

/** `$ osm-auditor ...`, what it prints, and the exit status unless it is 0. */
async function transcript(command: string): Promise<string> {
  const { status, stdout, stderr } = await osmAuditor(command.split(' '));
  const end = status === 0 ? '' : `exit status ${status}\n`;
  return `$ osm-auditor ${command}\n${stdout}${stderr}${end}`;
}

async function transcripts(commands: readonly string[]): Promise<string> {
  const parts: string[] = [];
  for (const command of commands) parts.push(await transcript(command));
  return parts.join('\n');
}

describe('command line, golden files', () => {
  for (const sample of GUIDE) {
    const config = `-f examples/guide/${sample}/config.yaml`;

    it(`golden: each recorded pod under the guide's configuration ${sample}`, async () => {
      const commands = RECORDED.map((file) => `check -f examples/recorded/${file} ${config}`);
      golden(`recorded-${sample}.txt`, await transcripts(commands));
    });

    it(`golden: one JSON document of all recorded pods under the guide's configuration ${sample}`, async () => {
      const { stdout } = await osmAuditor(`check -f examples/recorded ${config} -o json`.split(' '));
      golden(`recorded-${sample}.json`, stdout);
    });
  }

  // The page holds scripts as they are compiled; e2e/page looks at it in a browser.
  for (const format of Object.keys(FORMATS).filter((name) => name !== 'html')) {
    it(`golden: the guide's samples with -o ${format}`, async () => {
      const commands = GUIDE.map((sample) => `check -f examples/guide/${sample} -o ${format}`);
      golden(`guide-${format}.txt`, await transcripts(commands));
    });
  }

  it('golden: manifests of workloads that do not run yet, in every format', async () => {
    const formats = ['table', 'wide', 'name', 'junit', 'github'];
    const commands = formats.map((format) => `check -f examples/manifests -o ${format}`);
    golden('manifests.txt', await transcripts(commands));
    golden('manifests.json', (await osmAuditor('check -f examples/manifests -o json'.split(' '))).stdout);
    golden('manifests.sarif', (await osmAuditor('check -f examples/manifests -o sarif'.split(' '))).stdout);
  });

  it('golden: what changes of the configuration would do to the recorded pods', async () => {
    const now = 'check -f examples/recorded -f examples/guide/ip-ranges/config.yaml';
    const commands = ['ranges', 'refused', 'namespaces'].map(
      (file) => `${now} --with examples/change/${file}.yaml`,
    );
    const all = [...commands, `${now} --with examples/guide/ip-ranges/config.yaml`];
    golden('change.txt', await transcripts(all));
    golden('change-wide.txt', await transcripts(commands.map((command) => `${command} -o wide`)));
    golden('change.json', (await osmAuditor(`${commands[0]} -o json`.split(' '))).stdout);
    golden('change-manifests.txt', await transcript(`${MANIFESTS} --with examples/change/mesh.yaml`));
  });

  it('golden: the commands expected by the guide, and for a pod outside the mesh', async () => {
    const outsider = 'expected -f examples/recorded/no-sidecar.json -f examples/guide/base/config.yaml';
    const commands = [...GUIDE.map((sample) => `expected -f examples/guide/${sample}`), outsider];
    golden('expected.txt', await transcripts(commands));
  });

  it('golden: packets of recorded pods on their way through the rules', async () => {
    const commands = TRACES.map((packet) => `trace ${packet} -f examples/guide/base/config.yaml`);
    golden('trace.txt', await transcripts(commands));
  });

  it('golden: a packet trace as JSON', async () => {
    const commands = TRACES.slice(0, 1).map(
      (packet) => `trace ${packet} -f examples/guide/base/config.yaml -o json`,
    );
    golden('trace-json.txt', await transcripts(commands));
  });

  it('golden: the rules in the kernel of a recorded pod, as they should be, with one more and without any', async () => {
    const pod = '-f examples/recorded/good.json -f examples/guide/base/config.yaml';
    const files = ['good', 'excluded', 'flushed'].map((name) => `--live-rules examples/live/${name}.txt`);
    const commands = files.flatMap((file) => [
      `check ${pod} ${file}`,
      `trace pod/good --to 10.0.0.5:6379 ${pod} ${file}`,
    ]);
    golden('live.txt', await transcripts(commands));
    const formats = ['wide', 'name', 'junit', 'github', 'policyreport'];
    const changed = formats.map((format) => `check ${pod} ${files[1]} -o ${format}`);
    golden('live-formats.txt', await transcripts(changed));
    const traced = `trace pod/good --to 10.0.0.5:6379 ${pod} ${files[1]} -o json`;
    golden('live-trace-json.txt', await transcript(traced));
  });

  for (const command of [
    'check',
    'trace',
    'expected',
    'explain',
    'run',
    'node-agent',
    'completion',
    'version',
  ]) {
    it(`golden: the help of ${command}`, async () => {
      golden(`help-${command}.txt`, await transcript(`${command} --help`));
    });
  }

  it('golden: the help of the program', async () => {
    golden('help.txt', await transcript('--help'));
  });

  it('golden: the catalogue and one page of it', async () => {
    golden('explain.txt', await transcripts(['explain', 'explain OA402']));
  });
});
