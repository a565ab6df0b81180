/** What osm-init's own state says about the rules in the kernel: whether there can be any, and whether its run was whole. */
import { execute } from '../iptables/execute.ts';
import type { RuleSet } from '../iptables/model.ts';
import { printSave } from '../iptables/print.ts';
import { initScriptOf } from '../osm/init-script.ts';
import type { InitContainer } from '../osm/pod.ts';
import type { Judgement } from './judgement.ts';

/** Whether a run of osm-init has ended, so that the kernel holds what there is to judge. A pod without one waits for none. */
export function hasRun({ init, sidecar }: Pick<Judgement, 'init' | 'sidecar'>): boolean {
  if (init === undefined) return true;
  const state = init.status?.state;
  switch (state?.kind) {
    case undefined:
    case 'running':
      return false;
    case 'terminated':
      return true;
    case 'waiting':
      return state.reason === 'CrashLoopBackOff' || sidecar?.status?.state.kind === 'running';
  }
}

/** How the last run ended, as far as the kubelet knows. */
export function lastExitCode(init: InitContainer | undefined): number | undefined {
  const state = init?.status?.state;
  return state?.kind === 'terminated' ? state.exitCode : init?.status?.lastExitCode;
}

export interface BrokenRun {
  /** How many commands have done their work. */
  readonly commands: number;
  /** The last of them. */
  readonly last: string;
}

/** Where a run of the script broke off that leaves exactly these rules; undefined where it leaves them nowhere. */
export function brokenRun(init: InitContainer, rules: RuleSet): BrokenRun | undefined {
  const script = initScriptOf(init);
  if (script === undefined) return undefined;
  const wanted = printSave(rules);
  const size = sizeOf(rules);
  let commands = 0;
  let found: BrokenRun | undefined;
  const environment = new Map(Object.entries(init.env).map(([name, value]) => [name, value ?? undefined]));
  execute(script, environment, (last, state) => {
    commands += 1;
    const there = state();
    // Printed only where it can be the same, as scripts may be long.
    if (sizeOf(there) === size && printSave(there) === wanted) found = { commands, last };
  });
  return found;
}

function sizeOf({ chains }: RuleSet): number {
  return [...chains.values()].reduce((sum, list) => sum + list.length, chains.size);
}
