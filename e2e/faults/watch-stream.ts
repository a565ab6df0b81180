/**
 * A running watch on its way through the proxy: line by line, so that something can be put between two events, or an
 * event be torn in the middle or lost.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

const NEWLINE = 10;

export class WatchStream {
  readonly resource: string;
  readonly #response: ServerResponse;
  #pending: Buffer = Buffer.alloc(0);
  #tearNext = false;
  #loseNext = false;

  constructor(resource: string, answer: IncomingMessage, response: ServerResponse) {
    this.resource = resource;
    this.#response = response;
    answer.on('data', (chunk: Buffer) => this.#take(chunk));
    answer.on('end', () => response.end(this.#pending));
    answer.on('error', () => response.socket?.resetAndDestroy());
  }

  /** Puts a line of its own between two events. */
  say(line: string): void {
    this.#response.write(`${line}\n`);
  }

  /** Ends the watch in good order, as a server does after timeoutSeconds. */
  end(): void {
    this.#response.end();
  }

  /** Half of the next event comes through, and then the connection is reset. */
  tearNextEvent(): void {
    this.#tearNext = true;
  }

  /** The next event does not come through, and nobody can tell. */
  loseNextEvent(): void {
    this.#loseNext = true;
  }

  #take(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    const end = this.#pending.lastIndexOf(NEWLINE) + 1;
    if (end === 0) return;
    const lines = this.#withoutLost(this.#pending.subarray(0, end));
    this.#pending = this.#pending.subarray(end);
    if (this.#response.destroyed) return;
    if (!this.#tearNext) {
      this.#response.write(lines);
      return;
    }
    const half = lines.subarray(0, Math.floor(lines.indexOf(NEWLINE) / 2));
    this.#response.write(half, () => this.#response.socket?.resetAndDestroy());
  }

  #withoutLost(lines: Buffer): Buffer {
    if (!this.#loseNext || lines.includes('"type":"BOOKMARK"')) return lines;
    this.#loseNext = false;
    return lines.subarray(lines.indexOf(NEWLINE) + 1);
  }
}
