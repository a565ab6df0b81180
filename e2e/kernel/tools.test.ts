import { expect } from 'chai';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureTools, type Tools } from './tools.ts';

const IPTABLES = ['nft', 'legacy'].flatMap((backend) =>
  ['', '-restore', '-save'].map((suffix) => `iptables-${backend}${suffix}`),
);
const PROGRAMS = [...IPTABLES, 'nft', 'nsenter', 'ip', 'python3'];

describe("tools of the kernel's prober", () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'osm-auditor-tools-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  const put = (folder: string, programs: readonly string[]): void => {
    mkdirSync(join(root, folder), { recursive: true });
    for (const program of programs)
      writeFileSync(join(root, folder, program), '#!/bin/sh\n', { mode: 0o755 });
  };
  const find = (fetch: string): Promise<Tools> => {
    writeFileSync(join(root, 'fetch.sh'), `#!/bin/sh\nset -e\n${fetch}\n`, { mode: 0o755 });
    const folders = [join(root, 'bin'), join(root, 'sbin')];
    return ensureTools({ folders, cache: join(root, 'cache'), fetch: join(root, 'fetch.sh') });
  };

  it("are the machine's own where it has all, and nothing is fetched", async () => {
    put('bin', ['python3', 'ip', 'nsenter']);
    put('sbin', [...IPTABLES, 'ip', 'nft']);
    expect(await find('exit 1')).to.deep.equal({
      ...Object.fromEntries(IPTABLES.map((program) => [program, join(root, 'sbin', program)])),
      nft: join(root, 'sbin/nft'),
      nsenter: join(root, 'bin/nsenter'),
      ip: join(root, 'bin/ip'),
      python3: join(root, 'bin/python3'),
    });
  });

  it('are fetched once where one is missing, and those that the machine has are still its own', async () => {
    put('bin', ['python3']);
    put('fetched/bin', PROGRAMS);
    const fetch = `echo "$@" >> '${root}/fetched-to'; mv '${root}/fetched' "$1"`;
    for (const found of [await find(fetch), await find(fetch)]) {
      expect(found).to.include({ python3: join(root, 'bin/python3'), ip: join(root, 'cache/bin/ip') });
    }
    expect(readFileSync(join(root, 'fetched-to'), 'utf8')).to.equal(`${root}/cache\n`);
  });

  it('are an error that names what is missing and says why it cannot be fetched', async () => {
    put('bin', [...IPTABLES, 'nft', 'nsenter']);
    const error = await find('echo "the archive is closed in this test" >&2; exit 1').catch(
      (reason: unknown) => reason,
    );
    expect(String(error)).to.contain(
      `no ip, python3 here, and ${root}/fetch.sh failed: the archive is closed`,
    );
    const incomplete = await find('mkdir "$1"').catch((reason: unknown) => reason);
    expect(String(incomplete)).to.contain(`${root}/cache has no ip`);
  });
});
