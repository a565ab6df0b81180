/** The composite action, run here as a runner of GitHub would. */
import { expect } from 'chai';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { readJson, repositoryRoot } from '../../src/testing/repository.ts';
import { readAction, runAction, type Ran } from './action.ts';

const GOOD = 'base/pod.yaml\nbase/config.yaml';
const DISCREPANT = 'ports/pod.yaml\nbase/config.yaml';
/** Without a configuration nothing can be said. */
const UNKNOWN = 'base/pod.yaml';

describe('the action for GitHub', function () {
  this.timeout(60_000);
  let workspace: string;

  before(() => {
    expect(existsSync(join(repositoryRoot, 'dist/osm-auditor.js')), 'make build was run').to.equal(true);
    workspace = mkdtempSync(join(tmpdir(), 'osm-auditor-workspace-'));
    cpSync(join(repositoryRoot, 'examples/guide'), workspace, { recursive: true });
  });
  after(() => rmSync(workspace, { recursive: true }));

  const run = (files: string, rest: Readonly<Record<string, string>> = {}): Ran =>
    runAction(workspace, { files, ...rest });

  for (const [title, { files, failOn, status, output }] of Object.entries({
    'passes when all pods are verified': { files: GOOD, failOn: 'discrepant', status: 0, output: '0' },
    'fails when a pod is discrepant': { files: DISCREPANT, failOn: 'discrepant', status: 1, output: '1' },
    'fails so too when unknown ones count': { files: DISCREPANT, failOn: 'unknown', status: 1, output: '1' },
    'passes when pods are unknown': { files: UNKNOWN, failOn: 'discrepant', status: 0, output: '3' },
    'fails when they are and count': { files: UNKNOWN, failOn: 'unknown', status: 3, output: '3' },
    'never fails because of pods when told so': {
      files: DISCREPANT,
      failOn: 'never',
      status: 0,
      output: '1',
    },
    'fails when a file cannot be read, whatever it was told': {
      files: 'none.yaml',
      failOn: 'never',
      status: 2,
      output: '2',
    },
  })) {
    it(title, () => {
      const ran = run(files, { 'fail-on': failOn });
      expect([ran.status, ran.outputs['status']], ran.log.join('\n')).to.deep.equal([status, output]);
    });
  }

  it('annotates the line of the cause, and tells the counts', () => {
    const { log } = run(DISCREPANT);
    expect(log[0]).to.match(/^::error file=ports\/pod\.yaml,line=\d+,title=OA\d+ \w+::test\//);
    expect(log.at(-1)).to.match(/^1 pod: 0 verified, 1 discrepant/);
  });

  it('annotates what it could not read, in one line and with nothing in it that is a command', () => {
    const { log } = run('100%0A::error::x.yaml');
    expect(log).to.have.length(1);
    expect(log[0]).to.match(/^::error title=osm-auditor::error: .*100%250A::error::x\.yaml/);
  });

  it('writes SARIF beside the annotations when asked, and says where', () => {
    const { outputs } = run(DISCREPANT, { 'sarif-file': 'found.sarif' });
    expect(outputs['sarif-file']).to.equal('found.sarif');
    const log = JSON.parse(readFileSync(join(workspace, 'found.sarif'), 'utf8')) as { version: string };
    expect(log.version).to.equal('2.1.0');
    expect(run(DISCREPANT).outputs['sarif-file']).to.equal('');
  });

  it('uploads a file of its own when no other is named, and none when nothing could be read', () => {
    expect(run(DISCREPANT, { 'upload-sarif': 'true' }).outputs['sarif-file']).to.match(/osm-auditor\.sarif$/);
    expect(run('none.yaml', { 'upload-sarif': 'true' }).outputs['sarif-file']).to.equal('');
    const upload = readAction().runs.steps.find(({ uses }) => uses !== undefined);
    expect(upload?.with?.['sarif_file']).to.equal('${{ steps.check.outputs.sarif-file }}');
    expect(upload?.if).to.include("inputs.upload-sarif == 'true'");
  });

  it('lets the runner take no command from another format, whatever pods are called', () => {
    const pod = readJson('examples/recorded/sidecar-no-init.json') as { metadata: object };
    const evil = {
      ...pod,
      metadata: { ...pod.metadata, name: '##[set-output name=a]b', namespace: '::error::x' },
    };
    writeFileSync(join(workspace, 'evil.json'), JSON.stringify(evil));
    const { log } = run('evil.json', { format: 'table', 'fail-on': 'never' });
    const [, token] = /^::stop-commands::([0-9a-f-]{36})$/.exec(log[0] ?? '') ?? [];
    expect(token).to.be.a('string');
    const end = log.indexOf(`::${token}::`);
    expect(log.findIndex((line) => line.includes('##['))).to.be.within(1, end - 1);
    expect(log.slice(end + 1)).to.deep.equal([]);
  });

  for (const [what, inputs] of Object.entries({
    'no file': { files: ' \n\n' },
    'another word for when to fail': { files: GOOD, 'fail-on': 'always' },
  })) {
    it(`refuses ${what}`, () => {
      const { status, log } = runAction(workspace, inputs);
      expect(status).to.equal(2);
      expect(log.join('\n')).to.match(/^::error title=osm-auditor::[^\n]+$/);
    });
  }

  it('builds the bundle only where there is none', () => {
    const [bin, source] = [join(workspace, 'bin'), join(workspace, 'source')];
    mkdirSync(bin);
    mkdirSync(source);
    // Stands for npm, which would fetch packages.
    writeFileSync(join(bin, 'npm'), '#!/bin/sh\necho "npm $*"\n');
    chmodSync(join(bin, 'npm'), 0o755);
    const env = { PATH: `${bin}:${process.env['PATH']}`, GITHUB_ACTION_PATH: source };
    const { log } = runAction(workspace, { files: '' }, env);
    expect(log.slice(0, 2)).to.deep.equal([
      'npm ci --no-audit --no-fund --loglevel=error',
      'npm run --silent build',
    ]);
    expect(run(GOOD).log.join('\n')).not.to.include('npm');
  });

  it('puts no expression into a shell, and uses each of its inputs', () => {
    const { inputs, runs } = readAction();
    expect(runs.using).to.equal('composite');
    const scripts = runs.steps.map(({ run: script = '' }) => script).join('\n');
    expect(scripts).not.to.include('${{');
    const expressions = JSON.stringify(
      runs.steps.map(({ env, if: condition, with: values }) => [env, condition, values]),
    );
    for (const name of Object.keys(inputs)) expect(expressions).to.include(`inputs.${name}`);
  });
});
