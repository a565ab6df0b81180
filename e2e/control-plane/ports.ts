/** Loopback ports: free ones to start programs on, and whether a program listens. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/**
 * Two different ports that are free now. Nothing reserves them: the caller must be ready to find them taken.
 */
export async function freePorts(): Promise<readonly [number, number]> {
  // Both are held at once, so that they differ.
  const servers = [createServer(), createServer()] as const;
  await Promise.all(servers.map((server) => once(server.listen(0, '127.0.0.1'), 'listening')));
  const ports = [portOf(servers[0]), portOf(servers[1])] as const;
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** Whether something on the loopback address accepts a connection to `port`. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function portOf(server: ReturnType<typeof createServer>): number {
  return (server.address() as AddressInfo).port; // a listening TCP server has no other kind of address
}
