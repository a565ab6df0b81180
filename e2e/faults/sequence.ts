/**
 * Random sequences of faults, as plans: what happens in which order, made from a seed alone, so that a plan can be
 * carried out again.
 */
import type { Random } from '../../src/testing/random.ts';
import type { Fault } from './fault.ts';
import { FAULTS } from './faults.ts';
import { RECORDED, type Recorded } from './world.ts';

export type Step =
  | { readonly kind: 'inflict'; readonly fault: Fault }
  | { readonly kind: 'heal'; readonly fault: Fault }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'create'; readonly pod: string; readonly recorded: Recorded }
  /** The pod takes on the status of this one. */
  | { readonly kind: 'become'; readonly pod: string; readonly recorded: Recorded }
  | { readonly kind: 'replace'; readonly pod: string; readonly recorded: Recorded }
  | { readonly kind: 'remove'; readonly pod: string }
  /** The ports that the configuration excludes. */
  | { readonly kind: 'configure'; readonly ports: string };

/** The pods that are there before. */
export const FIRST_PODS: readonly Recorded[] = [
  RECORDED.good,
  RECORDED.withCrashingSidecar,
  RECORDED.withOtherPorts,
];

const MOST_FAULTS = 4;
const LONGEST_WAIT_MS = 800;
/** Their containers are the same, so that each can take on the status of the others. */
const ALIKE: readonly Recorded[] = [RECORDED.good, RECORDED.withCrashingSidecar, RECORDED.withOtherPorts];

/** One to four faults, all of them healed in the end, with changes of the cluster wherever it can be changed. */
export function plan(random: Random): readonly Step[] {
  const due = someFaults(random, 1 + random.below(MOST_FAULTS));
  const active: Fault[] = [];
  const pods = new Map(FIRST_PODS.map((recorded, i) => [`pod-${i}`, recorded]));
  const steps: Step[] = [];
  let created = pods.size;
  const change = (): Step => {
    const step = someChange(random, pods, `pod-${created}`);
    if (step.kind === 'create') created += 1;
    if (step.kind === 'create' || step.kind === 'replace') pods.set(step.pod, step.recorded);
    if (step.kind === 'remove') pods.delete(step.pod);
    return step;
  };
  while (due.length > 0 || active.length > 0) {
    const [next] = due;
    const free = next !== undefined && !active.some((each) => shareParts(each, next));
    if (free && (active.length === 0 || random.below(2) === 0)) {
      due.shift();
      active.push(next);
      steps.push({ kind: 'inflict', fault: next });
    } else if (!free || random.below(2) === 0) {
      const [over] = active.splice(random.below(active.length), 1);
      if (over !== undefined) steps.push({ kind: 'heal', fault: over });
    }
    if (!active.some(({ clusterAway }) => clusterAway === true)) steps.push(change());
    steps.push({ kind: 'wait', ms: random.below(LONGEST_WAIT_MS) });
  }
  return steps;
}

/** One line for people. */
export function describePlan(steps: readonly Step[]): string {
  return steps
    .filter(({ kind }) => kind !== 'wait')
    .map(describeStep)
    .join('; ');
}

function describeStep(step: Step): string {
  switch (step.kind) {
    case 'inflict':
      return `[${step.fault.name}`;
    case 'heal':
      return `${step.fault.name}]`;
    case 'wait':
      return `wait ${step.ms} ms`;
    case 'create':
    case 'become':
    case 'replace':
      return `${step.kind} ${step.pod} ${step.recorded}`;
    case 'remove':
      return `remove ${step.pod}`;
    case 'configure':
      return `configure "${step.ports}"`;
  }
}

function someFaults(random: Random, count: number): Fault[] {
  const chosen = new Set<Fault>();
  while (chosen.size < count) chosen.add(random.pick(FAULTS));
  return [...chosen];
}

function shareParts(a: Fault, b: Fault): boolean {
  return a.uses.some((part) => b.uses.includes(part));
}

function someChange(random: Random, pods: ReadonlyMap<string, Recorded>, fresh: string): Step {
  const names = [...pods.keys()];
  const alike = names.filter((name) => ALIKE.includes(pods.get(name) ?? RECORDED.outsideTheMesh));
  const kind = random.pick([
    'create',
    'become',
    'become',
    'become',
    'replace',
    'remove',
    'configure',
  ] as const);
  switch (kind) {
    case 'become':
      if (alike.length > 0) return { kind, pod: random.pick(alike), recorded: random.pick(ALIKE) };
      break;
    case 'replace':
      if (names.length > 0) return { kind, pod: random.pick(names), recorded: someRecorded(random) };
      break;
    case 'remove':
      if (names.length > 1) return { kind, pod: random.pick(names) };
      break;
    case 'configure':
      return { kind, ports: random.pick(['', '6379', '6379, 8080']) };
    case 'create':
      break;
  }
  return { kind: 'create', pod: fresh, recorded: someRecorded(random) };
}

function someRecorded(random: Random): Recorded {
  return random.pick(Object.values(RECORDED));
}
