import { expect } from 'chai';
import fc from 'fast-check';
import { configWith, initContainer, inputFor, meshedPod } from '../testing/builders.ts';
import { GUIDE_SCRIPTS } from '../testing/guide.ts';
import { audit } from './audit/audit.ts';
import { conditionText, eventNote } from './audit/condition-text.ts';
import { execute } from './iptables/execute.ts';
import { OUTBOUND_PORTS_ANNOTATION } from './osm/names.ts';

/** Real text cut, joined and sprinkled with what parsers trip over. */
const words = [...new Set(GUIDE_SCRIPTS.ports.split(' '))];
const nasty = [
  '&&',
  '$(',
  '`',
  '"',
  "'",
  '\\',
  '\n',
  '\0',
  '#',
  ';',
  '||',
  '<<EOF',
  '!',
  '-',
  '--',
  '=',
  '/33',
  '::',
  '\u202e',
  '😀',
];
const scriptText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.constantFrom(...words, ...nasty), { maxLength: 60 }).map((parts) => parts.join(' ')),
  fc.tuple(fc.nat(GUIDE_SCRIPTS.ports.length), fc.constantFrom(...nasty)).map(([at, text]) => {
    return GUIDE_SCRIPTS.ports.slice(0, at) + text + GUIDE_SCRIPTS.ports.slice(at);
  }),
);
const listText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        '80',
        '070',
        '70000',
        '+1',
        '-1',
        '1.1.1.1/32',
        '2.2.2.2/24',
        '::/0',
        '1/0',
        '',
        ' ',
        'http',
        '$(id)',
      ),
    )
    .map((parts) => parts.join(',')),
);

describe('hostile input', () => {
  it('never makes the script parser throw (40,000 scripts)', function () {
    this.timeout(120_000);
    fc.assert(
      fc.property(scriptText, (script) => {
        const { ending } = execute(script);
        if (ending.kind !== 'completed') expect(ending.at.offset).to.be.within(0, script.length);
      }),
      { numRuns: 40_000 },
    );
  });

  it('never makes judgement throw or overflow a condition (60,000 scripts, annotations and configurations)', function () {
    this.timeout(300_000);
    fc.assert(
      fc.property(scriptText, listText, listText, listText, (script, annotation, ranges, ports) => {
        const pod = meshedPod({
          annotations: { [OUTBOUND_PORTS_ANNOTATION]: annotation },
          initContainers: [initContainer(script)],
        });
        const configs = configWith({
          outbound_ip_range_exclusion_list: ranges,
          outbound_port_exclusion_list: ports,
        });
        const report = audit(inputFor(pod, { configs }));
        for (const finding of report.findings) {
          // Foreign text can neither break a line nor drive a terminal.
          expect(eventNote(finding)).to.not.match(/\p{Cc}/u);
        }
        expect(new TextEncoder().encode(conditionText(report)?.message ?? '').length).to.be.at.most(1024);
      }),
      { numRuns: 20_000 },
    );
  });

  for (const [what, script] of Object.entries({
    'a megabyte of one word': 'x'.repeat(1 << 20),
    'a megabyte of &&': 'a && '.repeat(200_000),
    'a megabyte of quotes': `"'`.repeat(1 << 19),
    'a megabyte of backslashes': '\\'.repeat(1 << 20),
    'a megabyte of rules': `iptables -t nat -N A${' && iptables -t nat -A A -d 1.1.1.1/32 -j RETURN'.repeat(22_000)}`,
  })) {
    it(`reads ${what} without hanging`, () => {
      const report = audit(inputFor(meshedPod({ initContainers: [initContainer(script)] })));
      expect(report.status).to.not.equal('Verified');
    });
  }
});
