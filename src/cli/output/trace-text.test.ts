/** The table of `trace`: where its marks stand, and that it keeps its form whatever a pod's script holds. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { Rule } from '../../core/iptables/model.ts';
import { BYPASS, type Packet } from '../../core/iptables/packet.ts';
import { printAppend } from '../../core/iptables/print.ts';
import type { Walk } from '../../core/iptables/simulate.ts';
import { initContainer, inputFor, meshedPod } from '../../testing/builders.ts';
import { GUIDE_SCRIPTS } from '../../testing/guide.ts';
import { OUTBOUND_PACKET } from '../../testing/outbound-packet.ts';
import { tracePacket, type PacketTrace } from '../packet-trace.ts';
import { traceText } from './trace-text.ts';

/** A walk that one rule with this comment decides. */
function walkWith(comment: string, depth = 0): Walk {
  const rule: Rule = { matches: [{ kind: 'comment', text: comment }], target: { kind: 'accept' } };
  const trace = [printAppend('OUTPUT', rule)];
  return { verdict: BYPASS, steps: [{ chain: 'OUTPUT', rule, depth }], trace };
}

/** The lines for two walks that were made up. */
function linesOf(
  expected: Walk | undefined,
  installed: Walk | undefined,
  live?: { readonly walk: Walk | undefined },
): readonly string[] {
  const trace = tracePacket(inputFor(meshedPod()), OUTBOUND_PACKET);
  return traceText({ ...trace, expected, installed, live }).split('\n');
}

/** The ways through the guide's rules, and through these. */
function waysWith(script: string): Pick<PacketTrace, 'expected' | 'installed'> {
  const pod = meshedPod({ initContainers: [initContainer(script)] });
  return tracePacket(inputFor(pod), OUTBOUND_PACKET);
}

/** The lines for a pod whose osm-init runs this script. */
function linesFor(script: string, packet: Packet = OUTBOUND_PACKET): readonly string[] {
  const pod = meshedPod({ initContainers: [initContainer(script)] });
  return traceText(tracePacket(inputFor(pod), packet)).split('\n');
}

const inFront = (rule: string): string => `${GUIDE_SCRIPTS.base} && iptables -t nat -I ${rule}`;
const marked = (lines: readonly string[]): readonly string[] => lines.filter((line) => line.includes('  ! '));

