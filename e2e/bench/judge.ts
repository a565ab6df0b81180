/** Judging one pod, in this process. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gather } from '../../src/controller/gatherer.ts';
import { podSnapshot } from '../../src/controller/snapshot.ts';
import { audit } from '../../src/core/audit/audit.ts';
import { configWith } from '../../src/testing/builders.ts';
import { readJson, repositoryRoot } from '../../src/testing/repository.ts';
import type { Part } from './part.ts';
import { median, spread, timed } from './statistics.ts';

const ROUNDS = 200;

export const judge: Part = {
  name: 'judge',
  run: () => {
    const files = readdirSync(join(repositoryRoot, 'examples/recorded'));
    const pods = files.map((file) => podSnapshot(readJson(`examples/recorded/${file}`)).pod);
    const configs = configWith({
      outbound_ip_range_exclusion_list: '1.1.1.1/32, 2.2.2.2/24',
      outbound_port_exclusion_list: '6379',
    });
    const around = { namespace: () => undefined, configs: () => configs };
    const times = Array.from({ length: ROUNDS }, () =>
      pods.map((pod) =>
        timed(() => audit(gather(pod, around, { graceMs: 0, settleMs: 0, fork: {} }, Date.now()))),
      ),
    ).flat();
    const row = {
      measure: 'judge one recorded pod',
      figure: `${(median(times) * 1000).toFixed(0)} us`,
      detail: spread(times),
    };
    return Promise.resolve([row]);
  },
};
