import { expect } from 'chai';
import { Readable } from 'node:stream';
import { harmless } from './terminal.ts';

describe('the terminal', () => {
  it('gets line breaks and text, and no other control character, on either stream', () => {
    const written: string[] = [];
    const gated = harmless({
      stdin: Readable.from([]),
      out: (text) => written.push(`out ${text}`),
      err: (text) => written.push(`err ${text}`),
      interactive: true,
      now: () => 7,
    });
    gated.out('a\u001b[2J\nb\r\n');
    gated.err('\u009b31m\u202e\n');
    expect(written).to.deep.equal(['out a\\u{1b}[2J\nb\\u{d}\n', 'err \\u{9b}31m\\u{202e}\n']);
    gated.out([{ style: 'bad', text: 'x\u001b[32my' }, '\u001b[0m', '\n']);
    expect(written.pop()).to.equal('out \u001b[31mx\\u{1b}[32my\u001b[39m\\u{1b}[0m\n');
    expect([gated.interactive, gated.now()]).to.deep.equal([true, 7]);
  });
});
