/** Faults of the programs themselves, which are killed, or stopped and continued. */
import type { PlaneProgram } from '../../control-plane/control-plane.ts';
import { BLIND, ANY, type Fault } from '../fault.ts';
import { atOnce } from '../inflict.ts';

const killed =
  (program: PlaneProgram): Fault['inflict'] =>
  async (bed) => {
    await bed.plane.kill(program);
    return () => bed.plane.revive(program);
  };

const paused =
  (program: PlaneProgram): Fault['inflict'] =>
  (bed) => {
    bed.plane.pause(program);
    return Promise.resolve(() => bed.plane.resume(program));
  };

export const PROGRAM_FAULTS: readonly Fault[] = [
  {
    name: 'the API server is killed and started again',
    uses: ['cluster'],
    clusterAway: true,
    inflict: killed('kube-apiserver'),
    holdMs: 500,
    within: 15,
    meanwhile: { ...BLIND, failing: ['pods'] },
  },
  {
    name: 'the API server is stopped and continued',
    uses: ['cluster'],
    clusterAway: true,
    inflict: paused('kube-apiserver'),
    holdMs: 3500,
    within: 8,
    meanwhile: { ...BLIND, failing: ['pods'] },
  },
  {
    name: 'etcd is killed and started again',
    uses: ['cluster'],
    clusterAway: true,
    inflict: killed('etcd'),
    holdMs: 1000,
    within: 15,
    meanwhile: ANY,
  },
  {
    name: 'etcd is stopped and continued',
    uses: ['cluster'],
    clusterAway: true,
    inflict: paused('etcd'),
    holdMs: 2000,
    within: 15,
    meanwhile: ANY,
  },
  {
    name: 'the controller is stopped and continued',
    uses: ['controller', 'clock', 'credentials'],
    inflict: (bed) => {
      bed.controller.signal('SIGSTOP');
      return Promise.resolve(atOnce(() => bed.controller.signal('SIGCONT')));
    },
    holdMs: 2500,
    within: 6,
    meanwhile: ANY,
  },
  {
    name: 'the controller is killed and started again',
    uses: ['controller', 'clock', 'credentials'],
    inflict: (bed) => {
      bed.controller.signal('SIGKILL');
      return Promise.resolve(atOnce(() => bed.startController()));
    },
    holdMs: 200,
    within: 8,
    meanwhile: ANY,
  },
];
