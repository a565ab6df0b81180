/**
 * What can go wrong between us and an API server, as three kinds of Error, and one classification for whoever has to
 * decide what to do next.
 *
 * Guarantees: an answer of the server is an ApiError whatever road it came by (a request, the error event of a watch); a
 * failure to get an answer keeps its cause.
 */

/** The server answered, and the answer is no. `code` is the HTTP status, `reason` the Status object's word for it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;
  readonly reason: string;
  /** Machine-readable details of the refusal; empty when the server gave none. */
  readonly causes: readonly RefusalCause[];
  /** How long the server asks us to stay away. */
  readonly retryAfterSeconds: number | undefined;

  constructor(status: ApiStatus, cause?: unknown) {
    super(status.message, cause === undefined ? {} : { cause });
    this.code = status.code;
    this.reason = status.reason;
    this.causes = status.causes ?? [];
    this.retryAfterSeconds = status.retryAfterSeconds;
  }
}

/** For example `NamespaceTerminating` about `metadata.namespace`; empty strings where the server says nothing. */
export interface RefusalCause {
  readonly reason: string;
  readonly field: string;
}

export interface ApiStatus {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly causes?: readonly RefusalCause[];
  readonly retryAfterSeconds?: number | undefined;
}

/** No answer: refused, cut, timed out, unresolvable or untrusted. The cause says which. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  readonly server: string;

  constructor(server: string, cause: unknown) {
    super(`${server} cannot be reached`, { cause });
    this.server = server;
  }
}

/** An answer that is not what the API promises: half a line, no JSON, an object without a name. */
export class MalformedAnswerError extends Error {
  override readonly name = 'MalformedAnswerError';
}

export type ErrorClass =
  | 'unreachable'
  | 'unauthorized'
  | 'forbidden'
  | 'notFound'
  | 'conflict'
  | 'gone'
  | 'throttled'
  | 'server'
  | 'other';

/** Whether the server has answered that the caller may not: no retry helps until somebody grants the right. */
export function isRefusal(error: unknown): boolean {
  const kind = classify(error);
  return kind === 'forbidden' || kind === 'unauthorized';
}

/** Whether the namespace is being deleted: nothing can be created in it any more. */
export function isNamespaceTerminating(error: unknown): boolean {
  const answer = asApiError(error);
  return answer?.code === 403 && answer.causes.some(({ reason }) => reason === 'NamespaceTerminating');
}

/** Whether the server has said no to this very request, for whatever reason: the same request will not fare better soon. */
export function isFinal(error: ApiError): boolean {
  return isRefusal(error) || classify(error) === 'other';
}

/** Sorts any thrown value by what a caller may do about it. */
export function classify(error: unknown): ErrorClass {
  const answer = asApiError(error);
  if (answer === undefined) return networkCode(error) === undefined ? 'other' : 'unreachable';
  switch (answer.code) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
      return 'notFound';
    case 409:
      return 'conflict';
    case 410:
      return 'gone';
    case 429:
      return 'throttled';
    default:
      return answer.code >= 500 ? 'server' : 'other';
  }
}

/** The server's answer in `error`, or undefined when the error is not an answer of the server. */
export function asApiError(error: unknown): ApiError | undefined {
  return error instanceof ApiError ? error : undefined;
}

/**
 * Builds an ApiError from an HTTP answer.
 *
 * @param code the HTTP status, used unless the Status object says otherwise
 * @param body the body: a Status object, its JSON text, or whatever a proxy on the way sent instead
 * @param retryAfter the Retry-After header, in seconds; its date form is not used by API servers and is ignored
 */
export function apiErrorFromAnswer(code: number, body: unknown, retryAfter?: unknown): ApiError {
  const parsed = typeof body === 'string' ? parseStatus(body) : record(body);
  const details = record(parsed['details']);
  const causes = Array.isArray(details['causes']) ? details['causes'] : [];
  const wait = Number(retryAfter ?? details['retryAfterSeconds'] ?? NaN);
  return new ApiError({
    code: typeof parsed['code'] === 'number' ? parsed['code'] : code,
    reason: text(parsed['reason']) ?? `HTTP ${code}`,
    message: text(parsed['message']) ?? (typeof body === 'string' ? body.trim().slice(0, 200) : ''),
    causes: causes.map((entry: unknown) => {
      const { reason, field } = record(entry);
      return { reason: text(reason) ?? '', field: text(field) ?? '' };
    }),
    retryAfterSeconds: Number.isFinite(wait) && wait > 0 ? wait : undefined,
  });
}

/**
 * The system's or TLS library's code of a failure to get an answer (`ECONNREFUSED`, `CERT_HAS_EXPIRED`, ...), looked
 * for along the chain of causes; `UNKNOWN` for an UnreachableError that carries none; undefined for everything else.
 */
export function networkCode(error: unknown): string | undefined {
  for (const at of chain(error)) {
    if ('code' in at && typeof at.code === 'string' && NETWORK_CODE.test(at.code)) return at.code;
  }
  return error instanceof UnreachableError ? 'UNKNOWN' : undefined;
}

/** The error and its causes, outermost first; ten at most, since a chain of causes may be a ring. */
export function* chain(error: unknown): Generator<Error, void> {
  let at = error;
  for (let depth = 0; depth < 10 && at instanceof Error; depth++, at = at.cause) yield at;
}

// System errors of sockets and names, the HTTP client's own, and certificate errors; not file errors such as ENOENT.
const NETWORK_CODE =
  /^(E(CONN\w+|PIPE|PROTO|AI_\w+|TIMEDOUT|HOST\w+|NET\w+|ADDR\w+)|ENOTFOUND|UND_ERR_(?!ABORTED|INVALID)\w+|ERR_(SSL|TLS)_\w+|.*CERT.*|.*ISSUER.*|SELF_SIGNED\w*)$/;

function parseStatus(body: string): Readonly<Record<string, unknown>> {
  try {
    return record(JSON.parse(body));
  } catch {
    // Proxies answer with HTML or plain text: the caller then shows the text itself.
    return {};
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
