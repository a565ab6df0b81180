/**
 * `make failover`: kills the leader N times in the middle of its work, one line for each; ends with 1 at the first finding
 * that was lost or told twice.
 *
 *     node main.js [N] [SEED]
 */
import { join } from 'node:path';
import process from 'node:process';
import { randomFrom } from '../../src/testing/random.ts';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import { Failover, manifestKubeconfig } from './failover.ts';

const [count = '50', seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

print(`seed ${seed}`);
const plane = await startControlPlane();
try {
  const kubeconfig = await manifestKubeconfig(plane, join(repositoryRoot, 'manifests'));
  const failover = await Failover.start(plane, kubeconfig, randomFrom(Number(seed)));
  try {
    let longest = 0;
    for (let round = 1; round <= Number(count); round += 1) {
      const { killedAfterMs, written, seconds } = await failover.round();
      longest = Math.max(longest, seconds);
      print(
        `${round}: killed after ${killedAfterMs} ms with ${written} pods written, right after ${seconds.toFixed(1)} s`,
      );
    }
    print(
      `${count} leaders killed, no finding lost or told twice; right again after ${longest.toFixed(1)} s at most`,
    );
  } finally {
    await failover.stop();
  }
} finally {
  await plane.stop();
}
