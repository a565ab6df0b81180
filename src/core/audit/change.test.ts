import { expect } from 'chai';
import { configSet, inputFor, meshConfig, meshedPod } from '../../testing/builders.ts';
import { initOf, MONITORED } from '../../testing/cases/inputs.ts';
import type { MeshConfigResource } from '../osm/mesh-config.ts';
import type { Pod } from '../osm/pod.ts';
import { trafficOf, workloadsOf, type ForeseenPod } from './change.ts';
import { foresee, outlookOf, verdictOf } from './foresee.ts';
import { formerOf } from './next-injection.ts';
import { trafficChanges, trafficSentence } from './traffic-change.ts';

function foreseen(
  pod: Pod,
  before: Partial<MeshConfigResource>,
  after: Partial<MeshConfigResource>,
): ForeseenPod {
  const input = inputFor(pod, { namespace: MONITORED });
  const former = formerOf({ ...input, configs: configSet([meshConfig(before)]) });
  const [now, then] = [before, after].map((config) =>
    outlookOf({ ...input, configs: configSet([meshConfig(config)]) }, former),
  );
  return {
    pod,
    predicted: undefined,
    now: verdictOf(now!),
    then: verdictOf(then!),
    foresight: foresee(now!, then!),
    traffic: trafficChanges(now!.next, then!.next),
  };
}

const pod = (name: string, owner: string | undefined, ...ports: readonly number[]): Pod =>
  meshedPod({
    name,
    initContainers: [initOf('R4', { ports })],
    owner: owner === undefined ? undefined : { kind: 'Deployment', name: owner },
  });
const sentences = (pods: readonly ForeseenPod[]): readonly string[] =>
  trafficOf(pods).map(({ change, pods: count }) => `${trafficSentence(change)} (${count})`);

describe('a change', () => {
  it('is told workload by workload, the worst first, each reason with the number of its pods', () => {
    const change = (each: Pod): ForeseenPod => foreseen(each, {}, { outboundPorts: [6379] });
    const pods = [
      pod('lone', undefined, 6379),
      pod('b-1', 'b'),
      pod('a-1', 'a'),
      pod('a-2', 'a'),
      pod('a-3', 'a', 6379),
    ].map(change);
    const told = workloadsOf(pods).map(({ foresight, kind, name, pods: count, reasons }) => {
      const why = reasons.map(({ finding, pods: of }) => `${finding.name} of ${of}`);
      return [foresight, `${kind}/${name}`, count, ...why].join(' ');
    });
    expect(told).to.deep.equal([
      'restart Deployment/a 2 ExcludedPortMissing of 2',
      'restart Deployment/b 1 ExcludedPortMissing of 1',
      'right Deployment/a 1 ExcludedPortExtra of 1',
      'right Pod/lone 1 ExcludedPortExtra of 1',
    ]);
  });

  it('is told by its traffic, once for all pods that it concerns alike', () => {
    const pods = [pod('a', 'a'), pod('b', 'b'), pod('c', 'c', 6379)].map((each) =>
      foreseen(each, { outboundPorts: [80] }, { outboundPorts: [80, 6379] }),
    );
    expect(sentences(pods)).to.deep.equal([
      'tcp from uid not 1500 by any interface but lo to anywhere but 127.0.0.0/8, port 6379: now redirect 15001, then bypass; for example 10.96.0.10:6379 from uid 1000 (3)',
    ]);
  });

  it('has traffic in both directions', () => {
    const before = { inboundPorts: [9090] };
    const after = { includedRanges: ['10.0.0.0/8'] };
    const told = sentences([foreseen(pod('a', 'a'), before, after)]);
    expect(told).to.have.length(2);
    expect(told.join('\n')).to.match(/now bypass, then redirect 15003/);
    expect(told.join('\n')).to.match(/now redirect 15001, then bypass/);
  });

  it('has no traffic of pods that would not start', () => {
    const refused = { outboundPorts: [6379, 70_000] };
    expect(foreseen(pod('a', 'a'), {}, refused).traffic).not.to.deep.equal([]);
    expect(sentences([foreseen(pod('a', 'a'), {}, refused)])).to.deep.equal([]);
  });

  it('has no traffic where nothing changes, and none where a new pod has no rules', () => {
    expect(sentences([foreseen(pod('a', 'a'), {}, {})])).to.deep.equal([]);
    expect(sentences([foreseen(pod('a', 'a'), {}, { interception: 'none' })])).to.deep.equal([]);
  });
});
