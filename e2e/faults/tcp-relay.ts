/**
 * A relay of TCP connections to another port of this machine, which behaves as badly as a network can: it refuses,
 * resets, and falls silent with its connections open.
 *
 * Limits: no flow control; what one side does not read is kept in memory.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

export class TcpRelay {
  /** The port to connect to; it stays the same. */
  readonly port: number;
  readonly #target: number;
  readonly #listener: Server;
  readonly #pairs = new Set<Pair>();
  #silent = false;

  private constructor(listener: Server, target: number) {
    this.#listener = listener;
    this.port = (listener.address() as AddressInfo).port;
    this.#target = target;
    listener.on('connection', (client) => this.#relay(client));
  }

  /** Listens on a free loopback port and passes everything on to `target`. */
  static async start(target: number): Promise<TcpRelay> {
    const listener = createServer({ allowHalfOpen: true });
    await once(listener.listen(0, '127.0.0.1'), 'listening');
    return new TcpRelay(listener, target);
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Resets every connection. */
  reset(): void {
    for (const { client, server } of this.#pairs) {
      client.resetAndDestroy();
      server.destroy();
    }
  }

  /** Resets every connection and refuses new ones until `accept`. */
  async refuse(): Promise<void> {
    const closed = once(this.#listener, 'close');
    this.#listener.close();
    this.reset();
    await closed;
  }

  async accept(): Promise<void> {
    await once(this.#listener.listen(this.port, '127.0.0.1'), 'listening');
  }

  /**
   * A black hole: from now on no byte passes on the connections there are and, unless `newcomers` is false, on new ones,
   * which are accepted all the same.
   */
  fallSilent({ newcomers = true }: { readonly newcomers?: boolean } = {}): void {
    this.#silent = newcomers;
    for (const pair of this.#pairs) hold(pair);
  }

  /** Lets bytes pass again, those first that were held back. */
  speak(): void {
    this.#silent = false;
    for (const { client, server } of this.#pairs) {
      client.resume();
      server.resume();
    }
  }

  async stop(): Promise<void> {
    if (this.#listener.listening) await this.refuse();
    else this.reset();
  }

  #relay(client: Socket): void {
    const server = connect({ port: this.#target, host: '127.0.0.1', allowHalfOpen: true });
    const pair = { client, server };
    this.#pairs.add(pair);
    passOn(client, server);
    passOn(server, client);
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('close', () => this.#pairs.delete(pair));
    }
    if (this.#silent) hold(pair);
  }
}

function hold({ client, server }: Pair): void {
  client.pause();
  server.pause();
}

/** Data, the end of data and resets; not by pipe(), which would undo a pause. */
function passOn(from: Socket, to: Socket): void {
  from.on('data', (chunk) => to.write(chunk));
  from.on('end', () => to.end());
  from.on('error', () => to.resetAndDestroy());
  from.on('close', () => to.destroySoon());
}
