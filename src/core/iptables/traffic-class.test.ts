import { expect } from 'chai';
import fc from 'fast-check';
import { interval, subtract, type IntervalSet } from './interval-set.ts';
import {
  containsPoint,
  DIMENSIONS,
  intersectClass,
  mergeClasses,
  sameClass,
  subtractClass,
  volume,
  type Point,
  type Restriction,
  type TrafficClass,
} from './traffic-class.ts';

/** Small enough that every packet can be looked at: 4 numbers in each of five dimensions. */
const LAST = 3;
const FULL = interval(0, LAST);
const EVERYTHING: TrafficClass = {
  protocol: FULL,
  interface: FULL,
  uid: FULL,
  destination: FULL,
  port: FULL,
};
const POINTS: readonly Point[] = Array.from({ length: (LAST + 1) ** DIMENSIONS.length }, (_, n) => {
  const digit = (i: number): number => Math.floor(n / (LAST + 1) ** i) % (LAST + 1);
  return { protocol: digit(0), interface: digit(1), uid: digit(2), destination: digit(3), port: digit(4) };
});

const someSet: fc.Arbitrary<IntervalSet> = fc
  .uniqueArray(fc.nat(LAST), { minLength: 1, maxLength: LAST + 1 })
  .map((values) => {
    const missing = Array.from({ length: LAST + 1 }, (_, n) => n).filter((n) => !values.includes(n));
    return missing.reduce<IntervalSet>((set, n) => subtract(set, interval(n, n)), FULL);
  });
const someClass: fc.Arbitrary<TrafficClass> = fc.record({
  protocol: someSet,
  interface: someSet,
  uid: someSet,
  destination: someSet,
  port: someSet,
});
const restriction: fc.Arbitrary<Restriction> = fc.record(
  { protocol: someSet, interface: someSet, uid: someSet, destination: someSet, port: someSet },
  { requiredKeys: [] },
);

const held = (box: Restriction): ReadonlySet<Point> =>
  new Set(POINTS.filter((point) => containsPoint(box, point)));

describe('traffic classes', () => {
  it('are split without losing a packet or having one twice', () => {
    fc.assert(
      fc.property(someClass, restriction, (box, wanted) => {
        const inside = intersectClass(box, wanted);
        const rest = subtractClass(box, wanted);
        const parts = [...(inside === undefined ? [] : [inside]), ...rest];
        const points = parts.flatMap((part) => [...held(part)]);
        expect(new Set(points).size).to.equal(points.length);
        const before = held(box);
        expect(points.length).to.equal(before.size);
        expect(points.every((point) => before.has(point))).to.equal(true);
        const wantedPoints = held(wanted);
        for (const point of inside === undefined ? [] : held(inside))
          expect(wantedPoints.has(point)).to.equal(true);
        for (const part of rest)
          for (const point of held(part)) expect(wantedPoints.has(point)).to.equal(false);
        expect(rest.length).to.be.at.most(Math.max(1, Object.keys(wanted).length));
      }),
      { numRuns: 300 },
    );
  });

  it('are left alone by a restriction that they do not meet', () => {
    const box = { ...EVERYTHING, protocol: interval(0, 0) };
    const rest = subtractClass(box, { destination: interval(1, 1), protocol: interval(1, 1) });
    expect(rest).to.have.length(1);
    expect(rest[0]).to.equal(box);
  });

  it('merge into fewer classes of the same packets', () => {
    fc.assert(
      fc.property(fc.array(restriction, { maxLength: 4 }), (restrictions) => {
        // Cut everything up, which gives disjoint classes.
        const boxes = restrictions.reduce<readonly TrafficClass[]>(
          (all, wanted) =>
            all.flatMap((box) => {
              const inside = intersectClass(box, wanted);
              return [...(inside === undefined ? [] : [inside]), ...subtractClass(box, wanted)];
            }),
          [EVERYTHING],
        );
        const merged = mergeClasses(boxes);
        expect(merged.length).to.be.at.most(boxes.length);
        const points = merged.flatMap((box) => [...held(box)]);
        expect(points.length).to.equal(POINTS.length);
        expect(new Set(points).size).to.equal(POINTS.length);
        expect(merged.reduce((sum, box) => sum + volume(box), 0n)).to.equal(volume(EVERYTHING));
      }),
      { numRuns: 200 },
    );
  });

  it('merge again what one list of ports had cut out', () => {
    const ports = [0, 0, 2, 2];
    const inside = intersectClass(EVERYTHING, { port: ports })!;
    const [only, ...others] = mergeClasses([inside, ...subtractClass(EVERYTHING, { port: ports })]);
    expect(others).to.deep.equal([]);
    expect(sameClass(only!, EVERYTHING)).to.equal(true);
    expect(sameClass(inside, EVERYTHING)).to.equal(false);
  });
});
