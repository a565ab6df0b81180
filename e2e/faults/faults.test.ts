/**
 * Every fault of the catalogue once, on a real API server: pods change while it lasts or as soon as they can, and when
 * it is over the controller must have noticed everything, told everything once, and be the same process still.
 */
import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.ts';
import { FAULTS } from './faults.ts';
import { TestBed } from './test-bed.ts';
import { Witness, type Testimony } from './witness.ts';
import { RECORDED, type Recorded, type World } from './world.ts';

/** Before a fault everything is well. */
const SETTLED_WITHIN = 10;
/** A second without trouble makes informers forget how often they have failed, on which the bounds depend. */
const CALM_MS = 700;
/** The server may be away for ten seconds, after which the next try is at most 16 s away. */
const PATIENT_WITHIN = 30;

/** On a cluster that is not ours every test below is listed as pending. */
const suite = process.env['OSM_AUDITOR_E2E_KUBECONFIG'] === undefined ? describe : describe.skip;

/** Before the fault. */
const PODS: Readonly<Record<string, Recorded>> = {
  steady: RECORDED.good,
  ill: RECORDED.withOtherPorts,
  breaks: RECORDED.good,
  mends: RECORDED.withCrashingSidecar,
  replaced: RECORDED.good,
  removed: RECORDED.withoutSidecar,
  outside: RECORDED.outsideTheMesh,
};

/** Something of every kind: a pod falls ill, one is mended, one is replaced, one goes and one comes. */
const upheaval = (world: World): Promise<unknown> =>
  Promise.all([
    world.become('breaks', RECORDED.withCrashingSidecar),
    world.become('mends', RECORDED.good),
    world.replace('replaced', RECORDED.withoutInit),
    world.remove('removed'),
    world.create('new', RECORDED.withoutSidecar),
  ]);

function checkTestimony({ meanwhile: { failing, log, ready } }: Fault, testimony: Testimony): void {
  const entries = testimony.log.map(({ msg, error }) => `${msg} ${String(error)}`);
  if (failing?.length === 0) expect([...testimony.failing], 'informers that fail').to.deep.equal([]);
  else if (failing !== undefined)
    expect([...testimony.failing], 'informers that fail').to.include.members([...failing]);
  if (log !== undefined)
    expect(
      entries.some((entry) => log.test(entry)),
      entries.join('\n'),
    ).to.equal(true);
  if (ready !== 'either') expect(testimony.readiness).to.equal(ready === 'ready' ? 200 : 503);
}

suite('the controller among faults', function () {
  this.timeout(60_000);
  let bed: TestBed;
  let round = 0;

  before(async function () {
    this.timeout(20 * 60_000); // a first run builds the control plane
    bed = await TestBed.start();
    bed.startController();
    await bed.controller.ready();
  });
  after(() => bed.stop());

  beforeEach(async () => {
    await bed.enter(`faults-${++round}`);
    const { world } = bed;
    await Promise.all(Object.entries(PODS).map(([name, recorded]) => world.create(name, recorded)));
    await bed.truthWithin(SETTLED_WITHIN);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await bed.clear();
  });

  /** Everything must be right again within so many seconds, and the controller be well. */
  const survive = async (fault: Fault, within: number): Promise<Testimony> => {
    const witness = new Witness(bed.controller);
    const heal = await fault.inflict(bed);
    let testimony: Testimony;
    try {
      if (fault.clusterAway !== true) await bed.change(upheaval);
      await sleep(fault.holdMs);
    } finally {
      testimony = await witness.testify();
      await heal();
    }
    if (fault.clusterAway === true) await bed.change(upheaval);
    await bed.truthWithin(within);
    expect(bed.controller.alive).to.equal(true);
    const complaints = bed.controller.log.filter(({ level }) => level === 'raw' || level === 'error');
    expect(complaints).to.deep.equal([]);
    return testimony;
  };

  for (const fault of FAULTS) {
    it(`is right again within ${fault.within} s when ${fault.name}`, async () => {
      const testimony = await survive(fault, fault.within);
      checkTestimony(fault, testimony);
      if (testimony.failing.size > 0) await sleep(CALM_MS);
    });
  }

  describe('as it is shipped, with its own patience', () => {
    before(async () => {
      await bed.controller.stop();
      bed.startController('bundle');
      await bed.controller.ready();
    });

    for (const name of ['every connection is reset', 'the API server is killed and started again']) {
      it(`is right again within ${PATIENT_WITHIN} s when ${name}`, async () => {
        const fault = FAULTS.find((each) => each.name === name);
        await survive(fault!, PATIENT_WITHIN);
      });
    }
  });
});
