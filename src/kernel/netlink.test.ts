/** Messages of netlink as the kernel sends them, in one piece and in many, and as it never would. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { Libc } from './libc.ts';
import {
  askNetlink,
  attributeOf,
  readAttributes,
  readMessages,
  readNetfilter,
  textAttribute,
  textOf,
  withNetlink,
  type Question,
} from './netlink.ts';

const DUMP: Question = { type: 0xa04, dump: true, family: 0 };
const ONE: Question = { type: 0xa10, dump: false, family: 0 };
const ERROR = 2;
const DONE = 3;
const MULTI = 0x2;
const INTERRUPTED = 0x10;
const ANSWER = 0xa03;

interface Said {
  readonly type?: number;
  readonly flags?: number;
  readonly payload?: Uint8Array;
  /** Another length than it has. */
  readonly length?: number;
}

function message({ type = ANSWER, flags = MULTI, payload = Buffer.alloc(0), length }: Said): Buffer {
  const bytes = Buffer.alloc(16 + Math.ceil(payload.length / 4) * 4);
  bytes.writeUInt32LE(length ?? 16 + payload.length, 0);
  bytes.writeUInt16LE(type, 4);
  bytes.writeUInt16LE(flags, 6);
  bytes.set(payload, 16);
  return bytes;
}

