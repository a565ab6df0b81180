/** Glances at what the kernel answered to recorded ones, and at what it never would. */
import { expect } from 'chai';
import fc from 'fast-check';
import { readJson } from '../testing/repository.ts';
import { withCounts } from './counters-in-text.ts';
import { glanceAt, type Glance } from './glance.ts';
import type { Libc } from './libc.ts';
import { readMessages } from './netlink.ts';

const SOL_SOCKET = 1;

interface Recording {
  /** What getsockopt and recv filled in, one after the other. */
  readonly answers: readonly Buffer[];
  /** What the save program of the backend printed at the same time. */
  readonly text: string;
}

function recordingOf(backend: 'legacy' | 'nft'): Recording {
  const read = readJson(`src/kernel/testdata/glance-${backend}.json`) as { answers: string[]; text: string };
  return { text: read.text, answers: read.answers.map((each) => Buffer.from(each, 'base64')) };
}

/** Answers with these, as often as it is asked; at the end with nothing. */
function answering(answers: readonly Buffer[]): Libc {
  const left = [...answers];
  const fill = (value: Uint8Array): number | undefined => {
    const answer = left.shift();
    if (answer === undefined || answer.length > value.length) return undefined;
    value.set(answer);
    return answer.length;
  };
  return {
    inNetwork: (_, ask) => ask(),
    withSocket: (_, ask) => ask(1),
    // Of the socket itself nothing is recorded.
    getOption: (_socket, level, _name, value) => level !== SOL_SOCKET && fill(value) !== undefined,
    send: () => true,
    receive: (_, buffer) => fill(buffer),
  };
}

describe('a glance', () => {
  const legacy = recordingOf('legacy');
  const nft = recordingOf('nft');
  const ofNft = (answers: readonly Buffer[]): Glance | undefined => glanceAt(answering(answers), 3, false);
  /** What nftables answers is of another network. */
  const ofLegacy = (answers: readonly Buffer[]): Glance | undefined =>
    glanceAt(answering([...answers, ...nft.answers]), 3, true);
  const zeroed = (text: string): string => text.replaceAll(/\[\d+:\d+\]/g, '[0:0]');

  it('tells the counters that the program of the backend prints, rule by rule', () => {
    const ofOne = ofLegacy(legacy.answers)?.counts.legacy ?? new Map();
    expect(withCounts(zeroed(legacy.text), ofOne)).to.equal(legacy.text);
    expect(legacy.text).to.include(':OUTPUT ACCEPT [3:180]\n').and.include('[3:180] -A OSM_PROXY_OUTBOUND');
    expect(withCounts(zeroed(nft.text), ofNft(nft.answers)?.counts.nft ?? new Map())).to.equal(nft.text);
    expect(nft.text).to.include('[3:180] -A OSM_PROXY_OUTBOUND');
  });

  it('does not fit the text of other rules', () => {
    const counts = ofNft(nft.answers)?.counts.nft ?? new Map();
    expect(withCounts(nft.text.replace(/^.* --dport 15901 .*\n/m, ''), counts)).to.equal(undefined);
    expect(withCounts('', counts)).to.equal(undefined);
  });

  const takes = {
    legacy: [legacy.answers, ofLegacy, entriesAndInfo],
    nft: [nft.answers, ofNft, chainsAndRules],
  } as const;
  for (const [backend, [answers, take, partsOf]] of Object.entries(takes)) {
    it(`sees any byte that changes, as another fingerprint, other counters, or no glance: ${backend}`, () => {
      const first = take(answers);
      expect(first).to.not.equal(undefined);
      fc.assert(
        fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, place, change) => {
          const changed = answers.map((each) => Buffer.from(each));
          const parts = partsOf(changed);
          const part = parts[which % parts.length]!;
          part[place % part.length]! ^= change;
          const second = take(changed);
          if (second?.fingerprint !== first?.fingerprint) return;
          expect(second?.counts).to.not.deep.equal(first?.counts);
        }),
        { numRuns: 2000 },
      );
    });

    it(`neither throws nor hangs, whatever is answered: ${backend}`, () => {
      const anything = fc.array(fc.uint8Array({ maxLength: 300 }).map((each) => Buffer.from(each)));
      fc.assert(fc.property(anything, (some) => void take(some)));
      const cut = fc.array(fc.tuple(fc.nat(answers.length - 1), fc.nat(), fc.nat(255)), { maxLength: 8 });
      fc.assert(
        fc.property(cut, (changes) => {
          const changed = answers.map((each) => Buffer.from(each));
          for (const [index, at, value] of changes) changed[index]![at % changed[index]!.length] = value;
          take(changed);
        }),
        { numRuns: 1000 },
      );
    });
  }

  it('is another one in a network that is another, whatever is in it', () => {
    const inNetwork = (cookie: number): string | undefined => {
      const libc = answering(nft.answers);
      const getOption: Libc['getOption'] = (socket, level, name, value) => {
        if (level === SOL_SOCKET) return value.fill(cookie).length === 8;
        return libc.getOption(socket, level, name, value);
      };
      return glanceAt({ ...libc, getOption }, 3, false)?.fingerprint;
    };
    expect(inNetwork(1)).to.be.a('string').and.equal(inNetwork(1));
    expect(inNetwork(2)).to.not.equal(inNetwork(1));
  });

  it('is none where the kernel refuses, interrupts a dump, or answers too much', () => {
    expect(ofNft([])).to.equal(undefined);
    const interrupted = nft.answers.map((each) => Buffer.from(each));
    interrupted[0]!.writeUInt16LE(interrupted[0]!.readUInt16LE(6) | 0x10, 6);
    expect(ofNft(interrupted)).to.equal(undefined);
    const message = Buffer.alloc(32_000);
    message.writeUInt32LE(message.length, 0);
    let asked = 0;
    const endless: Libc = { ...answering([]), receive: (_, buffer) => (asked++, message.copy(buffer)) };
    expect(glanceAt(endless, 3, false)).to.equal(undefined);
    expect(asked).to.be.lessThan(200);
  });
});

/** But for the counters, and for the name and the size in front of all, which are those that were asked for. */
function entriesAndInfo([info, answer]: readonly Buffer[]): readonly Buffer[] {
  const entries = answer!.subarray(40);
  const parts = [info!];
  for (let at = 0; at < entries.length; at += entries.readUInt16LE(at + 90)) {
    parts.push(entries.subarray(at, at + 96), entries.subarray(at + 112, at + entries.readUInt16LE(at + 90)));
  }
  return parts;
}

/** But for the headers of messages, the end of a dump, and the generation, of which the program's name is a part. */
function chainsAndRules(answers: readonly Buffer[]): readonly Buffer[] {
  const messages = answers.flatMap((each) => readMessages(each) ?? []);
  return messages.filter(({ type }) => type === 0xa03 || type === 0xa06).map(({ payload }) => payload);
}
