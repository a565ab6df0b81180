import { expect } from 'chai';
import { TimeSlice, type EventLoop } from './time-slice.ts';
import { settle } from '../testing/kube/manual-clock.ts';

describe('time slice', () => {
  let now: number;
  let turns: number;
  let letTurn: () => void;
  let slice: TimeSlice;

  beforeEach(async () => {
    now = 1000;
    turns = 0;
    letTurn = () => undefined;
    const loop: EventLoop = {
      now: () => now,
      turn: () => {
        turns += 1;
        return new Promise<void>((resolve) => (letTurn = resolve));
      },
    };
    slice = new TimeSlice(loop);
    const begun = slice.begin();
    await settle();
    letTurn();
    await begun;
  });

  it('begins with a turn of the loop', () => {
    expect(turns).to.equal(1);
  });

  it('lets many pieces of work begin within 5 ms, without a turn', async () => {
    for (let piece = 0; piece < 100; piece++) {
      await slice.begin();
      now += 0.04;
    }
    expect(turns).to.equal(1);
  });

  it('waits for a turn when 5 ms have been used up, and then begins a new slice', async () => {
    now += 5;
    let begun = false;
    const waiting = slice.begin().then(() => (begun = true));
    await settle();
    expect([begun, turns]).to.deep.equal([false, 2]);
    now += 100; // what others did in the meantime is not charged
    letTurn();
    await waiting;
    await slice.begin();
    expect(turns).to.equal(2);
  });

  it('makes those who waited for one turn share the new slice, in their order', async () => {
    const order: number[] = [];
    now += 5;
    const pieces = [0, 1, 2, 3].map(async (piece) => {
      await slice.begin();
      order.push(piece);
      now += 3; // two of them use up a slice
    });
    await settle();
    expect(turns, 'one turn for all').to.equal(2);
    letTurn();
    await settle();
    expect(order, 'the second was begun in time').to.deep.equal([0, 1]);
    letTurn();
    await Promise.all(pieces);
    expect(order).to.deep.equal([0, 1, 2, 3]);
    expect(turns).to.equal(3);
  });

  it('never begins within the call itself', async () => {
    let begun = false;
    const beginning = slice.begin().then(() => (begun = true));
    expect(begun).to.equal(false);
    await beginning;
  });
});
