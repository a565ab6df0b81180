import { expect } from 'chai';
import fc from 'fast-check';
import { audit } from '../core/audit/audit.ts';
import { inputFor } from '../testing/builders.ts';
import { readJson } from '../testing/repository.ts';
import { podSnapshot, SnapshotError } from './snapshot.ts';

type Path = readonly (string | number)[];

const pods = ['good', 'envoy-crash', 'init-bad-rule.second-failure', 'deployment-good'].map((name) =>
  readJson(`examples/recorded/${name}.json`),
);

/** The way to every value inside `value`. */
function paths(value: unknown, at: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  const below = Object.entries(value).flatMap(([key, child]) =>
    paths(child, [...at, Array.isArray(value) ? Number(key) : key]),
  );
  return [at, ...below];
}

/** A copy with another value at one place; undefined there removes it. */
function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  const child = replaced(copy[key], rest, by);
  if (child === undefined && !Array.isArray(copy)) Reflect.deleteProperty(copy, key);
  else copy[key] = child;
  return copy;
}

const mutation = fc.constantFrom(...pods).chain((pod) =>
  fc.record({
    pod: fc.constant(pod),
    path: fc.constantFrom(...paths(pod)),
    by: fc.oneof(fc.anything(), fc.jsonValue(), fc.constantFrom(undefined, null, [], {}, '', 0, NaN)),
  }),
);

describe('podSnapshot of a damaged pod', () => {
  it('gives facts that can be judged, or a SnapshotError on the way to the damage, and nothing else', () => {
    fc.assert(
      fc.property(mutation, ({ pod, path, by }) => {
        let facts;
        try {
          facts = podSnapshot(replaced(pod, path, by)).pod;
        } catch (error) {
          expect(error).to.be.instanceOf(SnapshotError);
          const place = (error as SnapshotError).path;
          const common = Math.min(place.length, path.length);
          expect(place.slice(0, common)).to.deep.equal(path.slice(0, common));
          return;
        }
        expect(audit(inputFor(facts)).status).to.be.oneOf([
          'Verified',
          'Discrepant',
          'Unknown',
          'NotApplicable',
        ]);
      }),
      { numRuns: 300 },
    );
  });

  it('survives anything at all', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(() => podSnapshot(value)).to.throw(SnapshotError);
      }),
    );
  });
});
