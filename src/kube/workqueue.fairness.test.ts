/** A long queue on the real event loop: whatever else the process has to do must not wait for its end. */
import { expect } from 'chai';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { systemClock } from './clock.ts';
import { WorkQueue } from './workqueue.ts';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';

const KEYS = 20_000;
const BUSY_MS = 1;
const REQUESTS = 20;
/** A slice is 5 ms and a request takes a few turns; the rest is for a busy machine. Without turns it would be 20 s. */
const BOUND_MS = 2000;

describe('a queue of 20,000 keys that keep the processor busy', function () {
  this.timeout(60_000);

  it('lets a server answer and timers fire in the meantime', async () => {
    const server = createServer((_request, response) => response.end('ok'));
    await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1' }, resolve));
    const { port } = server.address() as AddressInfo;
    let runs = 0;
    const queue = new WorkQueue({
      clock: systemClock,
      logger: new RecordingLogger(),
      process: () => {
        const end = performance.now() + BUSY_MS;
        while (performance.now() < end);
        runs += 1;
        return Promise.resolve(undefined);
      },
    });
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 10);
    for (let key = 0; key < KEYS; key++) queue.add(String(key));
    queue.start();
    const times: number[] = [];
    for (let request = 0; request < REQUESTS; request++) {
      const begin = performance.now();
      const answer = await fetch(`http://127.0.0.1:${port}/`);
      expect(await answer.text()).to.equal('ok');
      times.push(performance.now() - begin);
    }
    const left = queue.depth;
    await queue.stop();
    clearInterval(timer);
    server.closeAllConnections();
    server.close();
    expect(Math.max(...times)).to.be.below(BOUND_MS);
    expect(left, 'it was busy all the time').to.be.above(0);
    expect(runs, 'and got on with its work').to.be.above(REQUESTS);
    expect(ticks, 'a timer of 10 ms').to.be.at.least(REQUESTS / 2);
  });
});
