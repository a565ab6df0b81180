import { expect } from 'chai';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKernel } from './kernel.ts';
import { findPrograms } from './programs.ts';

describe('programs that ask the kernel', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'osm-auditor-programs-'))));
  afterEach(() => rmSync(root, { recursive: true }));
  const put = (folder: string, ...names: readonly string[]): string => {
    mkdirSync(join(root, folder));
    for (const name of names)
      writeFileSync(join(root, folder, name), '', { mode: name.endsWith('.txt') ? 0o644 : 0o755 });
    return join(root, folder);
  };

  it('are looked for in one folder after the other', () => {
    const folders = [
      put('first', 'nft', 'nsenter'),
      put('second', 'nft', 'iptables-nft-save', 'iptables-legacy-save'),
    ];
    expect(findPrograms(folders)).to.deep.equal({
      nsenter: join(root, 'first/nsenter'),
      nft: join(root, 'first/nft'),
      'iptables-legacy-save': join(root, 'second/iptables-legacy-save'),
      'iptables-nft-save': join(root, 'second/iptables-nft-save'),
    });
  });

  it('are a sentence that names those that are missing, before anything is read', async () => {
    const folder = put('only', 'nft', 'nsenter', 'iptables-nft-save');
    const error = await openKernel({ folders: [folder] }).catch((reason: unknown) => reason);
    expect((error as Error).message).to.equal(
      `no iptables-legacy-save in ${folder}; the packages iptables, nftables and util-linux have them`,
    );
  });
});
