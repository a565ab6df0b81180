/** Pods whose texts try to be more than text: whatever they hold, a report keeps its form. */
import { expect } from 'chai';
import fc from 'fast-check';
import { parse } from 'yaml';
import { readJson } from '../../testing/repository.ts';
import { osmAuditor } from '../../testing/recording-terminal.ts';

/** Control and format characters, and what ends a line beside \n; \n itself ends the lines of the output. */
const DRIVES_A_TERMINAL = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

interface PodObject {
  readonly metadata: { annotations: Record<string, string>; [field: string]: unknown };
  readonly spec: { readonly initContainers: { args: string[] }[] };
  readonly status: { readonly containerStatuses: unknown[] };
}

/** A recorded pod with `text` in the places that reach people. */
function podWith(text: string): string {
  const pod = structuredClone(readJson('examples/recorded/good.json')) as PodObject;
  Object.assign(pod.metadata, { namespace: `a${text}`, name: `b${text}`, uid: `c${text}` });
  pod.metadata.annotations['openservicemesh.io/outbound-port-exclusion-list'] = text;
  pod.spec.initContainers[0]!.args = ['-c', `iptables -t nat -N '${text}'`];
  return JSON.stringify(pod);
}

const check = async (text: string, format: string): Promise<string> => {
  const args = ['check', '-f', 'examples/guide/base/config.yaml', '-f', '-', '-o', format];
  return (await osmAuditor(args, { stdin: podWith(text) })).stdout;
};

const TEXTS: Readonly<Record<string, string>> = {
  'a line break': '\nkube-system  fake  Verified\r\n',
  'an escape sequence': '\u001b[2J\u001b]0;title\u0007\u009b31m',
  'a right-to-left override': 'a\u202egnp.exe\u2066\u200f',
  'separators of lines and paragraphs': 'a\u2028b\u2029c\u0085d',
  'quotes and backslashes': `"'\\\`$(reboot)`,
  'a very long text': 'x'.repeat(100_000),
  'half a surrogate pair': 'a\ud83d',
  'characters of no width, and hidden tags': 'a\u200b\ufeff\u00ad\u{e0041}b',
  'a tab and DEL': '\t\u007f',
};

describe('hostile text', () => {
  for (const [title, text] of Object.entries(TEXTS)) {
    it(`stays on its line of a table, and drives no terminal: ${title}`, async () => {
      const harmless = await check('', 'table');
      for (const format of ['table', 'wide']) {
        const table = await check(text, format);
        expect(table).not.to.match(DRIVES_A_TERMINAL);
        const rows = table.split('\n').filter((line) => /^a.* {3}(Discrepant|Unknown) {3}/.test(line));
        expect(rows).to.have.length(table.split('\n').length - 4);
      }
      expect(harmless).to.match(/^a +b +/m);
    });

    it(`stays on its line of names: ${title}`, async () => {
      const names = await check(text, 'name');
      expect(names).to.match(/^pod\/b[^\n]*\n$/);
      expect(names).not.to.match(DRIVES_A_TERMINAL);
    });
  }

  it('comes out of JSON and YAML as it went in, and drives no terminal there either', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constantFrom(...Object.values(TEXTS)), fc.string({ unit: 'binary' })),
        async (text) => {
          const json = await check(text, 'json');
          const report: unknown = JSON.parse(json);
          expect(report).to.have.nested.property('pods[0].name', `b${text}`);
          expect(report).to.have.nested.property('pods[0].uid', `c${text}`);
          const yaml = await check(text, 'yaml');
          expect(parse(yaml)).to.deep.equal(report);
          const reports = await check(text, 'policyreport');
          expect(parse(reports)).to.have.nested.property('items[0].scope.name', `b${text}`);
          for (const written of [json, yaml, reports]) expect(written).not.to.match(DRIVES_A_TERMINAL);
        },
      ),
      { numRuns: 50 },
    );
  });
});