describe('trace text', () => {
  it('is a line about the packet, a table with the verdicts last, and whether they are the same', () => {
    expect(linesFor(inFront('PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN'))).to.deep.equal([
      'pod/web in test (R1): tcp from uid 1000 to 10.0.0.5:6379 by eth0',
      '',
      '  EXPECTED                                                     INSTALLED',
      '  -A OUTPUT -p tcp -j PROXY_OUTPUT                             -A OUTPUT -p tcp -j PROXY_OUTPUT',
      '    -A PROXY_OUTPUT -j PROXY_REDIRECT                        !   -A PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN',
      '      -A PROXY_REDIRECT -p tcp -j REDIRECT --to-ports 15001    policy ACCEPT of OUTPUT',
      '  redirect 15001                                               bypass',
      '',
      'The verdicts differ.',
      '',
    ]);
  });

  it('has no mark where the ways are the same', () => {
    const lines = linesFor(GUIDE_SCRIPTS.base);
    expect(marked(lines)).to.deep.equal([]);
    expect(lines.at(-2)).to.equal('The verdicts are the same.');
  });

  it('marks the row in which the ways part although they end the same', () => {
    const lines = linesFor(inFront('OUTPUT -p tcp -j REDIRECT --to-ports 15001'));
    expect(marked(lines)).to.have.length(1);
    expect(lines.at(-2)).to.equal('The verdicts are the same, by different rules.');
  });

  it('marks the row in which one way ends', () => {
    const lines = linesFor('true');
    expect(marked(lines)).to.deep.equal([
      '  -A OUTPUT -p tcp -j PROXY_OUTPUT                           ! policy ACCEPT of OUTPUT',
    ]);
  });

  it('tells rules apart that look the same where they are cut', () => {
    const long = 'x'.repeat(500);
    const lines = linesOf(walkWith(`${long}a`), walkWith(`${long}b`));
    expect(marked(lines)).to.have.length(1);
    expect(lines.filter((line) => line.includes('...'))).to.have.length(1);
  });

  it('has no mark where one side is not known', () => {
    const lines = linesFor('iptables -t nat -A OUTPUT -j ACCEPT && iptables -t nat -N ELSE');
    expect(lines.slice(2, 7)).to.deep.equal([
      '  EXPECTED       INSTALLED',
      '  (not known)    -A OUTPUT -j ACCEPT',
      '  unknown        bypass',
      '',
      'Whether the verdicts are the same is not known.',
    ]);
  });

  it('leaves the room that one side does not need to the other', () => {
    const long = walkWith('many words '.repeat(15));
    const right = linesOf(undefined, long);
    expect(right[3]!.indexOf('-A OUTPUT')).to.equal(17);
    expect(right[3]!.length).to.be.within(110, 120);
    const left = linesOf(long, undefined);
    expect(left[3]!.indexOf('(not known)')).to.equal(109);
    expect(left[4]!.length).to.be.within(95, 105);
  });

  it('goes on below where a rule is longer than its column, each side on its own half', () => {
    const ports = Array.from({ length: 15 }, (_, i) => 10_000 + i).join(',');
    const lines = linesFor(inFront(`PROXY_OUTPUT -p tcp -m multiport ! --dports ${ports} -j RETURN`));
    for (const line of lines.slice(2)) expect(line.length).to.be.at.most(120);
    const right = lines.slice(3).map((line) => line.slice(61).trim());
    expect(right.join('').replaceAll(' ', '')).to.include(ports);
  });

  it('has a third column for the kernel, in which long rules go on below', () => {
    const { expected, installed: walk } = waysWith(inFront('PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN'));
    expect(linesOf(expected, expected, { walk }).slice(2)).to.deep.equal([
      '  EXPECTED                                 INSTALLED                                LIVE',
      '  -A OUTPUT -p tcp -j PROXY_OUTPUT         -A OUTPUT -p tcp -j PROXY_OUTPUT         -A OUTPUT -p tcp -j PROXY_OUTPUT',
      '    -A PROXY_OUTPUT -j PROXY_REDIRECT        -A PROXY_OUTPUT -j PROXY_REDIRECT    !   -A PROXY_OUTPUT -d 10.0.0.0/8 -j',
      '                                                                                          RETURN',
      '      -A PROXY_REDIRECT -p tcp -j              -A PROXY_REDIRECT -p tcp -j          policy ACCEPT of OUTPUT',
      '          REDIRECT --to-ports 15001                REDIRECT --to-ports 15001',
      '  redirect 15001                           redirect 15001                           bypass',
      '',
      'The script does as it should, and the kernel does not.',
      '',
    ]);
  });

  it('marks where the kernel parts from the script, or where that is not known from what it should do', () => {
    const { expected, installed: other } = waysWith(inFront('OUTPUT -d 10.0.0.0/8 -j RETURN'));
    const marks = (...ways: Parameters<typeof linesOf>): readonly number[] =>
      marked(linesOf(...ways)).flatMap((line) => [...line.matchAll(/ {2}! /g)].map(({ index }) => index));
    expect(marks(expected, expected, { walk: expected })).to.deep.equal([]);
    expect(marks(expected, expected, { walk: other })).to.have.length(1);
    expect(marks(expected, other, { walk: other })).to.have.length(1);
    expect(marks(expected, other, { walk: expected })).to.have.length(2);
    expect(marks(expected, undefined, { walk: other })).to.have.length(1);
    expect(marks(expected, other, { walk: undefined })).to.have.length(1);
  });

  it('stays within its width with three columns, whatever they hold', () => {
    const way = fc.record({ text: fc.string({ unit: 'binary', maxLength: 300 }), depth: fc.nat(20) });
    fc.assert(
      fc.property(fc.tuple(way, way, way), (ways) => {
        const [a, b, c] = ways.map(({ text, depth }) => walkWith(text, depth));
        for (const line of linesOf(a, b, { walk: c }).slice(2)) {
          expect(Array.from(line).length).to.be.at.most(120);
        }
      }),
    );
  });

  it('stays in its form for jumps as deep as are understood', () => {
    const chains = Array.from({ length: 14 }, (_, i) => i);
    const script = [
      ...chains.map((i) => `iptables -t nat -N PROXY_${i}`),
      ...chains.slice(1).map((i) => `iptables -t nat -A PROXY_${i - 1} -j PROXY_${i}`),
      'iptables -t nat -A OUTPUT -j PROXY_0',
    ].join('\n');
    const lines = linesFor(script);
    for (const line of lines) expect(line.length).to.be.at.most(120);
    expect(lines.filter((line) => /-A PROXY_\d+ -j PROXY_\d+$/.test(line))).to.have.length(13);
  });

  it('indents only so far, whatever the depth', () => {
    const lines = linesOf(walkWith('x'.repeat(300), 500), walkWith('x'.repeat(300), 500));
    for (const line of lines) expect(line.length).to.be.at.most(120);
    expect(lines[3]).to.match(/^ {18}-A OUTPUT/);
  });

  it('has its first line as one line, whatever the name of the pod', () => {
    const pod = meshedPod({ namespace: 'a\n\u001b[2J', name: 'b\u202e\r' });
    const [first] = traceText(tracePacket(inputFor(pod), OUTBOUND_PACKET)).split('\n');
    expect(first).to.match(/^pod\/b\\u\{202e\}\\u\{d\} in a\\u\{a\}\\u\{1b\}\[2J \(R1\): tcp from /);
  });

  it('keeps its form whatever a rule holds: no line is too long, and none drives a terminal', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom('\u001b[2J', 'a\nb\r', '\u202e', '\u2028', 'x'.repeat(250), 'half \ud83d'),
    );
    fc.assert(
      fc.property(text, (comment) => {
        const word = `'${comment.replaceAll("'", '')}'`;
        const lines = linesFor(inFront(`OUTPUT -m comment --comment ${word} -j ACCEPT`));
        for (const line of lines.slice(1)) {
          expect(line.length).to.be.at.most(120);
          expect(line).not.to.match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        }
      }),
    );
  });
});
