/**
 * Makes dist/osm-auditor-vVERSION.tar.gz, the plugin of kubectl, and with the address of the repository as its argument
 * dist/krew/osm-auditor.yaml too.
 *
 * Exit status: 0 made, 1 failed.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { repositoryRoot } from '../src/testing/repository.ts';
import { VERSION } from '../src/version.ts';
import { krewManifest, pluginOf } from './plugin.ts';

const [homepage = ''] = process.argv.slice(2);
const plugin = await pluginOf(VERSION);
await writeFile(join(repositoryRoot, 'dist', plugin.archive), plugin.bytes);
process.stdout.write(`dist/${plugin.archive}\n`);
if (homepage === '') {
  process.stdout.write('Without HOMEPAGE there is no manifest for krew: it names where the archive is.\n');
} else {
  const template = await readFile(join(repositoryRoot, 'manifests/krew/osm-auditor.yaml'), 'utf8');
  await mkdir(join(repositoryRoot, 'dist/krew'), { recursive: true });
  const manifest = krewManifest(template, VERSION, plugin, homepage);
  await writeFile(join(repositoryRoot, 'dist/krew/osm-auditor.yaml'), manifest);
  process.stdout.write('dist/krew/osm-auditor.yaml\n');
}
