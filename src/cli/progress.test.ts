import { expect } from 'chai';
import process from 'node:process';
import { Readable } from 'node:stream';
import { ManualClock } from '../testing/kube/manual-clock.ts';
import { Progress } from './progress.ts';
import { harmless } from './terminal.ts';

const ANEW = '\r\u001b[K';

interface Watched {
  readonly clock: ManualClock;
  readonly progress: Progress;
  readonly written: string[];
}

function watch(interactive = true): Watched {
  const clock = new ManualClock();
  const written: string[] = [];
  const terminal = harmless({
    stdin: Readable.from([]),
    out: () => expect.fail('progress is no data'),
    err: (text) => written.push(text),
    interactive,
    now: () => clock.now(),
  });
  return { clock, progress: new Progress(terminal, clock), written };
}

describe('progress', () => {
  const { TERM } = process.env;
  beforeEach(() => (process.env['TERM'] = 'xterm'));
  afterEach(() => {
    if (TERM === undefined) delete process.env['TERM'];
    else process.env['TERM'] = TERM;
  });

  it('is not shown of work that is done within half a second', async () => {
    const { clock, progress, written } = watch();
    progress.say('listing pods');
    await clock.advance(499);
    progress.say('judging pods');
    progress.end();
    await clock.advance(1000);
    expect(written).to.deep.equal([]);
  });

  it('is shown after half a second of work that says nothing meanwhile', async () => {
    const { clock, progress, written } = watch();
    progress.say('listing pods');
    await clock.advance(500);
    expect(written).to.deep.equal([`${ANEW}listing pods`]);
    progress.end();
  });

  it('is shown of work that lets no timer run, as soon as it says something', () => {
    const { clock, progress, written } = watch();
    for (let i = 0; i < 20; i++) {
      progress.say(`judging pods: ${i} of 20`);
      clock.freeze(50);
    }
    expect(written.map((text) => text.slice(ANEW.length))).to.deep.equal([
      'judging pods: 10 of 20',
      'judging pods: 12 of 20',
      'judging pods: 14 of 20',
      'judging pods: 16 of 20',
      'judging pods: 18 of 20',
    ]);
    progress.end();
  });

  it('leaves nothing behind', async () => {
    const { clock, progress, written } = watch();
    progress.say('listing pods');
    await clock.advance(600);
    progress.end();
    expect(written.at(-1)).to.equal(ANEW);
    expect(clock.sleepers).to.equal(0);
  });

  it('can drive no terminal', async () => {
    const { clock, progress, written } = watch();
    progress.say('reading a\n\u001b[2J');
    await clock.advance(600);
    expect(written).to.deep.equal([`${ANEW}reading a\\u{a}\\u{1b}[2J`]);
    progress.end();
  });

  for (const [title, interactive, term] of [
    ['nobody watches standard error', false, 'xterm'],
    ['the terminal cannot erase', true, 'dumb'],
  ] as const) {
    it(`is not shown where ${title}`, async () => {
      process.env['TERM'] = term;
      const { clock, progress, written } = watch(interactive);
      progress.say('listing pods');
      await clock.advance(10_000);
      progress.say('judging pods');
      progress.end();
      expect(written).to.deep.equal([]);
    });
  }
});
