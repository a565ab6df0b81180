import { expect } from 'chai';
import { meshConfig, meshedPod } from '../testing/builders.ts';
import type { News } from './news.ts';
import { regardingPod } from './regarding.ts';
import { rollUps, type Subject } from './roll-up.ts';

const CONFIG = meshConfig({ namespace: 'osm-system' });
const OTHER = meshConfig({ namespace: 'osm-two' });

function news(reason: string, type: 'Normal' | 'Warning' = 'Warning', note = `${reason} note`): News {
  const regarding = regardingPod({ namespace: 'test', name: 'web', uid: 'u' });
  return { identity: `${reason} 80`, event: { regarding, type, reason, note, action: 'Audit' } };
}
function subject(name: string, reasons: readonly string[], rest: Partial<Subject> = {}): Subject {
  const owner = { kind: 'Deployment', name: name.split('-')[0] ?? '' };
  return {
    pod: meshedPod({ namespace: 'shop', name, uid: name, owner }),
    configSource: CONFIG.source,
    news: reasons.map((reason) => news(reason)),
    ...rest,
  };
}
const notes = (subjects: readonly Subject[], part?: string): readonly string[] =>
  rollUps(subjects, [CONFIG, OTHER], part).map(({ event }) => event.note);

describe('rolling up', () => {
  it('tells of all pods with a finding in one Event on their configuration', () => {
    const [rollUp, ...others] = rollUps(
      [subject('web-1', ['Extra']), subject('web-2', ['Extra']), subject('api-1', ['Extra'])],
      [CONFIG, OTHER],
      undefined,
    );
    expect(others).to.deep.equal([]);
    expect(rollUp?.event).to.deep.include({
      regarding: {
        apiVersion: 'config.openservicemesh.io/v1alpha2',
        kind: 'MeshConfig',
        namespace: 'osm-system',
        name: CONFIG.name,
        uid: CONFIG.uid,
      },
      type: 'Warning',
      reason: 'Extra',
      action: 'Audit',
      note:
        '3 pods of 2 workloads: Deployment shop/web (2), Deployment shop/api (1). ' +
        'For example shop/web-1: Extra note',
    });
    expect(rollUp?.members.map(({ pod, identities }) => [pod.name, identities])).to.deep.equal([
      ['web-1', ['Extra 80']],
      ['web-2', ['Extra 80']],
      ['api-1', ['Extra 80']],
    ]);
  });

  it('makes a statement for each reason, and counts a pod once in each', () => {
    const twice = subject('web-1', [], { news: [news('Extra'), news('Missing'), news('Extra')] });
    const found = rollUps([twice, subject('api-1', ['Missing'])], [CONFIG], undefined);
    expect(found.map(({ event, members }) => [event.reason, members.length])).to.deep.equal([
      ['Extra', 1],
      ['Missing', 2],
    ]);
  });

  it('names five workloads, those with most pods first, and counts the others', () => {
    const pods = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].flatMap((name, at) =>
      Array.from({ length: at + 1 }, (_, number) => subject(`${name}-${number}`, ['Extra'])),
    );
    expect(notes(pods)[0]).to.match(
      /^28 pods of 7 workloads: Deployment shop\/g \(7\), .*, Deployment shop\/c \(3\) and 2 more\. /,
    );
  });

  it('takes a pod that nothing owns for a workload of its own', () => {
    const alone = { pod: meshedPod({ namespace: 'shop', name: 'alone', owner: undefined }) };
    expect(notes([subject('alone', ['Extra'], alone)])[0]).to.match(
      /^1 pod of 1 workload: Pod shop\/alone \(1\)\./,
    );
  });

  it('tells of recoveries in words of their own', () => {
    const recovered = subject('web-1', [], {
      news: [news('RedirectionVerified', 'Normal', 'As it should.')],
    });
    expect(notes([recovered])).to.deep.equal([
      '1 pod of 1 workload: Deployment shop/web (1) recovered. As it should.',
    ]);
  });

  it('keeps meshes apart, and has nothing to say where no configuration can be told for', () => {
    const [mine, theirs, nobodys] = [
      subject('web-1', ['Extra']),
      subject('web-2', ['Extra'], { configSource: OTHER.source }),
      subject('web-3', ['Extra'], { configSource: undefined }),
    ];
    const found = rollUps([mine, theirs, nobodys], [CONFIG, OTHER], undefined);
    expect(found.map(({ event }) => event.regarding.namespace)).to.deep.equal(['osm-system', 'osm-two']);
    expect(rollUps([nobodys], [CONFIG], undefined), 'the only one stands for it').to.have.length(1);
    expect(rollUps([nobodys], [], undefined)).to.deep.equal([]);
  });

  describe('has an identity', () => {
    const identity = (subjects: readonly Subject[], config = CONFIG, part?: string): string | undefined =>
      rollUps(subjects, [config], part)[0]?.event.identity;
    const all = [subject('web-1', ['Extra']), subject('web-2', ['Extra'])];

    it('that does not depend on how many pods are left, nor on when the configuration was written', () => {
      expect(identity(all.slice(1)))
        .to.be.a('string')
        .and.equal(identity(all));
      expect(identity(all, { ...CONFIG, changedAt: 1 })).to.equal(identity(all));
    });

    it('that is another for another content of the configuration or another part of the cluster', () => {
      const changed = meshConfig({ namespace: 'osm-system', outboundPorts: [80] });
      expect(identity(all, changed)).to.not.equal(identity(all));
      expect(identity(all, CONFIG, 'shard 2 of 3')).to.not.equal(identity(all));
      expect(notes(all, 'pods of node a')[0]).to.match(
        /^2 pods of 1 workload among the pods of node a: Deployment shop\/web \(2\)\. /,
      );
    });
  });
});
