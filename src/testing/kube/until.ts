/** Waits in real time for something a test expects to happen soon; for what crosses a socket, where no clock helps. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves as soon as `condition` holds; throws with `what` after 15 s. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for: ${what}`);
    await sleep(5);
  }
}
