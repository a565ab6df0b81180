/** `osm-auditor check`: judges pods once, from files or from the cluster, and those that manifests describe. */
import { gather } from '../../controller/gatherer.ts';
import { audit } from '../../core/audit/audit.ts';
import { configurationsOf } from '../../core/audit/configurations.ts';
import type { AuditInput } from '../../core/audit/judgement.ts';
import { podRules } from '../../core/audit/pod-rules.ts';
import { prospectOf } from '../../core/audit/prospect.ts';
import type { Pod } from '../../core/osm/pod.ts';
import { inColour, type ColourChoice } from '../colours.ts';
import { formatNamed, PLACING, SHOWING_RULES } from '../output/formats.ts';
import { summarise, type JudgedPod } from '../output/report-document.ts';
import { findSubjects } from '../find-subjects.ts';
import { manifestsToJudge } from '../judge-manifests.ts';
import { Progress } from '../progress.ts';
import type { Selection, Subjects } from '../subjects.ts';
import { UsageError } from '../usage-error.ts';
import { checkChange } from './check-change.ts';
import { judgingOf } from '../judging-options.ts';
import { refuseMixture, selectionHere, type LiveOptions } from '../live-options.ts';
import { openLook, withReading } from '../live.ts';
import type { Readings } from '../live-kernel.ts';
import { EXIT, type Terminal } from '../terminal.ts';

export interface CheckOptions extends Selection, LiveOptions {
  readonly output: string;
  readonly watch: boolean;
  readonly showPods: boolean;
  readonly color: ColourChoice;
  /** Files with the configuration as it would be; see check-change.ts. */
  readonly with: readonly string[];
}

/** @returns 0 when every pod is Verified or NotApplicable, 1 when one is Discrepant, else 3; 0 at the end of --watch */
export async function check(options: CheckOptions, terminal: Terminal): Promise<number> {
  refuseMixture(options);
  if (options.with.length > 0) {
    if (options.watch)
      throw new UsageError('a change is judged once: --with cannot be given together with --watch');
    return checkChange(options, terminal);
  }
  const format = formatNamed(options.output);
  if (options.watch) {
    // Loaded when needed, as it brings the controller's informers with it.
    const { watch } = await import('./watch.ts');
    return watch(options, terminal);
  }
  const wanted = { texts: PLACING.includes(options.output), manifests: true };
  const look = await openLook(options, terminal);
  const subjects = await findSubjects(selectionHere(options), terminal, wanted);
  const readings = await look(subjects.pods.map(({ pod }) => pod));
  const at = terminal.now();
  const judged = judgeAll(subjects, options, terminal, at, readings);
  const { around, configTexts = new Map() } = subjects;
  const result = { configs: configurationsOf(around.configs()), pods: judged, configTexts, at };
  terminal.out(inColour(format(result, options), options.color, terminal));
  const { discrepant, unknown } = summarise(judged);
  if (discrepant > 0) return EXIT.discrepant;
  return unknown > 0 ? EXIT.unknown : EXIT.good;
}

/** The pods that are there, then those that manifests describe. */
function judgeAll(
  { pods, manifests = [], around }: Subjects,
  options: CheckOptions,
  terminal: Terminal,
  at: number,
  readings: Readings,
): readonly JudgedPod[] {
  const settings = judgingOf(options);
  const withRules = SHOWING_RULES.includes(options.output);
  const inputFor = (pod: Pod): AuditInput => withReading(gather(pod, around, settings, at), readings);
  const progress = new Progress(terminal);
  try {
    const running = pods.map(({ pod, ...from }, i) => {
      progress.say(`judging pods: ${i} of ${pods.length}`);
      const input = inputFor(pod);
      return { report: audit(input), ...from, ...(withRules ? { rules: podRules(input) } : {}) };
    });
    const predicted = manifestsToJudge(manifests, pods, inputFor).map(({ manifest, former }) => {
      const { pod, kind, source, text } = manifest;
      const { report, judgement } = prospectOf(inputFor(pod), former);
      const rules = withRules && judgement !== undefined ? podRules(inputFor(judgement.pod)) : undefined;
      return { report, source, predicted: kind, ...(text && { text }), ...(rules && { rules }) };
    });
    return [...running, ...predicted];
  } finally {
    progress.end();
  }
}
