import { createHash } from 'node:crypto';
import { Script } from 'node:vm';
import { expect } from 'chai';
import { audit } from '../core/audit/audit.ts';
import { podRules } from '../core/audit/pod-rules.ts';
import { LIVE_CASES } from '../testing/cases/live.ts';
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

  it('draws what the kernel does beside what was expected and installed', () => {
    const found = LIVE_CASES.LiveRedirectionMissing.raises['for a rule in front that lets all go'];
    if (found === undefined) throw new Error('there is no such case');
    const { input } = found;
    const text = pageText({ ...empty, pods: [{ report: audit(input), rules: podRules(input) }] });
    expect(text).to.match(
      /installed\s*<b class="verdict">redirect 15001<\/b\s*>, live <b class="verdict">bypass<\/b>/,
    );
    const heads = [...text.matchAll(/<h4>([^<]*)/g)].map(([, head = '']) => head.trim());
    expect(new Set(heads)).to.deep.equal(new Set(['Expected and installed', 'Live, in the kernel']));
  });
});
