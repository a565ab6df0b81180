/** `osm-auditor check`: judges pods once, from files or from the cluster. */
import { gather, type Surroundings } from '../../controller/gatherer.ts';
import { audit } from '../../core/audit/audit.ts';
import { configurationsOf } from '../../core/audit/configurations.ts';
import { podRules } from '../../core/audit/pod-rules.ts';
import { inColour, type ColourChoice } from '../colours.ts';
import { formatNamed, PLACING, SHOWING_RULES } from '../output/formats.ts';
import { summarise, type JudgedPod } from '../output/report-document.ts';
import { findSubjects } from '../find-subjects.ts';
import { Progress } from '../progress.ts';
import type { Selection, Subject } from '../subjects.ts';
import { judgingOf } from '../judging-options.ts';
import { EXIT, type Terminal } from '../terminal.ts';

export interface CheckOptions extends Selection {
  readonly output: string;
  readonly watch: boolean;
  readonly showPods: boolean;
  readonly color: ColourChoice;
}

/** @returns 0 when every pod is Verified or NotApplicable, 1 when one is Discrepant, else 3; 0 at the end of --watch */
export async function check(options: CheckOptions, terminal: Terminal): Promise<number> {
  const format = formatNamed(options.output);
  if (options.watch) {
    // Loaded when needed, as it brings the controller's informers with it.
    const { watch } = await import('./watch.ts');
    return watch(options, terminal);
  }
  const {
    pods,
    around,
    configTexts = new Map(),
  } = await findSubjects(options, terminal, PLACING.includes(options.output));
  const at = terminal.now();
  const judged = judgeAll(pods, around, options, terminal, at);
  const result = { configs: configurationsOf(around.configs()), pods: judged, configTexts, at };
  terminal.out(inColour(format(result, options), options.color, terminal));
  const { discrepant, unknown } = summarise(judged);
  if (discrepant > 0) return EXIT.discrepant;
  return unknown > 0 ? EXIT.unknown : EXIT.good;
}

function judgeAll(
  pods: readonly Subject[],
  around: Surroundings,
  options: CheckOptions,
  terminal: Terminal,
  at: number,
): readonly JudgedPod[] {
  const settings = judgingOf(options);
  const withRules = SHOWING_RULES.includes(options.output);
  const progress = new Progress(terminal);
  try {
    return pods.map(({ pod, ...from }, i) => {
      progress.say(`judging pods: ${i} of ${pods.length}`);
      const input = gather(pod, around, settings, at);
      return { report: audit(input), ...from, ...(withRules ? { rules: podRules(input) } : {}) };
    });
  } finally {
    progress.end();
  }
}
