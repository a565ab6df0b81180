/**
 * One line about an error that a person understands, for terminals, logs and readiness answers.
 *
 * Guarantees: one line, at most 1000 characters, never empty, whatever was thrown.
 */
import { inspect } from 'node:util';
import { asApiError, chain, networkCode, UnreachableError } from './errors.ts';

const MAX_LENGTH = 1000;

/** Says what happened, for example `connection refused by https://10.0.0.1:6443` or `forbidden: pods is ...`. */
export function describeError(error: unknown): string {
  return oneLine(describe(error));
}

function describe(error: unknown): string {
  const answer = asApiError(error);
  if (answer !== undefined) {
    const word = answer.reason.toLowerCase();
    return answer.message === '' || answer.message.toLowerCase() === word
      ? word
      : `${word}: ${answer.message}`;
  }
  const code = networkCode(error);
  if (code !== undefined) return describeNetwork(code, peer(error), innermost(error));
  if (error instanceof Error) return error.message === '' ? error.name : error.message;
  return `unexpected error: ${typeof error === 'string' ? error : inspect(error, { depth: 1 })}`;
}

function describeNetwork(code: string, server: string, detail: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return `connection refused by ${server}`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name of ${server} cannot be resolved (${detail})`;
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return `connecting to ${server} timed out`;
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return `${server} did not answer in time`;
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return `the connection to ${server} was cut`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `no route to ${server}`;
    default:
      return /CERT|ISSUER|SELF_SIGNED/.test(code)
        ? `the certificate of ${server} is not trusted: ${detail}`
        : `${server} cannot be reached: ${detail}`;
  }
}

/** The server as well as the error knows it: the URL in ours, the address in the system's. */
function peer(error: unknown): string {
  let named: string | undefined;
  for (const at of chain(error)) {
    if (at instanceof UnreachableError) return at.server;
    const { hostname, address, port } = at as NodeJS.ErrnoException & {
      hostname?: string;
      address?: string;
      port?: number;
    };
    const host = hostname ?? address;
    if (host !== undefined) named = port === undefined ? host : `${host}:${port}`;
  }
  return named ?? 'the API server';
}

function innermost(error: unknown): string {
  return [...chain(error)].at(-1)?.message ?? '';
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line === '') return 'unknown error';
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 3)}...` : line;
}
