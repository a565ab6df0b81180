/**
 * `make chaos`: random sequences of faults, one line for each. After each the controller must be right again in all that
 * it says, within BOUND_S.
 *
 *     node chaos.js [N] [SEED]
 *
 * Sequence i of a run has the seed SEED + i, so `make chaos N=1 SEED=...` carries it out again. One controller lives
 * through all sequences but those that kill it or find it wrong.
 *
 * Exit status: 0 all is well, 1 a sequence has found something, 2 called wrongly.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import process from 'node:process';
import { randomFrom } from '../../src/testing/random.ts';
import type { Fault } from './fault.ts';
import { describePlan, FIRST_PODS, plan, type Step } from './sequence.ts';
import { TestBed } from './test-bed.ts';

/**
 * The longest wait after a failure is 6 s with the timings of controller.ts; a control plane takes longer to start, and a
 * lost event is found by the second list after it, if the first one is disturbed.
 */
const BOUND_S = 25;
const LOG_LINES_SHOWN = 30;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

type Heals = Map<Fault, () => Promise<void>>;

async function carryOut(bed: TestBed, step: Step, heals: Heals): Promise<void> {
  switch (step.kind) {
    case 'inflict':
      heals.set(step.fault, await step.fault.inflict(bed));
      return;
    case 'heal':
      await heals.get(step.fault)?.();
      heals.delete(step.fault);
      return;
    case 'wait':
      await sleep(step.ms);
      return;
    case 'create':
    case 'become':
    case 'replace':
      return bed.change((world) => world[step.kind](step.pod, step.recorded));
    case 'remove':
      return bed.change((world) => world.remove(step.pod));
    case 'configure':
      return bed.configure({ outbound_port_exclusion_list: step.ports });
  }
}

/** Carries out the plan of the seed; answers the seconds until everything was right again. */
async function live(bed: TestBed, seed: number, steps: readonly Step[]): Promise<number> {
  await bed.enter(`chaos-${seed}`);
  // In that order, so that the new pods may be held against the configuration that the last sequence left behind.
  await bed.configure({});
  await Promise.all(FIRST_PODS.map((recorded, i) => bed.world.create(`pod-${i}`, recorded)));
  await bed.truthWithin(BOUND_S);
  const heals: Heals = new Map();
  try {
    for (const step of steps) await carryOut(bed, step, heals);
  } finally {
    for (const heal of heals.values()) await heal();
  }
  const begun = performance.now();
  await bed.truthWithin(BOUND_S);
  const { controller } = bed;
  if (!controller.alive) throw new Error('the controller has ended');
  const complaints = controller.log.filter(({ level }) => level === 'raw' || level === 'error');
  if (complaints.length > 0) throw new Error(`the log has ${JSON.stringify(complaints)}`);
  return (performance.now() - begun) / 1000;
}

/** Tells what was found, and begins anew with another controller. */
async function tell(bed: TestBed, seed: number, steps: readonly Step[], error: unknown): Promise<void> {
  print(`FAILED seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
  print(`  ${describePlan(steps)}`);
  for (const line of bed.controller.log.slice(-LOG_LINES_SHOWN)) print(`  ${JSON.stringify(line)}`);
  print(`  again: make chaos N=1 SEED=${seed}`);
  bed.controller.signal('SIGKILL');
  await bed.clear();
  bed.startController();
}

async function main(count: number, seed: number): Promise<number> {
  if (!Number.isInteger(count) || count < 1 || !Number.isInteger(seed)) {
    process.stderr.write('usage: chaos.js [N] [SEED]\n');
    return 2;
  }
  print(`${count} sequences from seed ${seed}`);
  const bed = await TestBed.start();
  const failed: number[] = [];
  let longest = 0;
  const begun = performance.now();
  try {
    bed.startController();
    await bed.controller.ready();
    for (let at = seed; at < seed + count; at += 1) {
      const steps = plan(randomFrom(at));
      try {
        const seconds = await live(bed, at, steps);
        longest = Math.max(longest, seconds);
        print(`seed ${at}: right again after ${seconds.toFixed(1)} s: ${describePlan(steps)}`);
      } catch (error) {
        failed.push(at);
        await tell(bed, at, steps, error);
      }
    }
  } finally {
    await bed.stop();
  }
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
  print(
    `${count - failed.length} of ${count} sequences ended well in ${minutes} min; the longest recovery took ${longest.toFixed(1)} s`,
  );
  if (failed.length > 0) print(`failed: ${failed.map((at) => `make chaos N=1 SEED=${at}`).join(', ')}`);
  return failed.length === 0 ? 0 : 1;
}

const [count = '200', seed = ''] = process.argv.slice(2);
process.exitCode = await main(Number(count), seed === '' ? Math.floor(Date.now() / 1000) : Number(seed));
