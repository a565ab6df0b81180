import { expect } from 'chai';
import fc from 'fast-check';
import { PriorityLines } from './priority-lines.ts';

describe('priority lines', () => {
  let lines: PriorityLines;
  let taken: string[];

  beforeEach(() => {
    lines = new PriorityLines();
    taken = [];
  });

  const put = (id: string, priority?: number): void =>
    lines.enqueue(
      () => {
        taken.push(id);
        return Promise.resolve();
      },
      priority === undefined ? { id } : { id, priority },
    );
  const take = (): string | undefined => {
    const task = lines.dequeue();
    if (task === undefined) return undefined;
    void task();
    return taken.at(-1);
  };

  it('give the highest priority first, and within it the one that came first', () => {
    put('a');
    put('live 1', 1);
    put('b', 0);
    put('live 2', 1);
    expect(lines.size).to.equal(4);
    expect([take(), take(), take(), take(), take()]).to.deep.equal(['live 1', 'live 2', 'a', 'b', undefined]);
    expect(lines.size).to.equal(0);
  });

  it('put a raised task behind those that were there, also if it comes back to its old line', () => {
    put('a');
    put('b');
    put('live', 1);
    lines.setPriority('a', 1);
    lines.setPriority('a', 0);
    lines.setPriority('b', 1);
    expect(lines.size).to.equal(3);
    expect([take(), take(), take(), take()]).to.deep.equal(['live', 'b', 'a', undefined]);
  });

  it('list the tasks of a priority', () => {
    put('a');
    put('b', 1);
    put('c');
    lines.setPriority('a', 1);
    for (const task of lines.filter({ priority: 1 })) void task();
    expect(taken).to.deep.equal(['b', 'a']);
    expect(lines.filter({})).to.have.length(1);
    expect(lines.filter({ priority: 7 })).to.deep.equal([]);
  });

  it('refuse an id that waits, and to raise one that does not', () => {
    put('a');
    expect(() => put('a')).to.throw('not a new id: a');
    expect(() => lines.enqueue(() => Promise.resolve())).to.throw('not a new id: none');
    take();
    expect(() => lines.setPriority('a', 1)).to.throw('does not wait: a');
    put('a');
    expect(take()).to.equal('a');
  });

  it('are a stable sort by priority, whatever is put, raised and taken in between', () => {
    const id = fc.nat(1500).map(String);
    const priority = fc.nat(2);
    const step = fc.oneof(
      fc.record({ put: id, priority }),
      fc.record({ raise: id, priority }),
      fc.record({ take: fc.constant(true) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4000, size: 'max' }), (steps) => {
        lines = new PriorityLines();
        let model: { readonly id: string; readonly priority: number }[] = [];
        for (const each of steps) {
          if ('take' in each) {
            model.sort((a, b) => b.priority - a.priority);
            expect(take()).to.equal(model.shift()?.id);
            continue;
          }
          const key = 'put' in each ? each.put : each.raise;
          const waits = model.some((one) => one.id === key);
          if (waits === 'put' in each) continue;
          model = [...model.filter((one) => one.id !== key), { id: key, priority: each.priority }];
          if ('put' in each) put(key, each.priority);
          else lines.setPriority(key, each.priority);
        }
        expect(lines.size).to.equal(model.length);
      }),
      { numRuns: 20 },
    );
  });
});
