/** The page of 5,000 pods, one in fifty of which has a finding: how long it takes to be made, and a browser to open and filter it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { gather } from '../../src/controller/gatherer.ts';
import { podSnapshot } from '../../src/controller/snapshot.ts';
import { audit } from '../../src/core/audit/audit.ts';
import { podRules } from '../../src/core/audit/pod-rules.ts';
import { configMapConfig } from '../../src/core/osm/mesh-config.ts';
import type { PagePod } from '../../src/page/page-input.ts';
import { pageText } from '../../src/page/page.ts';
import { configSet } from '../../src/testing/builders.ts';
import { startBrowser } from '../page/browser.ts';
import { CHANGED_CONFIG, corpus } from './corpus.ts';
import { atMost, progress, type Part } from './part.ts';
import { servedPod } from './served-pod.ts';
import { median, timed } from './statistics.ts';

const ROUNDS = 7;

export const page: Part = {
  name: 'page',
  run: async () => {
    progress('the page in a browser');
    const pods = judgedPods();
    const input = { configs: [], pods, at: 0, origin: 'from a benchmark', live: false };
    const made = median(Array.from({ length: ROUNDS }, () => timed(() => void pageText(input))));
    const text = pageText(input);
    const folder = mkdtempSync(join(tmpdir(), 'page-'));
    const browser = await startBrowser();
    try {
      const file = join(folder, 'page.html');
      writeFileSync(file, text);
      const opened: number[] = [];
      const filtered: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const [open, filter] = await times(browser, file);
        opened.push(open);
        filtered.push(filter);
      }
      return [
        {
          measure: 'page of 5,000 pods: made',
          figure: `${made.toFixed(0)} ms`,
          detail: `median of ${ROUNDS}; ${(text.length / 1e6).toFixed(1)} MB`,
        },
        {
          measure: 'page of 5,000 pods: opened',
          figure: `${median(opened).toFixed(0)} ms`,
          ...atMost(median(opened), 2000, 'ms'),
          detail: `median of ${ROUNDS}, until painted; longest ${Math.max(...opened).toFixed(0)} ms`,
        },
        {
          measure: 'page of 5,000 pods: filtered by text',
          figure: `${median(filtered).toFixed(0)} ms`,
          detail: `median of ${ROUNDS}, from the key to the next frame`,
        },
      ];
    } finally {
      await browser.close();
      rmSync(folder, { recursive: true });
    }
  },
};

/** In milliseconds, as the browser itself tells: until the first frame with the loaded page, and one with its filter. */
async function times(browser: Browser, file: string): Promise<readonly [number, number]> {
  const opened = await browser.newPage();
  try {
    await opened.goto(`file://${file}`);
    const frame =
      'new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))';
    const open = await opened.evaluate<number>(frame);
    const filter = await opened.evaluate<number>(`(() => {
      const begun = performance.now();
      const input = document.querySelector('#filter [name=text]');
      input.value = 'web';
      input.dispatchEvent(new Event('input', { bubbles: true }));
      return ${frame}.then((end) => end - begun);
    })()`);
    return [open, filter];
  } finally {
    await opened.close();
  }
}

function judgedPods(): readonly PagePod[] {
  const config = configMapConfig({
    namespace: 'osm-system',
    name: 'osm-config',
    uid: 'config',
    changedAt: undefined,
    data: CHANGED_CONFIG,
  });
  const set = configSet([config]);
  const around = { namespace: () => undefined, configs: () => set };
  const now = Date.now();
  return corpus().map((each) => {
    const input = gather(
      podSnapshot(servedPod(each)).pod,
      around,
      { graceMs: 0, settleMs: 0, fork: {} },
      now,
    );
    return { report: audit(input), rules: podRules(input) };
  });
}
