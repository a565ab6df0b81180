/**
 * One Lease of coordination.k8s.io/v1: what its record says, and the three calls that an election makes.
 *
 * Guarantees
 * - A record is only replaced as it was read: whoever changed it in between makes the write a lost race, not an error.
 * - Whatever stands in the record is read as something: a missing spec is a lease that nobody holds, a nonsensical
 *   duration or count is none. Only a holder that is no text, and a Lease without a version, are errors: to take the
 *   lease then could mean two holders.
 * - Labels, annotations and fields of the spec that are not ours stay as they are.
 * RBAC: the verbs get and update on the lease by its name, and create on leases, which no rule can narrow to a name.
 */
import { classify, MalformedAnswerError } from './errors.ts';
import { microTime } from './micro-time.ts';

/** A Lease as far as this file looks at it; whatever else is in it is kept. */
export interface LeaseObject {
  readonly metadata?: { readonly name?: string; readonly resourceVersion?: string };
  readonly spec?: object;
}

/** The calls this file makes; see api-calls.ts. */
export interface LeaseApi {
  readNamespacedLease(
    request: { namespace: string; name: string },
    signal?: AbortSignal,
  ): Promise<LeaseObject>;
  createNamespacedLease(
    request: { namespace: string; body: LeaseObject },
    signal?: AbortSignal,
  ): Promise<unknown>;
  replaceNamespacedLease(
    request: { namespace: string; name: string; body: LeaseObject },
    signal?: AbortSignal,
  ): Promise<unknown>;
}

/** A Lease as it was read. */
export interface FoundLease {
  /** undefined when nobody holds it. */
  readonly holder: string | undefined;
  /** What the holder asks others to wait for after a change; undefined when it says nothing sensible. */
  readonly durationMs: number | undefined;
  readonly acquiredAt: Date | undefined;
  readonly transitions: number;
  /** Differs whenever the record differs; what others do to the object beside the record does not matter. */
  readonly fingerprint: string;
  /** The object itself, to be replaced. */
  readonly object: LeaseObject;
}

/** What a holder writes. */
export interface LeaseRecord {
  /** Empty to give the lease back. */
  readonly holder: string;
  /** Written in whole seconds, rounded up. */
  readonly durationMs: number;
  readonly acquiredAt: Date;
  readonly renewedAt: Date;
  readonly transitions: number;
}

const MAX_INT32 = 2 ** 31 - 1;

export class LeaseClient {
  readonly #api: LeaseApi;
  readonly #namespace: string;
  readonly #name: string;

  constructor(api: LeaseApi, namespace: string, name: string) {
    this.#api = api;
    this.#namespace = namespace;
    this.#name = name;
  }

  /** @returns undefined when there is no such Lease */
  async read(signal: AbortSignal): Promise<FoundLease | undefined> {
    const address = { namespace: this.#namespace, name: this.#name };
    try {
      return foundLease(await this.#api.readNamespacedLease(address, signal));
    } catch (error) {
      if (classify(error) === 'notFound') return undefined;
      throw error;
    }
  }

  /** @returns false when somebody else has created it first */
  async create(record: LeaseRecord, signal: AbortSignal): Promise<boolean> {
    const metadata = { namespace: this.#namespace, name: this.#name };
    const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: leaseSpec(record) };
    try {
      await this.#api.createNamespacedLease({ namespace: this.#namespace, body }, signal);
      return true;
    } catch (error) {
      if (classify(error) === 'conflict') return false;
      throw error;
    }
  }

  /** @returns false when somebody else has changed or deleted it since it was read */
  async replace(found: FoundLease, record: LeaseRecord, signal: AbortSignal): Promise<boolean> {
    const body = { ...found.object, spec: { ...found.object.spec, ...leaseSpec(record) } };
    const request = { namespace: this.#namespace, name: this.#name, body };
    try {
      await this.#api.replaceNamespacedLease(request, signal);
      return true;
    } catch (error) {
      const kind = classify(error);
      if (kind === 'conflict' || kind === 'notFound') return false;
      throw error;
    }
  }
}

/** @throws MalformedAnswerError when it is not certain who holds the lease, or which version of it this is */
export function foundLease(object: LeaseObject): FoundLease {
  const version: unknown = (object as LeaseObject | null | undefined)?.metadata?.resourceVersion;
  if (typeof version !== 'string' || version === '')
    throw new MalformedAnswerError('a Lease without a version');
  const spec: Readonly<Record<string, unknown>> = { ...object.spec };
  const { holderIdentity: holder, leaseDurationSeconds: seconds, leaseTransitions: transitions } = spec;
  if (holder !== undefined && holder !== null && typeof holder !== 'string') {
    throw new MalformedAnswerError('a Lease whose holderIdentity is not a string');
  }
  return {
    holder: holder === undefined || holder === null || holder === '' ? undefined : holder,
    durationMs: isCount(seconds) && seconds > 0 ? seconds * 1000 : undefined,
    acquiredAt: time(spec['acquireTime']),
    transitions: isCount(transitions) ? transitions : 0,
    fingerprint: JSON.stringify([holder, seconds, spec['acquireTime'], spec['renewTime'], transitions]),
    object,
  };
}

function leaseSpec(record: LeaseRecord): object {
  return {
    holderIdentity: record.holder,
    leaseDurationSeconds: Math.ceil(record.durationMs / 1000),
    // The API wants exactly six fraction digits, which a plain Date does not print.
    acquireTime: microTime(record.acquiredAt),
    renewTime: microTime(record.renewedAt),
    // The server refuses what does not fit, and would go on refusing.
    leaseTransitions: record.transitions > MAX_INT32 ? 0 : record.transitions,
  };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** A MicroTime, or what stands in its place. */
function time(value: unknown): Date | undefined {
  if (typeof value !== 'string' && !(value instanceof Date)) return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
