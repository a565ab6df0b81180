/**
 * `make mutants`: do the engine's tests notice mistakes? Makes some in its source, one at a time, and runs the tests.
 *
 * Exit status: 0 when at least 85 % are caught, 1 when fewer are or the tests fail as they are, 2 when called wrongly.
 * A mutant that hangs is caught. What survives is a gap in the tests or a change that no test can see: a person has to tell.
 */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import process from 'node:process';
import { readText, repositoryRoot } from '../../src/testing/repository.ts';
import { mutantsOf } from './mutate.ts';
import { printReport, score, type Result } from './report.ts';
import { sample } from './sample.ts';
import { compiled, Sandbox, TestsFail } from './sandbox.ts';

const USAGE =
  'usage: main.js [COUNT [FILE [SEED]]], by default 300 mutants of all files with seed 1: main.js 50 propagate\n';
const ENGINE = 'src/core/iptables';
const JUDGEMENT = 'src/core/audit';
const LEAST_SCORE = 85;
const PROCESSES = 2;
const LINE_EVERY = 25;

interface Wanted {
  readonly count: number;
  /** The name without its ending; of every file when there is none. */
  readonly file: string | undefined;
  readonly seed: number;
}

function readArguments(): Wanted | undefined {
  const [count = '300', file = '', seed = '1', ...rest] = process.argv.slice(2);
  const wanted = { count: Number(count), file: file === '' ? undefined : file, seed: Number(seed) };
  const right = Number.isInteger(wanted.count) && wanted.count > 0 && Number.isInteger(wanted.seed);
  return right && rest.length === 0 ? wanted : undefined;
}

function filesOf(folder: string, ending: string): readonly string[] {
  return readdirSync(join(repositoryRoot, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}

/** What is mutated, with its text. */
function engineSources(only: string | undefined): ReadonlyMap<string, string> {
  const files = filesOf(ENGINE, '.ts').filter((file) => !file.endsWith('.test.ts'));
  const wanted = [...files, join(JUDGEMENT, 'attribution.ts')].filter(
    (file) => only === undefined || basename(file, '.ts') === only,
  );
  return new Map(wanted.map((file) => [file, readText(file)]));
}

/** By their sources, as build/ may still have tests that are gone. */
function engineTests(): readonly string[] {
  return [ENGINE, JUDGEMENT].flatMap((folder) => filesOf(folder, '.test.ts')).map(compiled);
}

function progress(done: number, all: number, survived: number): void {
  const line = `${done} of ${all} mutants, ${survived} survived`;
  if (process.stderr.isTTY) process.stderr.write(`\r${line}${done === all ? '\n' : ''}`);
  else if (done % LINE_EVERY === 0 || done === all) process.stderr.write(`${line}\n`);
}

async function main(): Promise<number> {
  const wanted = readArguments();
  const sources = engineSources(wanted?.file);
  if (wanted === undefined || sources.size === 0) {
    process.stderr.write(USAGE);
    return 2;
  }
  const all = [...sources].map(([file, text]) => mutantsOf(file, text));
  const left = [...sample(all, wanted.count, wanted.seed)];
  const chosen = left.length;
  process.stderr.write(`${chosen} of ${all.flat().length} mutants of ${sources.size} files\n`);

  const tests = engineTests();
  const names = Array.from({ length: PROCESSES }, (_, i) => String(i + 1));
  const sandboxes = await Promise.all(names.map((name) => Sandbox.open(name, sources, tests)));
  const results: Result[] = [];
  const begun = Date.now();
  const work = async (sandbox: Sandbox): Promise<void> => {
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
      const outcome = await sandbox.run(mutant.file, mutant.text, sources.get(mutant.file)!);
      results.push({ mutant, outcome });
      progress(results.length, chosen, results.filter((result) => result.outcome === 'survived').length);
    }
  };
  await Promise.all(sandboxes.map(work));
  for (const sandbox of sandboxes) sandbox.close();

  const seconds = (Date.now() - begun) / 1000;
  const timedOut = results.filter(({ outcome }) => outcome === 'timed-out').length;
  process.stdout.write(printReport(results));
  process.stdout.write(
    `\n${score(results)} % of ${chosen} mutants caught (${LEAST_SCORE} % wanted), ${timedOut} of them by the time-out, ` +
      `in ${Math.round(seconds)} s: ${(seconds / chosen).toFixed(2)} s each\n`,
  );
  return score(results) >= LEAST_SCORE ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof TestsFail)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
