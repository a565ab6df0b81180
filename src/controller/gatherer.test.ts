import { expect } from 'chai';
import { configWith, meshedPod, namespaceOf } from '../testing/builders.ts';
import { gather } from './gatherer.ts';

describe('gather', () => {
  const pod = meshedPod();
  const configs = configWith({});
  const fork = { uid: 1337 };

  it("takes the pod, its namespace's facts, the configurations, the time and what the user has set", () => {
    const around = { namespace: namespaceOf, configs: () => configs };
    expect(gather(pod, around, { graceMs: 7, settleMs: 3, fork }, 42)).to.deep.equal({
      pod,
      namespace: namespaceOf('test'),
      configs,
      now: 42,
      graceMs: 7,
      settleMs: 3,
      fork,
    });
  });

  it('leaves open what is not known of the namespace', () => {
    const around = { namespace: () => undefined, configs: () => configs };
    expect(gather(pod, around, { graceMs: 0, settleMs: 0, fork: {} }, 0).namespace).to.equal(undefined);
  });
});
