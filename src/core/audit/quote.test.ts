import { expect } from 'chai';
import fc from 'fast-check';
import { visible, visibleJson, visibleLines } from './quote.ts';

/** Control and format characters of every kind, ends of lines, and half a character. */
const UNSEEN =
  '\u0000\t\n\r\u001b\u007f\u0085\u009b\u00ad\u061c\u200b\u200f\u2028\u2029\u202e\u2066\ufeff\u{e0041}\ud83d';

describe('text that is not ours', () => {
  it('shows each character that a terminal would obey or hide', () => {
    expect(visible(UNSEEN)).to.equal(
      '\\u{0}\\u{9}\\u{a}\\u{d}\\u{1b}\\u{7f}\\u{85}\\u{9b}\\u{ad}\\u{61c}\\u{200b}\\u{200f}\\u{2028}\\u{2029}' +
        '\\u{202e}\\u{2066}\\u{feff}\\u{e0041}\\u{d83d}',
    );
    expect(visibleLines(UNSEEN)).to.equal(visible(UNSEEN).replace('\\u{a}', '\n'));
  });

  it('leaves what people write as it is', () => {
    for (const text of ['plain text, 100 %', 'žluťoučký kůň', '日本語', 'العربية', '👍', '\\u{1b}']) {
      expect(visible(text)).to.equal(text);
    }
  });

  it('becomes text that encodes and decodes without a loss, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...Array.from(UNSEEN)), (text, other) => {
        const shown = visible(text + other);
        expect(new TextDecoder('utf-8', { fatal: true }).decode(new TextEncoder().encode(shown))).to.equal(
          shown,
        );
        expect(visible(shown)).to.equal(shown);
      }),
    );
  });

  it('is the same to a reader of JSON, in whatever layout', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(2), (text, indent) => {
        const value = { [text]: [text + UNSEEN] };
        const json = visibleJson(JSON.stringify(value, null, indent));
        expect(json).to.equal(visibleLines(json));
        expect(JSON.parse(json)).to.deep.equal(value);
      }),
    );
  });
});
