/**
 * The page about what is true right now, for those who look at the controller by a browser.
 *
 * Guarantees: made only when somebody asks, once for all who ask within a few seconds, and in slices: other work goes on
 * meanwhile. Writes nothing and changes no metric. As long as nothing changes, so does the tag.
 * Limits: putting the page together is one piece of work, a few hundred milliseconds for thousands of pods.
 */
import { createHash } from 'node:crypto';
import { audit } from '../core/audit/audit.ts';
import { configurationsOf } from '../core/audit/configurations.ts';
import { podRules } from '../core/audit/pod-rules.ts';
import type { Clock } from '../kube/clock.ts';
import type { Informer } from '../kube/informer.ts';
import { TimeSlice } from '../kube/time-slice.ts';
import type { PagePod } from '../page/page-input.ts';
import { pageText, timeText } from '../page/page.ts';
import { gather, type GatherOptions, type Surroundings } from './gatherer.ts';
import type { PodSnapshot } from './snapshot.ts';

export interface LivePageOptions {
  readonly pods: Pick<Informer<PodSnapshot>, 'get' | 'keys'>;
  readonly around: Surroundings;
  readonly gathering: GatherOptions;
  readonly clock: Clock;
  /** Which pods these are. */
  readonly origin: string;
}

export interface MadePage {
  readonly text: string;
  /** The same for pages that differ in nothing but the time. */
  readonly tag: string;
}

/** Browsers that show the page ask this often. */
const GOOD_FOR_MS = 5000;

export class LivePage {
  readonly #options: LivePageOptions;
  #last: { readonly at: number; readonly page: Promise<MadePage> } | undefined;

  constructor(options: LivePageOptions) {
    this.#options = options;
  }

  get(): Promise<MadePage> {
    const at = this.#options.clock.monotonic();
    if (this.#last === undefined || at - this.#last.at >= GOOD_FOR_MS)
      this.#last = { at, page: this.#make() };
    return this.#last.page;
  }

  async #make(): Promise<MadePage> {
    const { pods, around, gathering, clock, origin } = this.#options;
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
    const text = pageText({ configs, pods: shown, at, origin, live: true });
    const tag = createHash('sha256')
      .update(text.replaceAll(timeText(at), ''))
      .digest('base64url');
    return { text, tag: `"${tag}"` };
  }
}
