/**
 * Installs osm-auditor on the cluster of OSM_AUDITOR_E2E_KUBECONFIG as the README tells a user to, and runs the scenarios
 * there: its image and those of the tests' pods are on the node already. Arguments are passed on to mocha. The last line is
 * `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Counts } from '../../src/testing/counting-reporter.ts';
import { repositoryRoot } from '../../src/testing/repository.ts';

const countsFile = join(repositoryRoot, 'build/e2e-counts.json');
const SCENARIOS = 'build/e2e/ground/*.e2e.js';
const reporter = ['--reporter', 'build/src/testing/counting-reporter.js'];

function kubectl(...args: readonly string[]): void {
  const { status } = spawnSync('kubectl', args, {
    cwd: repositoryRoot,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${status}`);
}

kubectl('apply', '-k', 'manifests');
kubectl('-n', 'osm-auditor', 'rollout', 'status', 'deployment/osm-auditor', '--timeout=120s');
mkdirSync(join(repositoryRoot, 'build'), { recursive: true });
rmSync(countsFile, { force: true }); // or a run that dies would be told with the counts of the one before
const { status } = spawnSync(
  join(repositoryRoot, 'node_modules/.bin/mocha'),
  // First what expects a cluster that nobody has used.
  [...reporter, ...process.argv.slice(2), '--file', 'build/e2e/scenarios/controller.test.js', SCENARIOS],
  { cwd: repositoryRoot, stdio: 'inherit', env: { ...process.env, OSM_AUDITOR_TEST_COUNTS: countsFile } },
);
const { passed, failed, skipped, milliseconds } = JSON.parse(readFileSync(countsFile, 'utf8')) as Counts;
process.stdout.write(`\n  ${passed} passing (${Math.round(milliseconds / 1000)}s)\n`);
if (failed > 0) process.stdout.write(`  ${failed} failing\n`);
process.stdout.write(`\n${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}\n`);
process.exitCode = status ?? 1;
