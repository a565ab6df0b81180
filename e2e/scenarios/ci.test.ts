/** The commands and snippets of docs/ci.md, run as they stand there, with a real kubectl on a real API server. */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parse } from 'yaml';
import { WG_POLICY } from '../../src/core/audit/policy-report-object.ts';
import { installPolicyReports } from '../../src/testing/kube/policy-report-crd.ts';
import { readText, repositoryRoot } from '../../src/testing/repository.ts';
import { runAction } from '../github/action.ts';
import { openCluster, type TestCluster } from './cluster.ts';
import { createPods } from './recorded-pods.ts';

const PAGE = readText('docs/ci.md');
/** The blocks of a language, in the order of the page. */
const blocks = (language: string): readonly string[] =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, text]) => text ?? '');

interface GitHubStep {
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string | boolean>>;
}
const [github, gitlab] = blocks('yaml').map((text) => parse(text) as unknown) as [
  { readonly jobs: { readonly check: { readonly steps: readonly GitHubStep[] } } },
  {
    readonly redirection: {
      readonly script: readonly string[];
      readonly artifacts: { readonly reports: { readonly junit: string } };
      readonly allow_failure: { readonly exit_codes: number };
    };
  },
];

/** On a cluster that is not ours every test below is listed as pending. */
const suite = process.env['OSM_AUDITOR_E2E_KUBECONFIG'] === undefined ? describe : describe.skip;

suite('docs/ci.md, on a cluster (on a control plane of its own only)', function () {
  this.timeout(120_000);
  let cluster: TestCluster;
  let folder: string;
  let env: NodeJS.ProcessEnv;

  const shell = (
    script: string,
  ): { readonly status: number | null; readonly out: string; readonly err: string } => {
    const options = { cwd: folder, env, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync('bash', ['-eo', 'pipefail', '-c', script], options);
    return { status, out: stdout, err: stderr };
  };
  const written = (file: string): string => readFileSync(join(folder, file), 'utf8');

  before(async () => {
    cluster = await openCluster();
    folder = mkdtempSync(join(tmpdir(), 'osm-auditor-ci-'));
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    // Where the assets have none, the machine has one.
    const { kubectl } = cluster.own!.assets;
    if (kubectl !== undefined) symlinkSync(kubectl, join(bin, 'kubectl'));
    const bundle = join(repositoryRoot, 'dist/osm-auditor.js');
    writeFileSync(join(bin, 'osm-auditor'), `#!/bin/sh\nexec '${process.execPath}' '${bundle}' "$@"\n`);
    chmodSync(join(bin, 'osm-auditor'), 0o755);
    env = { PATH: `${bin}:${process.env['PATH']}`, KUBECONFIG: cluster.kubeconfig, HOME: folder };
    for (const name of ['shop', 'osm-system']) await cluster.kubectl(['create', 'namespace', name]);
    await cluster.kubectl(['label', 'namespace', 'shop', 'openservicemesh.io/monitored-by=osm']);
    await cluster.kubectl(['create', 'configmap', 'osm-config', '-n', 'osm-system']);
    await createPods(cluster, 'shop', [
      { name: 'good', recorded: 'good' },
      { name: 'bad', recorded: 'sidecar-no-init' },
    ]);
  });
  after(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true });
  });

  it('saves objects in GitHub Actions that the action then judges', () => {
    const [save, judge] = github.jobs.check.steps;
    expect(shell(save?.run ?? '')).to.deep.equal({ status: 0, out: '', err: '' });
    const inputs = Object.entries(judge?.with ?? {}).map(([name, value]) => [name, String(value)]);
    expect(judge?.uses).to.match(/\/osm-auditor@/);
    const { status, log, outputs } = runAction(folder, Object.fromEntries(inputs) as Record<string, string>);
    expect(status).to.equal(1);
    expect(log.join('\n')).to.match(
      /^::error file=pods\.json,line=\d+,title=OA201 InitContainerMissing::shop\/bad: /,
    );
    expect(log.at(-1)).to.equal('2 pods: 1 verified, 1 discrepant, 0 unknown, 0 not applicable');
    expect(outputs['sarif-file']).to.match(/\.sarif$/);
  });

  it('gives GitLab the file that it reads, and the status that it takes for a failure', () => {
    const { script, artifacts, allow_failure: allowed } = gitlab.redirection;
    expect(shell(script.join('\n'))).to.include({ status: 1, err: '' });
    expect(written(artifacts.reports.junit)).to.match(/<testsuites .*tests="2" failures="1" errors="0">/);
    expect(allowed.exit_codes, 'unknown pods alone').to.equal(3);
  });

  it('gives Jenkins the file that it reads, and 2 where there is nothing to read', () => {
    const [pipeline = ''] = blocks('groovy');
    const [, script = ''] = /script: '([^']*)'/.exec(pipeline) ?? [];
    const [, file = ''] = /junit '([^']*)'/.exec(pipeline) ?? [];
    rmSync(join(folder, file), { force: true });
    expect(shell(script).status).to.equal(1);
    expect(written(file)).to.include('<failure type="OA201 InitContainerMissing"');
    expect(shell(`KUBECONFIG=none; ${script}`).status).to.equal(2);
    expect(pipeline).to.include('if (status == 2) error(');
  });

  it('runs every other command', async () => {
    await installPolicyReports(cluster.own!, WG_POLICY);
    const commands = blocks('sh').flatMap((text) => text.trim().split('\n'));
    expect(commands).to.have.length(3);
    for (const command of commands) {
      const { status, err } = shell(command);
      expect([status, err], command).to.deep.equal([1, '']);
    }
    expect(JSON.parse(written('osm-auditor.json'))).to.have.nested.property('summary.pods', 2);
    const reports = await cluster.kubectl([
      'get',
      'policyreports.v1alpha2.wgpolicyk8s.io',
      '-A',
      '-o',
      'name',
    ]);
    expect(reports.trim().split('\n')).to.have.length(2);
  });

  it('names inputs and outputs that the action has, and no others', () => {
    const inputs = /\| Input [^]*?\n\n/.exec(PAGE)?.[0] ?? '';
    const named = [...inputs.matchAll(/^\| `([\w-]+)` /gm)].map(([, name]) => name);
    const action = parse(readText('action.yml')) as { inputs: object; outputs: object };
    expect(named).to.deep.equal(Object.keys(action.inputs));
    for (const output of Object.keys(action.outputs)) expect(PAGE).to.include(`\`${output}\``);
  });
});
