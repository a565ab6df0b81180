/**
 * A copy of the compiled tests where one source file at a time can be replaced by a mutant.
 *
 * The rest of the repository is copied too, because tests read its files, and somebody may change them meanwhile: that would
 * count as caught. The tests run without a mutant first: they must pass, and their times decide the order.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import ts from 'typescript';
import { repositoryRoot } from '../../src/testing/repository.ts';

/** The tests fail as they are, so they can say nothing of mutants. */
export class TestsFail extends Error {}

export type Outcome = 'caught' | 'timed-out' | 'survived';

const MOCHA = join(repositoryRoot, 'node_modules/mocha/bin/mocha.js');
const NOT_COPIED = new Set(['build', 'dist', 'node_modules', '.git']);
/** A mutant that eats memory ends by itself before the machine does. */
const MOST_MEGABYTES = 1024;
const FIRST_RUN_MS = 600_000;
/** Times the unchanged tests take, plus a start on a busy machine. */
const PATIENCE = 3;
const START_MS = 5000;
/** A file's own test is likely to tell, so it goes before others that are no more than this many times quicker. */
const OWN_TEST_ADVANTAGE = 10;

interface MochaReport {
  readonly tests: readonly { readonly file: string; readonly duration?: number }[];
}

export class Sandbox {
  readonly #folder: string;
  /** Test files with their milliseconds. */
  readonly #times: ReadonlyMap<string, number>;
  readonly #timeout: number;

  private constructor(folder: string, times: ReadonlyMap<string, number>, timeout: number) {
    this.#folder = folder;
    this.#times = times;
    this.#timeout = timeout;
  }

  /**
   * @param sources with their text, all files that will be replaced
   * @param tests compiled test files; both below the repository's root
   */
  static async open(
    name: string,
    sources: ReadonlyMap<string, string>,
    tests: readonly string[],
  ): Promise<Sandbox> {
    const folder = join(repositoryRoot, 'build/mutants', name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, 'build'), { recursive: true });
    cpSync(join(repositoryRoot, 'build/src'), join(folder, 'build/src'), { recursive: true });
    for (const entry of readdirSync(repositoryRoot))
      if (!NOT_COPIED.has(entry))
        cpSync(join(repositoryRoot, entry), join(folder, entry), { recursive: true });
    symlinkSync(join(repositoryRoot, 'node_modules'), join(folder, 'node_modules'));
    const times = new Map(tests.map((test) => [test, 0]));
    const sandbox = new Sandbox(folder, times, FIRST_RUN_MS);
    // Compiled here like the mutants, so the mutation is the only difference.
    for (const [file, text] of sources) sandbox.#write(file, text);
    const begun = Date.now();
    const report = join(folder, 'report.json');
    const options = ['--reporter', 'json', '--reporter-option', `output=${report}`];
    if ((await sandbox.#mocha(options, tests)) !== 'survived')
      throw new TestsFail(`the tests fail without any mutant: ${report} says which`);
    const { tests: results } = JSON.parse(readFileSync(report, 'utf8')) as MochaReport;
    for (const { file, duration = 0 } of results) {
      const test = relative(folder, file);
      times.set(test, (times.get(test) ?? 0) + duration);
    }
    return new Sandbox(folder, times, PATIENCE * (Date.now() - begun) + START_MS);
  }

  /** Runs the tests, the quick ones first, with `file` as `text`, and puts the original back. */
  async run(file: string, text: string, original: string): Promise<Outcome> {
    this.#write(file, text);
    try {
      return await this.#mocha(['--bail', '--reporter', 'dot'], this.#testsFor(file));
    } finally {
      this.#write(file, original);
    }
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #testsFor(file: string): readonly string[] {
    const own = compiled(file).replace(/\.js$/, '.');
    const cost = ([test, ms]: readonly [string, number]): number =>
      test.startsWith(own) ? ms / OWN_TEST_ADVANTAGE - 1 : ms;
    return [...this.#times].sort((a, b) => cost(a) - cost(b)).map(([test]) => test);
  }

  #write(file: string, text: string): void {
    writeFileSync(join(this.#folder, compiled(file)), compile(file, text));
  }

  #mocha(options: readonly string[], tests: readonly string[]): Promise<Outcome> {
    const node = [`--max-old-space-size=${MOST_MEGABYTES}`, MOCHA];
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [...node, ...options, ...tests], {
        cwd: this.#folder,
        stdio: 'ignore',
        timeout: this.#timeout,
        killSignal: 'SIGKILL',
      });
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        resolve(code === 0 ? 'survived' : signal === 'SIGKILL' ? 'timed-out' : 'caught');
      });
    });
  }
}

/** Where the compiler leaves it, below the repository's root as the source is. */
export function compiled(file: string): string {
  return join('build', file.replace(/\.ts$/, '.js'));
}

/** Throws on what does not parse: it would count as caught, and would say nothing of the tests. */
export function compile(file: string, text: string): string {
  const { outputText, diagnostics = [] } = ts.transpileModule(text, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  });
  const [problem] = diagnostics;
  if (problem === undefined) return outputText;
  throw new Error(`${file}: ${ts.flattenDiagnosticMessageText(problem.messageText, ' ')}`);
}
