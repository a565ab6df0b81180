import { expect } from 'chai';
import type { Informers } from './informers.ts';
import { sight } from './sight.ts';

interface State {
  readonly blindSince?: number;
  readonly refusal?: unknown;
}

function informers(states: Readonly<Record<string, State>>): Informers {
  const informer = (name: string): unknown => {
    const { blindSince, refusal } = states[name] ?? {};
    const failure = blindSince === undefined ? undefined : new Error('no route');
    return { name, synced: true, refusal, stats: { blindSince, failure } };
  };
  const all: unknown = {
    pods: informer('pods'),
    namespaces: informer('namespaces'),
    configs: { ConfigMap: informer('configmaps') },
    webhooks: informer('webhooks'),
  };
  return all as Informers;
}

describe('sight', () => {
  it('is there while every informer follows its changes', () => {
    expect(sight(informers({}), 1000)).to.deep.equal({ ready: true });
  });

  it('is forgiven a short blink, and no longer one', () => {
    expect(sight(informers({ pods: { blindSince: 1001 } }), 1000)).to.deep.equal({ ready: true });
    expect(sight(informers({ pods: { blindSince: 1000 } }), 1000)).to.deep.equal({
      ready: false,
      reason: 'changes of pods are not seen since 1970-01-01T00:00:01.000Z (no route)',
    });
  });

  it('names everything that it does not see', () => {
    const blind = informers({ configmaps: { blindSince: 0 }, webhooks: { blindSince: 500 } });
    expect(sight(blind, 1000))
      .to.have.property('reason')
      .that.matches(/^changes of configmaps, webhooks are /);
  });

  it('does not miss what it may not see: the verdicts tell of that', () => {
    const refused = informers({ webhooks: { blindSince: 0, refusal: new Error('forbidden') } });
    expect(sight(refused, 1000)).to.deep.equal({ ready: true });
  });
});
