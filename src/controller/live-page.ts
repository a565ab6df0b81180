/**
 * The page about what is true right now, for those who look at the controller by a browser.
 *
 * Guarantees: made when somebody asks and something has changed since the last one, one at a time and at most every few seconds,
 * in slices, so that other work goes on meanwhile. Writes nothing and changes no metric. A page that says the same as the last
 * one is the last one, with its time and its tag.
 * Limits: to group pods by cause is one piece of work, tens of milliseconds for thousands of pods.
 */
import { createHash } from 'node:crypto';
import { audit } from '../core/audit/audit.ts';
import { configurationsOf } from '../core/audit/configurations.ts';
import { podRules } from '../core/audit/pod-rules.ts';
import type { Clock } from '../kube/clock.ts';
import type { Informer } from '../kube/informer.ts';
import { TimeSlice } from '../kube/time-slice.ts';
import type { PagePod } from '../page/page-input.ts';
import { pageParts, timeText } from '../page/page.ts';
import { gather, type GatherOptions, type Surroundings } from './gatherer.ts';
import type { PodSnapshot } from './snapshot.ts';

export interface LivePageOptions {
  readonly pods: Pick<Informer<PodSnapshot>, 'get' | 'keys'>;
  readonly around: Surroundings;
  readonly gathering: GatherOptions;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  /** Another number when something has changed that a page shows; time alone is not counted. */
  readonly version: () => number;
  /** Which pods these are. */
  readonly origin: string;
}

export interface MadePage {
  readonly text: string;
  /** An ETag: the same for pages that differ in nothing but the time. */
  readonly tag: string;
}

interface Made {
  readonly page: MadePage;
  readonly version: number;
  /** When making it ended, by the monotonic clock. */
  readonly endedAt: number;
  /** When time alone changes a verdict, in milliseconds since the epoch. */
  readonly recheckAt: number;
}

/** Browsers that show the page ask this often. */
const GOOD_FOR_MS = 5000;

export class LivePage {
  readonly #options: LivePageOptions;
  #making: Promise<MadePage> | undefined;
  #last: Made | undefined;

  constructor(options: LivePageOptions) {
    this.#options = options;
  }

  get(): Promise<MadePage> {
    if (this.#making !== undefined) return this.#making;
    if (this.#last !== undefined && this.#isGood(this.#last)) return Promise.resolve(this.#last.page);
    this.#making = this.#make().finally(() => (this.#making = undefined));
    return this.#making;
  }

  #isGood({ version, endedAt, recheckAt }: Made): boolean {
    const { clock } = this.#options;
    if (clock.monotonic() - endedAt < GOOD_FOR_MS) return true;
    return version === this.#options.version() && clock.now() < recheckAt;
  }

  async #make(): Promise<MadePage> {
    const { pods, around, gathering, clock, origin } = this.#options;
    const version = this.#options.version();
    const slice = new TimeSlice();
    const shown: PagePod[] = [];
    for (const key of [...pods.keys()].sort()) {
      await slice.begin();
      const kept = pods.get(key);
      if (kept === undefined) continue;
      const input = gather(kept.pod, around, gathering, clock.now());
      shown.push({ report: audit(input), rules: podRules(input) });
    }
    const at = clock.now();
    const configs = configurationsOf(around.configs());
    const parts: string[] = [];
    const hash = createHash('sha256');
    for (const part of pageParts({ configs, pods: shown, at, origin, live: true })) {
      await slice.begin();
      parts.push(part);
      hash.update(part.replaceAll(timeText(at), ''));
    }
    const tag = hash.digest('base64url');
    const same = this.#last?.page.tag === `"${tag}"` ? this.#last.page : undefined;
    const page = same ?? { text: tagged(parts.join(''), tag), tag: `"${tag}"` };
    const rechecks = shown.map(({ report }) => report.recheckAt ?? Infinity);
    const recheckAt = rechecks.reduce((first, each) => Math.min(first, each), Infinity);
    this.#last = { page, version, endedAt: clock.monotonic(), recheckAt };
    return page;
  }
}

/** So that the page knows which one it is when it asks again. */
function tagged(text: string, tag: string): string {
  return text.replace('<html lang="en">', `<html lang="en" data-tag="${tag}">`);
}
