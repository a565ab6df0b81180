/**
 * The control plane for people and make: `assets` finds or builds its programs, `up` runs it until Ctrl-C.
 *
 * Exit status: 0 done, 1 failed, 2 called wrongly.
 */
import { dirname } from 'node:path';
import { ensureAssets } from './build-assets.ts';
import { startControlPlane } from './control-plane.ts';

const USAGE = `usage: main.js assets   find or build etcd and kube-apiserver, and print their folder
       main.js up       start a control plane, print how to use it, run until Ctrl-C
`;

async function assets(): Promise<void> {
  const found = await ensureAssets();
  process.stderr.write(`${found.origin}\n`);
  process.stdout.write(`${dirname(found.kubeApiserver)}\n`);
}

async function up(): Promise<void> {
  // Before the start, so that a Ctrl-C during it stops the control plane in order too.
  const interrupted = new Promise<'interrupted'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('interrupted'));
  });
  const plane = await startControlPlane();
  try {
    process.stdout.write(`export KUBECONFIG=${plane.kubeconfig}\n`);
    process.stderr.write(`Kubernetes is at ${plane.server}; Ctrl-C ends it and removes its data.\n`);
    const end = await Promise.race([interrupted, plane.failure]);
    if (end instanceof Error) throw end;
  } finally {
    await plane.stop();
  }
}

async function main(command: string): Promise<number> {
  switch (command) {
    case 'assets':
      await assets();
      return 0;
    case 'up':
      await up();
      return 0;
    default:
      process.stderr.write(USAGE);
      return 2;
  }
}

try {
  process.exitCode = await main(process.argv[2] ?? '');
} catch (error) {
  process.stderr.write(`control plane: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
