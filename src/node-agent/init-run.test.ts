import { expect } from 'chai';
import type { Pod } from '../core/osm/pod.ts';
import {
  CREATED,
  initContainer,
  meshedPod,
  running,
  status,
  terminated,
  waiting,
} from '../testing/builders.ts';
import { initRunOf } from './init-run.ts';

type Init = Parameters<typeof initContainer>[1];
const podWith = (state: Init, rest: Partial<Pod> = {}): Pod =>
  meshedPod({ initContainers: [initContainer(undefined, state)], ...rest });

describe('the run of osm-init', () => {
  const NEVER: Readonly<Record<string, Pod>> = {
    'runs still': podWith({ status: status(running()) }),
    'is not known to the kubelet': podWith({ status: undefined }),
    'waits to start': podWith({ status: status(waiting('PodInitializing')) }, { containers: [] }),
    'is missing, of a pod that does not run': meshedPod({ initContainers: [], phase: 'Pending' }),
  };
  for (const [title, pod] of Object.entries(NEVER))
    it(`has no name while it ${title}`, () => expect(initRunOf(pod)).to.equal(undefined));

  const OTHER: Readonly<Record<string, Pod>> = {
    'the pod is another one of the name': meshedPod({ uid: 'other' }),
    'it has restarted': podWith({ status: status(terminated(0), { restarts: 1 }) }),
    'it ended at another time': podWith({ status: status(terminated(0, CREATED + 1000)) }),
    'the pod has another address': meshedPod({ addresses: ['10.244.0.6'] }),
  };
  for (const [title, pod] of Object.entries(OTHER))
    it(`is another one when ${title}`, () => {
      expect(initRunOf(pod)).to.be.a('string').that.does.not.equal(initRunOf(meshedPod()));
    });

  it('is the same whatever else changes', () => {
    expect(initRunOf(meshedPod({ labels: {}, annotations: { a: 'b' } }))).to.equal(initRunOf(meshedPod()));
  });
});
