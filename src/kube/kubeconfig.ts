/**
 * Finds the cluster to talk to, and lets all calls to it share connections.
 *
 * Guarantees: what loadKubeConfig returns names a context, a cluster and a well-formed server address; everything else
 * is one Error that says which file and what is wrong with it. Files are read, the network is not touched.
 */
import {
  KubeConfig,
  type Cluster,
  type DispatcherOptions,
  type RequestContext,
} from '@kubernetes/client-node';
import type { AgentOptions } from 'node:https';
import { isDeepStrictEqual } from 'node:util';
import { Agent, type Dispatcher } from 'undici';
import { TokenFile } from './token-file.ts';

export interface KubeConfigSource {
  /** A kubeconfig file; without it $KUBECONFIG, ~/.kube/config and the pod's service account are tried in turn. */
  readonly kubeconfig?: string | undefined;
  /** A context of the kubeconfig; without it the current one. */
  readonly context?: string | undefined;
  /** A cluster and a user of the kubeconfig, instead of the context's. */
  readonly cluster?: string | undefined;
  readonly user?: string | undefined;
  /** Another address of the cluster. */
  readonly server?: string | undefined;
  /** Whom the user acts as: another one, and members of groups. */
  readonly as?: string | undefined;
  readonly asGroups?: readonly string[] | undefined;
  /** How long to wait for the first byte of an answer, and between two of them, in milliseconds; 15 s by default. */
  readonly answerTimeoutMs?: number;
}

const ANSWER_TIMEOUT_MS = 15_000;

/**
 * A KubeConfig that keeps one connection pool as long as the TLS options stay the same.
 *
 * The base class makes a dispatcher, and so a TLS connection, for every single call. It asks createDispatcherOptions
 * for the options each time, after credentials were read afresh: answering 'none' while nothing changed keeps it from
 * building another dispatcher, and a rotated CA or client certificate still gets a new one. A file that is missing or
 * holds nonsense fails the one call; the next one reads it again.
 */
export class PooledKubeConfig extends KubeConfig {
  /** See KubeConfigSource. */
  readonly answerTimeoutMs: number;
  /** Groups to impersonate, which the base class does not know of. */
  readonly asGroups: readonly string[];
  #pool: Dispatcher | undefined;
  /** The options the pool was made with, and those the call under way asks for. */
  #pooled: DispatcherOptions | undefined;
  #wanted: DispatcherOptions | undefined;
  readonly #tokens = new TokenFile();

  /** Takes over the reading of tokens from files; call once, after loading. */
  adoptTokenFiles(): void {
    this.users = this.users.map((user) => TokenFile.adopt(user));
    this.addAuthenticator(this.#tokens);
  }

  /** The server does not accept the token: one from a file is read anew for the next call. */
  refuseToken(): void {
    this.#tokens.forget();
  }

  constructor({ answerTimeoutMs, asGroups }: KubeConfigSource = {}) {
    super();
    this.answerTimeoutMs = answerTimeoutMs ?? ANSWER_TIMEOUT_MS;
    this.asGroups = asGroups ?? [];
  }

  override createDispatcherOptions(cluster: Cluster | null, agentOptions: AgentOptions): DispatcherOptions {
    const wanted = super.createDispatcherOptions(cluster, agentOptions);
    this.#wanted = wanted;
    return isDeepStrictEqual(wanted, this.#pooled) ? { type: 'none' } : wanted;
  }

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await super.applySecurityAuthentication(context);
    // Options without anything of their own get no dispatcher from the base class.
    const fresh = context.getDispatcher() ?? (this.#pool === undefined ? new Agent() : undefined);
    if (fresh !== undefined) {
      // The pool before is left to its running calls; its idle connections close by themselves within seconds.
      this.#pool = fresh.compose(withTimeouts(this.answerTimeoutMs));
      this.#pooled = this.#wanted;
    }
    if (this.#pool !== undefined) context.setDispatcher(this.#pool);
  }

  /** Ends all connections of the pool; calls under way fail. */
  async closePool(): Promise<void> {
    await this.#pool?.destroy();
  }
}

/** Loads the kubeconfig; throws one clear Error when it is missing, unreadable, malformed or names no cluster. */
export function loadKubeConfig(source: KubeConfigSource): PooledKubeConfig {
  const config = new PooledKubeConfig(source);
  const origin = source.kubeconfig ?? 'the default kubeconfig';
  try {
    if (source.kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(source.kubeconfig);
  } catch (cause) {
    throw new Error(`cannot read ${origin}: ${firstLine(cause)}`, { cause });
  }
  if (isFallback(config)) {
    throw new Error(
      'no cluster configured: there is no kubeconfig, and this is not a pod with a service account',
    );
  }
  if (source.context !== undefined) config.setCurrentContext(source.context);
  applyOverrides(config, source, origin);
  checkContext(config, origin);
  config.adoptTokenFiles();
  return config;
}

/** Puts what the source says in the place of what the context says. */
function applyOverrides(config: KubeConfig, source: KubeConfigSource, origin: string): void {
  const context = config.getContextObject(config.getCurrentContext());
  // What is wrong with the context is said by its check.
  if (context === null) return;
  const names = { cluster: source.cluster ?? context.cluster, user: source.user ?? context.user };
  config.contexts = config.contexts.map((each) => (each === context ? { ...each, ...names } : each));
  const user = config.getUser(names.user);
  if (source.user !== undefined && user === null)
    throw new Error(`user "${source.user}" is not in ${origin}`);
  if (source.cluster !== undefined && config.getCluster(source.cluster) === null)
    throw new Error(`cluster "${source.cluster}" is not in ${origin}`);
  const { server, as } = source;
  if (server !== undefined) {
    config.clusters = config.clusters.map((each) =>
      each.name === names.cluster ? { ...each, server } : each,
    );
  }
  if (as !== undefined) {
    // Going on as oneself would be the opposite of what was asked for.
    if (user === null) throw new Error(`${origin} has no user "${names.user}" who could act as "${as}"`);
    config.users = config.users.map((each) => (each === user ? { ...each, impersonateUser: as } : each));
  }
  if ((source.asGroups ?? []).length > 0 && as === undefined)
    throw new Error('groups can be impersonated only together with a user');
}

function checkContext(config: KubeConfig, origin: string): void {
  // The file may lack current-context although the declared type says it is always a string.
  const name = config.getCurrentContext() as string | undefined;
  if (name === undefined || name === '')
    throw new Error(`no cluster configured: ${origin} has no current context`);
  const context = config.getContextObject(name);
  if (context === null) {
    const known = config.getContexts().map((each) => each.name);
    throw new Error(`context "${name}" is not in ${origin} (it has: ${known.join(', ') || 'none'})`);
  }
  const cluster = config.getCluster(context.cluster);
  if (cluster === null)
    throw new Error(`context "${name}" of ${origin} names the unknown cluster "${context.cluster}"`);
  if (!URL.canParse(cluster.server)) {
    throw new Error(
      `cluster "${cluster.name}" of ${origin} has a malformed server address: ${cluster.server}`,
    );
  }
}

/** Whether the loader found nothing and made up http://localhost:8080, which would fail later and far from the cause. */
function isFallback(config: KubeConfig): boolean {
  return config.getCurrentContext() === 'loaded-context' && config.getCurrentCluster()?.name === 'cluster';
}

// A server that accepts connections and says nothing must not hold a reconcile for the library's five minutes.
const withTimeouts =
  (ms: number): Dispatcher.DispatcherComposeInterceptor =>
  (dispatch) =>
  (options, handler) =>
    dispatch({ headersTimeout: ms, bodyTimeout: ms, ...options }, handler);

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
