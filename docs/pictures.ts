/** Writes the pictures of docs/pictures: what a terminal shows, and the page of `check -o html` in Chromium. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContextOptions } from 'playwright-core';
import { startBrowser } from '../e2e/page/browser.ts';
import { osmAuditor } from '../src/testing/recording-terminal.ts';
import { repositoryRoot } from '../src/testing/repository.ts';
import { checkTranscript } from './transcripts.ts';
import { terminalPicture } from './terminal-picture.ts';

const folder = join(repositoryRoot, 'docs/pictures');
const POD = '#pod/bookstore/bookstore-6d4cf9b7f5-2m8hd';

/** The screens that the page is looked at on: `height` is cut there. */
const SCREENS: Readonly<Record<string, BrowserContextOptions & { readonly address: string }>> = {
  report: { address: '', viewport: { width: 1100, height: 1000 } },
  pod: { address: POD, viewport: { width: 1100, height: 1020 } },
  'pod-dark': { address: POD, viewport: { width: 1100, height: 1020 }, colorScheme: 'dark' },
  phone: { address: '', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
};

process.chdir(repositoryRoot);
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'terminal.svg'), terminalPicture(await checkTranscript()));
const work = mkdtempSync(join(tmpdir(), 'pictures-'));
const browser = await startBrowser();
try {
  const { stdout } = await osmAuditor(['check', '-f', 'examples/bookstore', '-o', 'html']);
  const page = join(work, 'report.html');
  writeFileSync(page, stdout);
  for (const [name, { address, ...options }] of Object.entries(SCREENS)) {
    const context = await browser.newContext(options);
    const shown = await context.newPage();
    await shown.goto(`file://${page}${address}`);
    await shown.screenshot({ path: join(folder, `${name}.png`) });
    await context.close();
  }
} finally {
  await browser.close();
  rmSync(work, { recursive: true });
}