function attribute(type: number, payload: Uint8Array, length = 4 + payload.length): Buffer {
  const bytes = Buffer.alloc(4 + Math.ceil(payload.length / 4) * 4);
  bytes.writeUInt16LE(length, 0);
  bytes.writeUInt16LE(type, 2);
  bytes.set(payload, 4);
  return bytes;
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

const [A, B, C] = ['a', 'b', 'c'].map((text) => message({ payload: Buffer.from(text) }));
const END = message({ type: DONE, payload: number(0) });

/** A kernel that answers with these pieces, and then has no more. */
function answering(pieces: readonly (Uint8Array | undefined)[], sends = true): Libc {
  const left = [...pieces];
  return {
    inNetwork: (_, ask) => ask(),
    withSocket: (_, ask) => ask(1),
    getOption: () => false,
    send: () => sends,
    receive: (_, buffer) => {
      const piece = left.shift();
      // What comes into the same memory must not change what came before.
      buffer.fill(0xff);
      if (piece === undefined || piece.length > buffer.length) return undefined;
      buffer.set(piece);
      return piece.length;
    },
  };
}

/** The texts in the messages of an answer. */
function textsOf(question: Question, pieces: readonly (Uint8Array | undefined)[], most = 1e6): unknown {
  return askNetlink(answering(pieces), 1, question, most)?.map(({ payload }) => payload.toString());
}

describe('an answer of netlink', () => {
  const whole: Readonly<Record<string, readonly [Question, readonly Buffer[], readonly string[]]>> = {
    'is one message where one was asked for': [ONE, [A!], ['a']],
    'is all messages of a piece': [DUMP, [Buffer.concat([A!, B!, END])], ['a', 'b']],
    'goes over many pieces, to the end that the kernel tells': [
      DUMP,
      [Buffer.concat([A!, B!]), C!, A!, END],
      ['a', 'b', 'c', 'a'],
    ],
    'may be of nothing': [DUMP, [END], []],
    'ends where the end is told, whatever follows': [DUMP, [Buffer.concat([A!, END, B!])], ['a']],
  };
  for (const [what, [question, pieces, expected]] of Object.entries(whole)) {
    it(what, () => expect(textsOf(question, pieces)).to.deep.equal(expected));
  }

  const none: Readonly<Record<string, readonly [Question, readonly (Buffer | undefined)[]]>> = {
    'no answer': [ONE, [undefined]],
    'an empty piece': [ONE, [Buffer.alloc(0)]],
    'a piece that is larger than any': [DUMP, [Buffer.alloc(70_000), END]],
    'an error for an answer': [ONE, [message({ type: ERROR, payload: number(-1) })]],
    'an error in front of a dump': [DUMP, [message({ type: ERROR, payload: number(-95) })]],
    'an error within a dump': [DUMP, [A!, message({ type: ERROR, payload: number(-12) }), END]],
    'a dump without an end': [DUMP, [A!, B!]],
    'a dump that failed before its end': [DUMP, [A!, message({ type: DONE, payload: number(-12) })]],
    'an end that does not tell how it ended': [DUMP, [A!, message({ type: DONE })]],
    'a dump that was interrupted, told by a message': [
      DUMP,
      [A!, message({ flags: MULTI | INTERRUPTED }), END],
    ],
    'a dump that was interrupted, told by the end': [
      DUMP,
      [A!, message({ type: DONE, flags: MULTI | INTERRUPTED, payload: number(0) })],
    ],
    'one answer that was interrupted': [ONE, [message({ flags: INTERRUPTED })]],
    'a piece that is cut within a header': [DUMP, [Buffer.concat([A!, B!.subarray(0, 15)]), END]],
    'a piece that is cut within a message': [DUMP, [Buffer.concat([A!, B!.subarray(0, 16)]), END]],
    'a message in two pieces': [DUMP, [A!.subarray(0, 16), A!.subarray(16), END]],
  };
  for (const [what, [question, pieces]] of Object.entries(none)) {
    it(`is none: ${what}`, () => expect(textsOf(question, pieces)).to.equal(undefined));
  }

  it('is none where the question was not taken, or there is no socket', () => {
    expect(askNetlink(answering([A!], false), 1, ONE, 100)).to.equal(undefined);
    expect(withNetlink({ ...answering([]), withSocket: () => undefined }, () => 'asked')).to.equal(undefined);
  });

  it('may be as long as is said, and no longer', () => {
    const pieces = [A!, B!, END];
    const size = Buffer.concat(pieces).length;
    expect(textsOf(DUMP, pieces, size)).to.deep.equal(['a', 'b']);
    expect(textsOf(DUMP, pieces, size - 1)).to.equal(undefined);
  });

  it('is the same in whatever pieces whole messages come', () => {
    const payload = fc.uint8Array({ maxLength: 50 });
    const cuts = fc.array(fc.boolean(), { minLength: 30, maxLength: 30 });
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 30 }), cuts, (payloads, cutAfter) => {
        const messages = [...payloads.map((each) => message({ payload: each })), END];
        const pieces: Buffer[] = [];
        let open: Buffer[] = [];
        for (const [index, each] of messages.entries()) {
          open.push(each);
          if (cutAfter[index] !== true && index < messages.length - 1) continue;
          pieces.push(Buffer.concat(open));
          open = [];
        }
        const answer = askNetlink(answering(pieces), 1, DUMP, 1e6);
        expect(answer?.map((each) => new Uint8Array(each.payload))).to.deep.equal(
          payloads.map((each) => new Uint8Array(each)),
        );
      }),
    );
  });
});

describe('a question of netlink', () => {
  it('is a header, the family and the attributes', () => {
    let sent = Buffer.alloc(0);
    const libc: Libc = { ...answering([]), send: (_, bytes) => ((sent = Buffer.from(bytes)), true) };
    askNetlink(libc, 1, { type: 0xa07, dump: true, family: 2, attributes: textAttribute(1, 'nat') }, 100);
    expect(sent.toString('hex')).to.equal(
      ['1c000000', '070a', '0103', '00000000', '00000000', '02000000', '0800', '0100', '6e617400'].join(''),
    );
    askNetlink(libc, 1, ONE, 100);
    expect(sent.toString('hex')).to.equal(['14000000', '100a', '0100', '0'.repeat(24)].join(''));
  });

  it('is asked of the kernel alone', () => {
    let peer: Uint8Array | undefined;
    withNetlink({ ...answering([]), withSocket: (kind) => void (peer = kind.peer) }, () => 'asked');
    expect(Buffer.from(peer ?? []).toString('hex')).to.equal('10000000' + '0'.repeat(16));
  });
});

