/**
 * Runs action.yml as a runner of GitHub does: each step of the shell with the flags and the variables that it would have, in
 * a workspace.
 *
 * Limit: of expressions it knows inputs and the outputs of steps. Steps that are other actions are left out.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parse } from 'yaml';
import { readText, repositoryRoot } from '../../src/testing/repository.ts';

export interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Action {
  readonly inputs: Readonly<Record<string, { readonly required?: boolean; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

export interface Ran {
  /** Of the last step that ran: a step that fails is the last. */
  readonly status: number | null;
  /** What all steps wrote, line by line. */
  readonly log: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
}

export function readAction(): Action {
  return parse(readText('action.yml')) as Action;
}

/**
 * @param env beside what a runner sets
 */
export function runAction(
  workspace: string,
  inputs: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv = {},
): Ran {
  const action = readAction();
  const temp = mkdtempSync(join(tmpdir(), 'osm-auditor-action-'));
  const given = Object.entries(action.inputs).map(([name, { default: value = '' }]) => [name, value]);
  const known = new Map<string, string>();
  for (const [name, value] of [...given, ...Object.entries(inputs)]) known.set(`inputs.${name}`, value ?? '');
  const fill = (text: string): string =>
    text.replaceAll(/\$\{\{ ([\w.-]+) \}\}/g, (_all, name: string) => known.get(name) ?? '');
  const log: string[] = [];
  let status: number | null = 0;
  try {
    for (const step of action.runs.steps) {
      if (step.run === undefined || step.shell !== 'bash') continue;
      const [script, output] = [join(temp, 'step.sh'), join(temp, 'output')];
      writeFileSync(script, step.run);
      writeFileSync(output, '');
      const own = Object.entries(step.env ?? {}).map(([name, value]) => [name, fill(value)] as const);
      const ran = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], {
        cwd: workspace,
        encoding: 'utf8',
        env: {
          PATH: process.env['PATH'],
          GITHUB_ACTION_PATH: repositoryRoot,
          GITHUB_OUTPUT: output,
          RUNNER_TEMP: temp,
          ...env,
          ...Object.fromEntries(own),
        },
      });
      log.push(...(ran.stdout + ran.stderr).split('\n').filter((line) => line !== ''));
      for (const line of readFileSync(output, 'utf8')
        .split('\n')
        .filter((each) => each !== '')) {
        const at = line.indexOf('=');
        known.set(`steps.${step.id}.outputs.${line.slice(0, at)}`, line.slice(at + 1));
      }
      ({ status } = ran);
      if (status !== 0) break;
    }
    const outputs = Object.entries(action.outputs).map(([name, { value }]) => [name, fill(value)]);
    return { status, log, outputs: Object.fromEntries(outputs) as Record<string, string> };
  } finally {
    if (existsSync(temp)) rmSync(temp, { recursive: true });
  }
}
