/**
 * Runs every compiled test under coverage, prints the coverage, mocha's summary and `N passed, N failed` last.
 *
 * The core must have 95 % of its branches covered. Arguments are passed on to mocha (`--grep exclusions`); then only
 * some tests run and coverage is not demanded.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Counts } from './counting-reporter.ts';
import { repositoryRoot } from './repository.ts';

const CORE_BRANCHES = '95';
const coverage = join(repositoryRoot, 'build/coverage');
const countsFile = join(coverage, 'counts.json');
const extra = process.argv.slice(2);

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): number {
  const bin = join(repositoryRoot, 'node_modules/.bin', program);
  return spawnSync(bin, args, { cwd: repositoryRoot, stdio: 'inherit', env }).status ?? 1;
}

function report(title: string, folder: string, args: readonly string[]): number {
  process.stdout.write(`\nCoverage of ${title}\n`);
  const where = ['--temp-directory', coverage, '--include', `build/${folder}/**`];
  return run('c8', [
    'report',
    ...where,
    '--exclude',
    '**/*.test.js',
    '--exclude',
    'build/src/testing/**',
    ...args,
  ]);
}

rmSync(coverage, { recursive: true, force: true });
mkdirSync(coverage, { recursive: true });
const mocha = ['--reporter', 'build/src/testing/counting-reporter.js', ...extra];
const specs = [
  'build/src/**/*.test.js',
  'build/docs/**/*.test.js',
  'build/charts/**/*.test.js',
  'build/image/**/*.test.js',
  'build/e2e/**/*.test.js',
];
const tests = run('mocha', [...mocha, ...specs], {
  ...process.env,
  NODE_V8_COVERAGE: coverage,
  OSM_AUDITOR_TEST_COUNTS: countsFile,
});

let covered = 0;
if (extra.length === 0) {
  report('everything', 'src', ['--reporter', 'text-summary']);
  covered = report('the core', 'src/core', [
    '--reporter',
    'text',
    '--check-coverage',
    '--branches',
    CORE_BRANCHES,
  ]);
}

const counts = JSON.parse(readFileSync(countsFile, 'utf8')) as Counts;
const skipped = counts.skipped === 0 ? '' : `, ${counts.skipped} skipped`;
process.stdout.write(`\n  ${counts.passed} passing (${Math.round(counts.milliseconds / 1000)}s)\n`);
if (counts.failed > 0) process.stdout.write(`  ${counts.failed} failing\n`);
// Again, below the coverage: of a long log people see the end first.
for (const title of counts.failures) process.stdout.write(`    ${title}\n`);
process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
process.exitCode = tests === 0 ? covered : 1;
