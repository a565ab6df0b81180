import { expect } from 'chai';
import fc from 'fast-check';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setTimeout as sleep } from 'node:timers/promises';
import { Interner } from './interner.ts';
import { Packer } from './packing.ts';

interface Thing {
  readonly name: string;
  readonly script: string;
  readonly parts: readonly { readonly at: number | undefined; readonly kind: string }[];
}
/** Data of any kind, with places in it that are named as own. */
interface Parts {
  readonly own: unknown;
  readonly list: readonly { readonly own: unknown; readonly rest: unknown }[];
  readonly rest: unknown;
}
const thing = (name: string, at: number | undefined, script = 'x'.repeat(1000)): Thing => {
  return { name, script, parts: [{ at, kind: 'a' }] };
};
const packer = (): Packer<Thing> => new Packer<Thing>({ name: true, parts: { at: true } });

/** Runs the garbage collector, which a process can be given without having been started with it. */
async function collect(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  // What a job has looked at through a WeakRef lives as long as the job; finalizers come later still.
  for (let round = 0; round < 4; round++) {
    await sleep(5);
    gc();
  }
  await sleep(5);
}

describe('a packer', () => {
  it('gives back what it was given, own parts and undefined included', () => {
    const { pack, unpack } = bound(packer());
    for (const each of [thing('a', 1), thing('b', undefined), { ...thing('', 2), parts: [] }]) {
      expect(unpack(pack(each))).to.deep.equal(each);
    }
  });

  it('keeps what is alike once, and the text of it as one string', () => {
    const { pack } = bound(packer());
    const [a, b] = [pack(thing('a', 1)), pack(thing('b', 2))];
    expect(a.shape).to.equal(b.shape);
    expect(a.own).to.equal('["a",1]');
    expect(a.own.length + a.shape.text.length).to.be.below(200);
    const other = pack(thing('a', 1, 'y'.repeat(1000)));
    expect(other.shape).to.not.equal(a.shape);
    expect(other.own).to.equal(a.own);
  });

  it('tells an own value that is undefined from every other', () => {
    const { pack } = bound(packer());
    expect(pack(thing('a', undefined)).shape).to.not.equal(pack(thing('a', 1)).shape);
  });

  it('gives back plain data of any kind, and tells different data apart', () => {
    const any = new Packer<Parts>({ own: true, list: { own: true } });
    const text = fc.oneof(
      fc.string(),
      fc.string().map((tail) => `\0${tail}`),
      fc.constantFrom('\0own', '\0undefined', '\0text 1', '\0\0', '__proto__'),
      fc.string({ minLength: 65, maxLength: 80 }),
    );
    const leaf = fc.oneof(text, fc.integer(), fc.boolean(), fc.constantFrom(null, undefined));
    const { data } = fc.letrec((tie) => ({
      data: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('data'), { maxLength: 4 }),
        fc.dictionary(text, tie('data'), { maxKeys: 4 }),
      ),
    }));
    const parts: fc.Arbitrary<Parts> = fc.record({
      own: leaf,
      list: fc.array(fc.record({ own: leaf, rest: data }), { maxLength: 3 }),
      rest: data,
    });
    fc.assert(
      fc.property(parts, parts, (one, two) => {
        const [a, b] = [any.pack(one), any.pack(two)];
        expect(any.unpack(a)).to.deep.equal(one);
        const again = any.pack(structuredClone(one));
        expect([again.shape === a.shape, again.own === a.own]).to.deep.equal([true, true]);
        if (a.shape === b.shape && a.own === b.own) expect(two).to.deep.equal(one);
      }),
      { numRuns: 500 },
    );
  });

  it('changes no prototype, whatever the keys are', () => {
    const any = new Packer<unknown>({});
    const hostile = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":1}}') as object;
    const back = any.unpack(any.pack(hostile)) as object;
    expect(Object.keys(back)).to.deep.equal(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(back)).to.equal(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).to.equal(undefined);
  });
});

describe('an interner', () => {
  it('gives one object for one text while somebody holds it, and forgets it afterwards', async () => {
    const interner = new Interner<object>();
    let held: object | undefined = interner.get('a', () => ({}));
    for (let n = 0; n < 1000; n++) interner.get(`b${n}`, () => ({}));
    expect(interner.get('a', () => ({}))).to.equal(held);
    await collect();
    expect(interner.size).to.equal(1);
    held = undefined;
    await collect();
    expect([held, interner.size]).to.deep.equal([undefined, 0]);
  });
});

function bound<T>(of: Packer<T>): Pick<Packer<T>, 'pack' | 'unpack'> {
  return { pack: (value) => of.pack(value), unpack: (packed) => of.unpack(packed) };
}
