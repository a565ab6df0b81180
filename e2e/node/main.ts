/**
 * The node for people and make.
 *
 *     main.js up [IMAGE...]                  starts a node, prints how to use it, and runs until Ctrl-C
 *     main.js run [IMAGE...] -- COMMAND...   starts a node, runs the command in its network, and ends both
 *     main.js images FILE                    writes the images of the tests' pods, for another cluster
 *     main.js check                          says whether this machine can run a node
 *
 * IMAGE is an archive to bring in. The command finds a kubeconfig in OSM_AUDITOR_E2E_KUBECONFIG and KUBECONFIG, and kubectl
 * in PATH. Exit status: that of the command; 0 done, 1 failed, 2 called wrongly.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { ensureRoots } from './assets.ts';
import { TestNode } from './node.ts';
import { podImages } from './pod-images.ts';

const started = Date.now();
function say(text: string): void {
  process.stderr.write(`node: ${text} (${Math.round((Date.now() - started) / 1000)} s)\n`);
}

function interrupted(): Promise<'interrupted'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('interrupted'));
  });
}

async function up(images: readonly string[]): Promise<number> {
  const end = interrupted();
  const node = await TestNode.start(images, say);
  try {
    const command = [...node.inside, node.kubectlPath, '--kubeconfig', node.kubeconfig].join(' ');
    process.stdout.write(`alias k='${command}'\n`);
    say('a cluster of one node runs; Ctrl-C ends it and leaves nothing');
    await end;
  } finally {
    await node.stop();
  }
  return 0;
}

async function run(images: readonly string[], command: readonly string[]): Promise<number> {
  const end = interrupted();
  const node = await TestNode.start(images, say);
  try {
    say('ready');
    const [program = '', ...args] = [...node.inside, ...command];
    const path = `${dirname(node.kubectlPath)}${delimiter}${process.env['PATH'] ?? ''}`;
    const { kubeconfig } = node;
    const env = {
      ...process.env,
      PATH: path,
      KUBECONFIG: kubeconfig,
      OSM_AUDITOR_E2E_KUBECONFIG: kubeconfig,
    };
    const child = spawn(program, args, { stdio: 'inherit', env });
    const ended = once(child, 'exit') as Promise<[number | null]>;
    const first = await Promise.race([ended, end]);
    if (first === 'interrupted') {
      child.kill('SIGTERM');
      await ended;
      return 1;
    }
    return first[0] ?? 1;
  } finally {
    await node.stop();
  }
}

async function images(file: string): Promise<number> {
  await writeFile(file, (await podImages(ensureRoots())).bytes);
  return 0;
}

/** Without building anything. */
function check(): number {
  const { status } = spawnSync(join(repositoryRoot, 'e2e/node/enter.sh'), ['--check'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return status === 0 ? 0 : 1;
}

async function main([command, ...rest]: readonly string[]): Promise<number> {
  const at = rest.indexOf('--');
  if (command === 'up') return check() || up(rest);
  if (command === 'run' && at >= 0 && at < rest.length - 1) {
    return check() || run(rest.slice(0, at), rest.slice(at + 1));
  }
  if (command === 'images' && rest[0] !== undefined) return images(rest[0]);
  if (command === 'check') return check();
  process.stderr.write('usage: main.js up [IMAGE...] | run [IMAGE...] -- COMMAND... | images FILE | check\n');
  return 2;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`node: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
