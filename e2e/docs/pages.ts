/** The pages whose commands are executed: all that are for readers, a new one of docs/ included. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { commandBlocks, type CommandBlock } from '../../docs/commands.ts';
import { readText, repositoryRoot } from '../../src/testing/repository.ts';

export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'charts/osm-auditor/README.md',
  ...readdirSync(join(repositoryRoot, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

export function blocksOf(page: string): readonly CommandBlock[] {
  return commandBlocks(page, readText(page));
}
