/** Reads `[host]:port` as Go programs write it: `:8080`, `127.0.0.1:8080`, `[::1]:8080`. */
import { UsageError } from './usage-error.ts';

export interface ListenAddress {
  /** undefined for all addresses. */
  readonly host: string | undefined;
  readonly port: number;
}

/** @throws UsageError */
export function listenAddress(text: string): ListenAddress {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):([0-9]{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65535)
    throw new UsageError(`${JSON.stringify(text)} is not an address such as :8080`);
  const host = match[1] ?? match[2];
  return { host: host === '' ? undefined : host, port };
}
