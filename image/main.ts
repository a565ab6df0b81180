/**
 * Makes osm-auditor's image without Docker: dist/osm-auditor-image.tar, which `docker load` and `ctr images import` take,
 * and dist/osm-auditor.cdx.json, its bill of materials. Prints the digest of the image's manifest.
 *
 * Exit status: 0 made, 1 failed.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { repositoryRoot } from '../src/testing/repository.ts';
import { imageOf, missingLibraries } from './contents.ts';
import { bundledPackages, debianPackages } from './materials.ts';
import { archiveOf } from './oci-archive.ts';
import { sbomOf } from './sbom.ts';

/** What the C++ library of Debian is, with all that it needs. */
const PACKAGES = ['libstdc++6'];

function fetchLibraries(): string {
  const script = join(repositoryRoot, 'image/rootfs.sh');
  const key = createHash('sha256').update(readFileSync(script)).update(PACKAGES.join()).digest('hex');
  const caches = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(caches, 'osm-auditor', `image-${key.slice(0, 12)}`);
  execFileSync(script, [folder, ...PACKAGES], { stdio: ['ignore', 'inherit', 'inherit'] });
  return folder;
}

/** What this process has loaded. */
function sharedObjects(): readonly string[] {
  return (process.report.getReport() as { sharedObjects: string[] }).sharedObjects;
}

async function main(): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as {
    version: string;
  };
  const missing = missingLibraries(sharedObjects());
  if (missing.length > 0) {
    throw new Error(`this Node.js needs ${missing.join(', ')}; use a build of nodejs.org, which needs less`);
  }
  const libraries = fetchLibraries();
  const image = await imageOf({ version, node: process.execPath, libraries });
  const { bytes, digests } = await archiveOf([image]);
  const digest = digests[0] ?? '';
  const sbom = sbomOf({
    version,
    digest,
    npm: await bundledPackages(repositoryRoot, join(repositoryRoot, 'build/bundle.json')),
    node: process.versions.node,
    debian: await debianPackages(join(libraries, 'packages')),
    architecture: image.architecture,
  });
  await writeFile(join(repositoryRoot, 'dist/osm-auditor-image.tar'), bytes);
  await writeFile(join(repositoryRoot, 'dist/osm-auditor.cdx.json'), sbom);
  process.stdout.write(`${image.names.join(' ')} ${digest}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`image: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
