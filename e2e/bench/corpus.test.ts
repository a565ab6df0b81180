import { expect } from 'chai';
import { gather } from '../../src/controller/gatherer.ts';
import { podSnapshot } from '../../src/controller/snapshot.ts';
import { audit } from '../../src/core/audit/audit.ts';
import { MONITORED_BY_LABEL } from '../../src/core/osm/names.ts';
import { configWith } from '../../src/testing/builders.ts';
import { CHANGED_CONFIG, CHANGED_PODS, CONFIG, corpus, PODS, REWORDED_CONFIG } from './corpus.ts';
import { servedPod } from './served-pod.ts';

describe('the pods of the benchmarks', () => {
  const pods = corpus().map((pod) => podSnapshot(servedPod(pod)).pod);

  /** How many pods have each status with the configuration. */
  function judge(data: Readonly<Record<string, string>>): Readonly<Record<string, number>> {
    const configs = configWith(data);
    const around = {
      namespace: (name: string) => ({ name, labels: { [MONITORED_BY_LABEL]: 'osm' }, annotations: {} }),
      configs: () => configs,
    };
    const counts: Record<string, number> = {};
    for (const pod of pods) {
      const { status } = audit(gather(pod, around, { graceMs: 0, settleMs: 0, fork: {} }, Date.now()));
      counts[status] = (counts[status] ?? 0) + 1;
    }
    return counts;
  }

  it('have names of their own and a handful of scripts', () => {
    expect(new Set(pods.map(({ namespace, name }) => `${namespace}/${name}`)).size).to.equal(PODS);
    expect(new Set(pods.map(({ initContainers }) => initContainers[0]?.args.join())).size).to.equal(5);
  });

  it('are about 15 kB each', () => {
    expect(JSON.stringify(servedPod(corpus()[0]!)).length).to.be.within(13_500, 16_000);
  });

  it('are all Verified with the configuration that they were injected with, and with its other wording', () => {
    expect(judge(CONFIG)).to.deep.equal({ Verified: PODS });
    expect(judge(REWORDED_CONFIG)).to.deep.equal({ Verified: PODS });
  });

  it('become Discrepant in one Deployment when the configuration changes', () => {
    expect(judge(CHANGED_CONFIG)).to.deep.equal({ Verified: PODS - CHANGED_PODS, Discrepant: CHANGED_PODS });
  });
});
