/**
 * A bearer token that somebody renews in a file: a kubelet does so with a pod's service account token.
 *
 * Guarantees: a token is used for a minute at most before the file is read again, and no longer once a server has
 * answered 401. A file that is missing, unreadable or empty is an error of the one call, and the next one tries again.
 * Why not the library's own: it goes on with a refused token for the rest of the minute, sends the newline at a file's
 * end along, and blocks the process to read.
 */
import type { KubeConfig, User } from '@kubernetes/client-node';
import { readFile } from 'node:fs/promises';
import { systemClock, type Clock } from './clock.ts';

/** The name in a user's `authProvider`, with the path under `config.file`. */
const PROVIDER = 'renewed-token-file';
const FRESH_MS = 60_000;

type Authenticator = Parameters<KubeConfig['addAuthenticator']>[0];

interface Provider {
  readonly name: string;
  readonly config: { readonly file: string };
}

export class TokenFile implements Authenticator {
  readonly #clock: Clock;
  #read: { readonly file: string; readonly token: string; readonly at: number } | undefined;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** The user, with this for the library's own way of reading the file, if that is how it gets its token. */
  static adopt(user: User): User {
    const { config } = (user.authProvider ?? {}) as { readonly config?: { readonly tokenFile?: unknown } };
    if (typeof config?.tokenFile !== 'string') return user;
    const authProvider: Provider = { name: PROVIDER, config: { file: config.tokenFile } };
    return { ...user, authProvider };
  }

  isAuthProvider(user: User): boolean {
    return (user.authProvider as Provider | undefined)?.name === PROVIDER;
  }

  /** @throws the error of reading the file, or one that says that it is empty */
  async applyAuthentication(user: User, options: { headers?: unknown }): Promise<void> {
    const { file } = (user.authProvider as Provider).config;
    const token = await this.#token(file);
    options.headers = { ...(options.headers as object | undefined), Authorization: `Bearer ${token}` };
  }

  /** The token was refused: the next call reads the file. */
  forget(): void {
    this.#read = undefined;
  }

  async #token(file: string): Promise<string> {
    const at = this.#clock.now();
    const known = this.#read;
    if (known?.file === file && at - known.at < FRESH_MS) return known.token;
    const token = (await readFile(file, 'utf8')).trim();
    if (token === '') throw new Error(`the token file ${file} is empty`);
    // Anything else would be taken for more headers.
    if (!/^[\x21-\x7e]+$/.test(token)) throw new Error(`the token file ${file} holds no token`);
    this.#read = { file, token, at };
    return token;
  }
}
