import { expect } from 'chai';
import fc from 'fast-check';
import { html, type Html } from './html.ts';

describe('html', () => {
  const cases: Readonly<Record<string, readonly [Html, string]>> = {
    'escapes what is put in, in texts and attributes': [
      html`<a title="${`"'`}">${'<b>&'}</a>`,
      '<a title="&quot;&#39;">&lt;b&gt;&amp;</a>',
    ],
    'leaves Html as it is, and joins lists': [
      html`<p>${[html`<b>1</b>`, html`<i>2</i>`, 3]}</p>`,
      '<p><b>1</b><i>2</i>3</p>',
    ],
    'takes false and undefined for nothing, and 0 for 0': [html`[${false}${undefined}${0}]`, '[0]'],
    'spells out what is not seen and may be obeyed, and keeps line breaks': [
      html`${'a\u202eb\nc\u0000'}`,
      'a\\u{202e}b\nc\\u{0}',
    ],
  };
  for (const [sentence, [made, text]] of Object.entries(cases)) {
    it(sentence, () => expect(made.text).to.equal(text));
  }

  it('sends no indentation of its own', () => {
    const texts = ['<p>\n    ', '\n  </p>'];
    expect(html(Object.assign(texts, { raw: texts }), '  x').text).to.equal('<p>\n  x\n</p>');
  });

  it('lets no text become markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(html`${text}`.text).not.to.match(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
      }),
    );
  });
});