describe('the lengths in a message of netlink', () => {
  const lengths: Readonly<Record<string, readonly [Buffer, number | undefined]>> = {
    'are its own': [message({ payload: number(1) }), 1],
    'need not be whole words': [Buffer.concat([message({ payload: Buffer.from('abcde') }), A!]), 2],
    'need no padding at the end': [message({ payload: Buffer.from('abcde') }).subarray(0, 21), 1],
    'are none where nothing is': [Buffer.alloc(0), 0],
    'are refused: nothing': [message({ length: 0 }), undefined],
    'are refused: less than a header': [message({ length: 15 }), undefined],
    'are refused: more than there is': [message({ length: 17 }), undefined],
    'are refused: as much as can be written': [message({ length: 0xffffffff }), undefined],
    'are refused: more than there is, in the last of several': [
      Buffer.concat([A!, message({ length: 20 })]),
      undefined,
    ],
  };
  for (const [what, [bytes, expected]] of Object.entries(lengths)) {
    it(what, () => expect(readMessages(bytes)?.length).to.equal(expected));
  }

  it('of nfnetlink hold the family at least', () => {
    const [short] = readMessages(message({ payload: Buffer.from([2, 0, 0]) })) ?? [];
    const [bare] = readMessages(message({ payload: Buffer.from([2, 0, 0, 0]) })) ?? [];
    const [broken] = readMessages(message({ payload: Buffer.from([2, 0, 0, 0, 9, 0, 1, 0]) })) ?? [];
    expect(readNetfilter(short!)).to.equal(undefined);
    expect(readNetfilter(bare!)).to.deep.equal({ family: 2, attributes: [] });
    expect(readNetfilter(broken!)).to.equal(undefined);
  });
});

describe('the attributes of a message of netlink', () => {
  it('are found by their type, whatever is told in its upper bits', () => {
    const nested = attribute(0x8004, attribute(0x4001, Buffer.from('counter\0')));
    const list = readAttributes(Buffer.concat([textAttribute(1, 'nat'), nested])) ?? [];
    expect(textOf(attributeOf(list, 1))).to.equal('nat');
    const inner = readAttributes(attributeOf(list, 4) ?? Buffer.alloc(0)) ?? [];
    expect(textOf(attributeOf(inner, 1))).to.equal('counter');
    expect(attributeOf(list, 2)).to.equal(undefined);
  });

  it('hold a text with or without a zero at its end', () => {
    expect(textOf(Buffer.from('nat\0'))).to.equal('nat');
    expect(textOf(Buffer.from('nat'))).to.equal('nat');
    expect(textOf(Buffer.from('\0nat'))).to.equal('');
    expect(textOf(undefined)).to.equal(undefined);
  });

  const lengths: Readonly<Record<string, readonly [Buffer, number | undefined]>> = {
    'may be none': [Buffer.alloc(0), 0],
    'may be empty': [attribute(1, Buffer.alloc(0)), 1],
    'need no padding at the end': [attribute(1, Buffer.from('abcde')).subarray(0, 9), 1],
    'are refused: of no length': [attribute(1, number(1), 0), undefined],
    'are refused: shorter than their header': [attribute(1, number(1), 3), undefined],
    'are refused: longer than what they are in': [attribute(1, number(1), 9), undefined],
    'are refused: as long as can be written': [attribute(1, number(1), 0xffff), undefined],
    'are refused: cut within the header': [
      Buffer.concat([attribute(1, number(1)), Buffer.alloc(3)]),
      undefined,
    ],
  };
  for (const [what, [bytes, expected]] of Object.entries(lengths)) {
    it(what, () => expect(readAttributes(bytes)?.length).to.equal(expected));
  }

  it('of any bytes end, and lie in them one after the other', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const read = readAttributes(Buffer.from(bytes)) ?? [];
        const size = read.reduce((sum, { payload }) => sum + 4 + payload.length, 0);
        expect(size).to.be.at.most(bytes.length);
      }),
      { numRuns: 1000 },
    );
  });
});
