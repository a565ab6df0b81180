import { expect } from 'chai';
import { mutantsOf } from './mutate.ts';
import { compile } from './sandbox.ts';

/** What each mutant of the one line is. */
const changes = (source: string): readonly string[] => mutantsOf('a.ts', source).map(({ text }) => text);

describe('mutants', () => {
  const cases: Readonly<Record<string, readonly [string, readonly string[]]>> = {
    'move the edge of a comparison': ['const x = a < b', ['const x = a <= b']],
    'turn an equality round, once where it is a condition': [
      'if (a === b) f(c)',
      ['if (a !== b) f(c)', 'if (a === b) {}'],
    ],
    'negate other conditions': ['while (a) {}', ['while (!(a)) {}']],
    'negate the condition of a choice': ['f(a ? b : c)', [';', 'f(!(a) ? b : c)']],
    'drop a negation, and negate nothing twice': ['if (!a) {}', ['if (a) {}']],
    'empty both branches': [
      'if (!a) f(); else g()',
      ['if (a) f(); else g()', 'if (!a) {} else g()', 'if (!a) f(); else {}'],
    ],
    'do arithmetic the other way': ['const x = a + b', ['const x = a - b']],
    'join conditions the other way': ['const x = a && b', ['const x = a || b']],
    'count one further': ['const x = 2', ['const x = 3']],
    'swap zero and one': ['const x = [0, 1]', ['const x = [1, 1]', 'const x = [0, 0]']],
    'move the ends of 16 bits, but no other large number': [
      'const x = [65535, 20_000]',
      ['const x = [65536, 20_000]'],
    ],
    'swap true and false': ['const x = true', ['const x = false']],
    'drop a call': ['f(a)', [';']],
    'drop an assignment, and turn it round': ['i += a', [';', 'i -= a']],
    'ask all instead of some, and for the opposite': [
      'const x = a.some((b) => b.c)',
      ['const x = a.every((b) => b.c)', 'const x = a.some((b) => !(b.c))'],
    ],
    'answer the opposite where a boolean is promised': [
      'function f(): boolean { return g }',
      ['function f(): boolean { return !(g) }'],
    ],
    'leave other answers alone': ['function f(): number { return g }', []],
    'leave the joining of text alone': ["const x = 'a' + b", []],
    'leave types alone': ['type A = 0 | true; let a: 1', []],
    'leave strings and messages alone': ["refused(a ? 'x' : 'y', 2)", [';', "refused(a ? 'x' : 'y', 3)"]],
    'leave imports alone': ["import { a } from './b.ts'", []],
  };
  for (const [sentence, [source, expected]] of Object.entries(cases)) {
    it(sentence, () => {
      expect(changes(source)).to.have.members(expected);
    });
  }

  it('say where they are, and show the lines they change', () => {
    const mutants = mutantsOf('a.ts', 'f(a,\n  b);\n  if (c < d) {\n    g();\n  }\n');
    const [before, after] = ['if (c < d) { g(); }', 'if (c < d) {}'];
    expect(mutants.at(-1)).to.include({ line: 3, column: 14, before, after });
  });

  it('compile to modules that import each other', () => {
    expect(compile('a.ts', "import { b } from './b.ts';\nb(1 as number);")).to.include('from "./b.js"');
  });

  it('are an error where they do not parse', () => {
    expect(() => compile('a.ts', 'if (')).to.throw('a.ts: ');
  });
});
