/**
 * Finds Chromium, the machine's own or Debian's, which fetch.sh unpacks into the cache and does not install, and starts it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { chromium, type Browser } from 'playwright-core';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { isExecutable } from '../control-plane/assets.ts';

const INSTALLED = '/usr/bin/chromium';

/** @throws one sentence, when there is none and none can be fetched */
export async function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: await chromiumPath(),
    // Its own sandbox needs rights that containers lack; what it opens here are our own files.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
}

async function chromiumPath(): Promise<string> {
  const caches = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(caches, 'osm-auditor', 'browser');
  const found = [INSTALLED, join(folder, 'chromium')].find(isExecutable);
  if (found !== undefined) return found;
  const fetch = join(repositoryRoot, 'e2e/page/fetch.sh');
  const child = spawn(fetch, [folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`there is no ${INSTALLED} here, and ${fetch} failed`);
  return join(folder, 'chromium');
}
