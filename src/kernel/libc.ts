/**
 * The few calls of the C library that ask the kernel about another network without starting a program, and all there is of koffi.
 *
 * Guarantees: what happens in another network is one synchronous piece of work: nothing else of this thread runs there, and
 * other threads stay where they are, since a network is a thread's own. Where the way back fails the process ends, because
 * whatever it said next it would say in the network of a pod. Sockets are closed where they were opened; nothing waits.
 * Limits: a little-endian machine of 64 bits, and a C library for which koffi has a binary.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { endianness } from 'node:os';
import process from 'node:process';

export interface Libc {
  /**
   * @param network the descriptor of an open namespace
   * @returns undefined where it may not be entered
   */
  inNetwork<T>(network: number, ask: () => T): T | undefined;
  /** @returns undefined where the kernel gives no socket */
  withSocket<T>(kind: SocketKind, ask: (socket: number) => T): T | undefined;
  /** Fills the value in; false where the kernel refuses. */
  getOption(socket: number, level: number, name: number, value: Uint8Array): boolean;
  /** False where the kernel takes less than all of it. */
  send(socket: number, message: Uint8Array): boolean;
  /** How much came of what is there already; undefined where there is nothing, or too much for the buffer. */
  receive(socket: number, buffer: Uint8Array): number | undefined;
}

export interface SocketKind {
  readonly domain: number;
  readonly type: number;
  readonly protocol: number;
  /** The address of the one it talks with: what anybody else sends it is then refused. */
  readonly peer?: Uint8Array;
}

export type OpenedLibc =
  | { readonly libc: Libc; readonly reason?: undefined }
  /** Half a sentence. */
  | { readonly libc?: undefined; readonly reason: string };

const CLONE_NEWNET = 0x40000000; // linux/sched.h
const SOCK_CLOEXEC = 0o2000000; // asm-generic: O_CLOEXEC
const MSG_TRUNC = 0x20; // linux/socket.h
const MSG_DONTWAIT = 0x40;
const SIXTY_FOUR_BITS: readonly string[] = ['x64', 'arm64', 'riscv64', 'loong64'];

/** @returns a reason where these calls cannot be made here */
export async function openLibc(): Promise<OpenedLibc> {
  if (process.platform !== 'linux' || endianness() !== 'LE' || !SIXTY_FOUR_BITS.includes(process.arch)) {
    return { reason: `structures of the kernel are not known for ${process.platform} on ${process.arch}` };
  }
  try {
    const { default: koffi } = await import('koffi');
    // Of the program itself, that is, of the C library that it runs with.
    const own = koffi.load(null);
    const setns = own.func('int setns(int fd, int nstype)') as (fd: number, type: number) => number;
    const socket = own.func('int socket(int domain, int type, int protocol)') as (
      domain: number,
      type: number,
      protocol: number,
    ) => number;
    const connect = own.func('int connect(int fd, const void *address, uint32_t length)') as (
      fd: number,
      address: Uint8Array,
      length: number,
    ) => number;
    const getsockopt = own.func('int getsockopt(int fd, int level, int name, void *value, void *length)') as (
      fd: number,
      level: number,
      name: number,
      value: Uint8Array,
      length: Uint32Array,
    ) => number;
    const transfer = (name: string): Transfer =>
      own.func(`intptr_t ${name}(int fd, void *buffer, size_t length, int flags)`) as Transfer;
    const send = transfer('send');
    const recv = transfer('recv');
    return {
      libc: {
        inNetwork: (network, ask) => inNetwork(setns, network, ask),
        withSocket: ({ domain, type, protocol, peer }, ask) => {
          const opened = socket(domain, type | SOCK_CLOEXEC, protocol);
          if (opened < 0) return undefined;
          try {
            if (peer !== undefined && connect(opened, peer, peer.length) !== 0) return undefined;
            return ask(opened);
          } finally {
            closeSync(opened);
          }
        },
        getOption: (fd, level, name, value) =>
          getsockopt(fd, level, name, value, Uint32Array.of(value.length)) === 0,
        send: (fd, message) => Number(send(fd, message, message.length, MSG_DONTWAIT)) === message.length,
        receive: (fd, buffer) => {
          const size = Number(recv(fd, buffer, buffer.length, MSG_DONTWAIT | MSG_TRUNC));
          return size < 0 || size > buffer.length ? undefined : size;
        },
      },
    };
  } catch (error) {
    return { reason: `koffi, by which the C library is called, cannot be loaded: ${firstLine(error)}` };
  }
}

type Transfer = (fd: number, buffer: Uint8Array, length: number, flags: number) => number | bigint;

function inNetwork<T>(
  setns: (fd: number, type: number) => number,
  network: number,
  ask: () => T,
): T | undefined {
  // Opened each time: a descriptor that is kept could be closed, and be another's number, when it is needed.
  const own = ownNetwork();
  if (own === undefined) return undefined;
  try {
    if (setns(network, CLONE_NEWNET) !== 0) return undefined;
    try {
      return ask();
    } finally {
      if (setns(own, CLONE_NEWNET) !== 0) endHere();
    }
  } finally {
    closeSync(own);
  }
}

/** undefined where no file can be opened any more, as of which a program that is started next tells. */
function ownNetwork(): number | undefined {
  try {
    return openSync('/proc/thread-self/ns/net', 'r');
  } catch {
    return undefined;
  }
}

/** Not an error to throw: something could catch it, and other work of this thread would go on in the pod's network. */
function endHere(): never {
  writeSync(2, 'osm-auditor: cannot return from the network of a pod\n');
  process.abort();
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? '';
}
