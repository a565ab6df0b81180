import { createHash } from 'node:crypto';
import { Script } from 'node:vm';
import { expect } from 'chai';
import { pageText } from './page.ts';

const between = (text: string, start: string, end: string): string => {
  const from = text.indexOf(start) + start.length;
  return text.slice(from, text.indexOf(end, from));
};

describe('the page', () => {
  const empty = { configs: [], pods: [], at: 0, origin: 'from a cluster', live: false };

  for (const live of [false, true]) {
    const text = pageText({ ...empty, live });
    const policy = between(text, 'Content-Security-Policy" content="', '"').replaceAll('&#39;', "'");

    it(`allows its own script and style alone, byte for byte${live ? ', and asks its server again when live' : ''}`, () => {
      for (const element of ['script', 'style']) {
        const content = between(text, `<${element}>`, `</${element}>`);
        const hash = createHash('sha256').update(content).digest('base64');
        expect(policy).to.contain(`${element}-src 'sha256-${hash}'`);
      }
      expect(policy).to.match(/^default-src 'none';/);
      expect(policy.includes('connect-src')).to.equal(live);
      expect(text.includes('fetch(')).to.equal(live);
    });
  }

  it('has a script that no text in it can end, and which stands on its own', () => {
    const script = between(pageText({ ...empty, live: true }), '<script>', '</script>');
    expect(script).not.to.match(/<\/|<!--/);
    expect(() => new Script(script)).not.to.throw();
    expect(script).not.to.match(/\b(?:import|require|export)\b/);
  });

  it('says that there is nothing to say', () => {
    const text = pageText(empty);
    expect(text).to.contain('Nothing: no pod has a finding.');
    expect(text).to.contain('<title>osm-auditor: no pod discrepant</title>');
  });
});
