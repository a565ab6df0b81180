import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CONDITION_TYPE } from '../core/audit/condition-text.ts';
import { readJson, repositoryRoot } from '../testing/repository.ts';
import { PackedPod } from './packed-pod.ts';
import { podSnapshot } from './snapshot.ts';

interface PodObject {
  metadata: Record<string, unknown>;
  spec: Record<string, unknown>;
  status: { conditions: object[]; podIP: string; podIPs: object[] };
}
const good = (change: (pod: PodObject) => void = () => undefined): PodObject => {
  const pod = readJson('examples/recorded/good.json') as PodObject;
  change(pod);
  return pod;
};
const packed = (object: unknown): PackedPod => new PackedPod(podSnapshot(object));
const condition = (status: string, lastTransitionTime: string): object => {
  return { type: CONDITION_TYPE, status, reason: 'Verified', message: 'm', lastTransitionTime };
};

describe('a packed pod', () => {
  it('is equal to the snapshot that it was made from, for every recorded pod', () => {
    const files = readdirSync(join(repositoryRoot, 'examples/recorded'));
    expect(files).to.not.have.length(0);
    for (const file of files) {
      const snapshot = podSnapshot(readJson(`examples/recorded/${file}`));
      const { pod, condition: written } = new PackedPod(snapshot);
      expect({ pod, condition: written }).to.deep.equal(snapshot);
    }
  });

  it('keeps the condition too', () => {
    const ours = condition('True', '2026-11-23T08:48:10Z');
    const pod = good(({ status }) => status.conditions.push(ours));
    expect(packed(pod).condition).to.deep.equal(ours);
  });

  it('is the same pod under another condition, and not with another fact', () => {
    const before = packed(good());
    const after = good(({ metadata, status }) => {
      metadata['resourceVersion'] = '99';
      status.conditions.push(condition('False', '2026-11-23T09:00:00Z'));
    });
    expect(before.samePod(packed(after))).to.equal(true);
    const changes: ((pod: PodObject) => void)[] = [
      ({ metadata }) => (metadata['uid'] = 'other'),
      ({ metadata }) => (metadata['labels'] = {}),
      ({ status }) => (status.podIPs = [{ ip: '10.0.0.9' }]),
      ({ spec }) => (spec['hostNetwork'] = true),
      ({ metadata }) => (metadata['creationTimestamp'] = null),
    ];
    for (const change of changes) expect(before.samePod(packed(good(change)))).to.equal(false);
  });
});

describe('a hostile pod', () => {
  const texts = (count: number, length: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => `${index}`.padEnd(length, 'x'));

  it('leaves nothing of what no verdict depends on, however large it is', () => {
    const pod = good(({ metadata }) => {
      metadata['annotations'] = { note: 'x'.repeat(1_000_000) };
      metadata['labels'] = Object.fromEntries(texts(1000, 60).map((name) => [name, name]));
      metadata['finalizers'] = texts(1000, 60);
    });
    expect(JSON.stringify(podSnapshot(pod)).length).to.be.below(10_000);
  });

  it('changes no prototype with keys that every object inherits', () => {
    const keys = '{"__proto__":"x","constructor":"y","prototype":"z"}';
    const env = '[{"name":"__proto__","value":"p"},{"name":"constructor","value":"c"}]';
    const text = `{"metadata":{"name":"a","labels":${keys},"annotations":${keys},"__proto__":{"polluted":1}},
      "spec":{"nodeSelector":${keys},"initContainers":[{"name":"__proto__","env":${env}}]}}`;
    const { pod } = packed(JSON.parse(text));
    expect(pod.labels).to.deep.equal({});
    const [container] = pod.initContainers;
    expect(Object.entries(container?.env ?? {})).to.deep.equal([
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ]);
    expect(Object.getPrototypeOf(pod)).to.equal(Object.prototype);
    expect(({} as { polluted?: number }).polluted).to.equal(undefined);
  });

  it('is read with five thousand containers, in no more than linear memory', () => {
    const containers = texts(5000, 20).map((name) => ({ name, image: 'a', ports: [{ containerPort: 1 }] }));
    const containerStatuses = containers.map(({ name }) => ({ name, state: { running: {} } }));
    const pod = good((object) => {
      object.spec['containers'] = containers;
      Object.assign(object.status, { containerStatuses });
    });
    const snapshot = packed(pod);
    expect(snapshot.pod.containers).to.have.length(5000);
    expect(snapshot.pod.containers.at(-1)?.status?.state.kind).to.equal('running');
    expect(snapshot.samePod(packed(pod))).to.equal(true);
  });
});
