/**
 * Messages of netlink and the attributes in them: linux/netlink.h, linux/netfilter/nfnetlink.h.
 *
 * Guarantees: a length that does not fit what it is in refuses the whole, so every walk ends; nothing is thrown. Only the kernel
 * is heard: whoever may administer a network may send messages to each socket of netlink in it, and could make up an answer.
 * Limits: little-endian, as this machine's own numbers are; what is in the order of the network is told so by its reader.
 */
import type { Libc } from './libc.ts';

export interface Message {
  /** In nfnetlink the subsystem is in its upper byte. */
  readonly type: number;
  readonly flags: number;
  /** What follows the header. */
  readonly payload: Buffer;
}

export interface Attribute {
  readonly type: number;
  readonly payload: Buffer;
}

const MESSAGE_HEADER = 16;
const NFGENMSG = 4;
const ATTRIBUTE_HEADER = 4;
/** Nesting and byte order are told in the two upper bits. */
const ATTRIBUTE_TYPE = 0x3fff;

const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLM_F_REQUEST = 1;
const NLM_F_DUMP = 0x300;
const NLM_F_DUMP_INTR = 0x10;

const AF_NETLINK = 16;
/** struct sockaddr_nl of the kernel: its number is 0, and it is in no group. */
const KERNEL = Buffer.alloc(12);
KERNEL.writeUInt16LE(AF_NETLINK);
const NETFILTER = { domain: AF_NETLINK, type: 3, protocol: 12, peer: KERNEL } as const; // SOCK_RAW, NETLINK_NETFILTER

export interface Question {
  /** With the subsystem. */
  readonly type: number;
  readonly dump: boolean;
  readonly family: number;
  /** Attributes, as `textAttribute` makes them. */
  readonly attributes?: Uint8Array;
}

/** The kernel cuts dumps into pieces of no more than this. */
const PIECE = 32 * 1024;
const buffer = Buffer.alloc(2 * PIECE);

export function withNetlink<T>(libc: Libc, ask: (socket: number) => T): T | undefined {
  return libc.withSocket(NETFILTER, ask);
}

/**
 * @param most bytes of all that is answered
 * @returns what the attributes of each message of the answer are in; undefined where it is none, is an error, is too long,
 * or was interrupted by a change
 */
export function askNetlink(
  libc: Libc,
  socket: number,
  question: Question,
  most: number,
): readonly Message[] | undefined {
  if (!libc.send(socket, requestOf(question))) return undefined;
  const answer: Message[] = [];
  for (let size = 0; ;) {
    const length = libc.receive(socket, buffer);
    if (length === undefined || length === 0 || (size += length) > most) return undefined;
    // Of its own: the next piece comes into the same buffer.
    const messages = readMessages(Buffer.from(buffer.subarray(0, length)));
    if (messages === undefined) return undefined;
    for (const message of messages) {
      if (message.type === NLMSG_ERROR || (message.flags & NLM_F_DUMP_INTR) !== 0) return undefined;
      // A dump that failed ends like one that is complete, but for the number of the error.
      if (message.type === NLMSG_DONE) return isZero(message.payload) ? answer : undefined;
      answer.push(message);
    }
    if (!question.dump) return answer;
  }
}

function isZero(payload: Buffer): boolean {
  return payload.length >= 4 && payload.readInt32LE() === 0;
}

function requestOf({ type, dump, family, attributes = new Uint8Array() }: Question): Buffer {
  const request = Buffer.alloc(MESSAGE_HEADER + NFGENMSG + attributes.length);
  request.writeUInt32LE(request.length, 0);
  request.writeUInt16LE(type, 4);
  request.writeUInt16LE(NLM_F_REQUEST | (dump ? NLM_F_DUMP : 0), 6);
  request.writeUInt8(family, MESSAGE_HEADER);
  request.set(attributes, MESSAGE_HEADER + NFGENMSG);
  return request;
}

export function textAttribute(type: number, text: string): Buffer {
  const value = Buffer.from(`${text}\0`);
  const attribute = Buffer.alloc(aligned(ATTRIBUTE_HEADER + value.length));
  attribute.writeUInt16LE(ATTRIBUTE_HEADER + value.length, 0);
  attribute.writeUInt16LE(type, 2);
  attribute.set(value, ATTRIBUTE_HEADER);
  return attribute;
}

/** @returns undefined where a length is wrong */
export function readMessages(bytes: Buffer): readonly Message[] | undefined {
  const messages: Message[] = [];
  for (let at = 0; at < bytes.length;) {
    if (bytes.length - at < MESSAGE_HEADER) return undefined;
    const length = bytes.readUInt32LE(at);
    if (length < MESSAGE_HEADER || length > bytes.length - at) return undefined;
    messages.push({
      type: bytes.readUInt16LE(at + 4),
      flags: bytes.readUInt16LE(at + 6),
      payload: bytes.subarray(at + MESSAGE_HEADER, at + length),
    });
    at += aligned(length);
  }
  return messages;
}

/** Of a message of nfnetlink: its family, and its attributes. */
export function readNetfilter({
  payload,
}: Message): { readonly family: number; readonly attributes: readonly Attribute[] } | undefined {
  const family = payload[0];
  const attributes = payload.length < NFGENMSG ? undefined : readAttributes(payload.subarray(NFGENMSG));
  return family === undefined || attributes === undefined ? undefined : { family, attributes };
}

/** @returns undefined where a length is wrong */
export function readAttributes(bytes: Buffer): readonly Attribute[] | undefined {
  const attributes: Attribute[] = [];
  for (let at = 0; at < bytes.length;) {
    if (bytes.length - at < ATTRIBUTE_HEADER) return undefined;
    const length = bytes.readUInt16LE(at);
    if (length < ATTRIBUTE_HEADER || length > bytes.length - at) return undefined;
    attributes.push({
      type: bytes.readUInt16LE(at + 2) & ATTRIBUTE_TYPE,
      payload: bytes.subarray(at + ATTRIBUTE_HEADER, at + length),
    });
    at += aligned(length);
  }
  return attributes;
}

export function attributeOf(attributes: readonly Attribute[], type: number): Buffer | undefined {
  return attributes.find((each) => each.type === type)?.payload;
}

/** A text of the kernel ends with a zero. */
export function textOf(payload: Buffer | undefined): string | undefined {
  if (payload === undefined) return undefined;
  const end = payload.indexOf(0);
  return payload.toString('utf8', 0, end < 0 ? payload.length : end);
}

function aligned(length: number): number {
  return (length + 3) & ~3;
}
