/** What the scripts of this folder share: their one line of output, and the cost of an action. */
import process from 'node:process';
import { performance } from 'node:perf_hooks';

export interface Cost {
  /** CPU time of all threads, in milliseconds. */
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** What the action costs beyond what importing and preparing has cost already. */
export async function costOf(action: () => Promise<void>): Promise<Cost> {
  const begun = performance.now();
  const before = process.cpuUsage();
  await action();
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: (user + system) / 1000, wallMs: performance.now() - begun };
}

export function print(result: object): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

/** The script's arguments, of which there must be as many. */
export function argumentsOf<const N extends readonly string[]>(
  ...names: N
): { readonly [K in keyof N]: string } {
  const given = process.argv.slice(2);
  if (given.length !== names.length) throw new Error(`expected arguments: ${names.join(' ')}`);
  return given as unknown as { readonly [K in keyof N]: string };
}
