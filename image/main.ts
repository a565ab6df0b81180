/**
 * Makes the images of osm-auditor and of its node agent without Docker: dist/osm-auditor-image.tar and
 * dist/osm-auditor-node-agent-image.tar, which `docker load` and `ctr images import` take, and beside each its bill of
 * materials, dist/osm-auditor.cdx.json and dist/osm-auditor-node-agent.cdx.json. Prints the digests of their manifests.
 *
 * Exit status: 0 made, 1 failed.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { repositoryRoot } from '../src/testing/repository.ts';
import { agentImage, agentPackages } from './agent.ts';
import { imageOf, missingLibraries } from './contents.ts';
import { bundledPackages, debianPackages, npmPackages } from './materials.ts';
import { KOFFI_FOLDERS } from './koffi.ts';
import { archiveOf, type Image } from './oci-archive.ts';
import { OF_AGENT, OF_NODE, unpackedPackages } from './packages.ts';
import { sbomOf, type DebianPackage, type NpmPackage } from './sbom.ts';

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
  const libraries = unpackedPackages(OF_NODE);
  const controller = await imageOf({ version, node: process.execPath, libraries });
  const ofNode = await debianPackages(join(libraries, 'packages'));
  const bundled = await bundledPackages(repositoryRoot, join(repositoryRoot, 'build/bundle.json'));
  await writeImage('osm-auditor', controller, version, bundled, ofNode);
  const programs = unpackedPackages(OF_AGENT);
  const ofAgent = agentPackages(await debianPackages(join(programs, 'packages')));
  const koffi = await npmPackages(repositoryRoot, KOFFI_FOLDERS);
  const agent = await agentImage(controller, programs);
  await writeImage('osm-auditor-node-agent', agent, version, [...bundled, ...koffi], [...ofNode, ...ofAgent]);
}

async function writeImage(
  name: string,
  image: Image,
  version: string,
  npm: readonly NpmPackage[],
  debian: readonly DebianPackage[],
): Promise<void> {
  const { bytes, digests } = await archiveOf([image]);
  const digest = digests[0] ?? '';
  const sbom = sbomOf({
    name,
    version,
    digest,
    npm,
    node: process.versions.node,
    debian,
    architecture: image.architecture,
  });
  await writeFile(join(repositoryRoot, `dist/${name}-image.tar`), bytes);
  await writeFile(join(repositoryRoot, `dist/${name}.cdx.json`), sbom);
  process.stdout.write(`${image.names.join(' ')} ${digest}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`image: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
