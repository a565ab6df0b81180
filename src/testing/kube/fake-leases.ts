/**
 * One Lease on an API server for tests, without a network: with versions, conflicts and the validation that an election
 * meets on a real one. The conformance suite of leader election passes on both.
 */
import { ApiError } from '../../kube/errors.ts';
import type { LeaseApi, LeaseObject } from '../../kube/lease.ts';

type Stored = Readonly<Record<string, unknown>> & {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec?: Readonly<Record<string, unknown>>;
};

export class FakeLeases implements LeaseApi {
  /** As the server keeps it: times are text. */
  stored: Stored | undefined;
  /** Requests so far, by verb. */
  readonly calls: string[] = [];
  #version = 0;

  readNamespacedLease(): Promise<LeaseObject> {
    return this.#answer('get', () => this.#found());
  }

  createNamespacedLease({ body }: { body: LeaseObject }): Promise<LeaseObject> {
    return this.#answer('create', () => {
      if (this.stored !== undefined) throw status(409, 'AlreadyExists');
      return this.#store(body);
    });
  }

  replaceNamespacedLease({ body }: { body: LeaseObject }): Promise<LeaseObject> {
    return this.#answer('update', () => {
      const { resourceVersion } = this.#found().metadata;
      const given = body.metadata?.resourceVersion;
      if (given === undefined) throw status(422, 'Invalid');
      if (given !== resourceVersion) throw status(409, 'Conflict');
      return this.#store(body);
    });
  }

  /** Writes `spec` as somebody with kubectl would; undefined takes the whole spec away. */
  edit(spec: Readonly<Record<string, unknown>> | undefined): void {
    const { spec: before, ...rest } = this.stored ?? { metadata: {} };
    this.#version += 1;
    const metadata = { ...rest.metadata, resourceVersion: String(this.#version) };
    this.stored = { ...rest, metadata, ...(spec !== undefined && { spec: { ...before, ...spec } }) };
  }

  #found(): Stored {
    if (this.stored === undefined) throw status(404, 'NotFound');
    return this.stored;
  }

  #store(body: LeaseObject): Stored {
    // What is sent is JSON; a time that is no MicroTime shows here.
    const sent = JSON.parse(JSON.stringify(body)) as Stored;
    for (const name of ['acquireTime', 'renewTime']) {
      const time = sent.spec?.[name];
      if (time !== undefined && !(typeof time === 'string' && /\.\d{6}Z$/.test(time)))
        throw status(400, 'BadRequest');
    }
    if (Number(sent.spec?.['leaseDurationSeconds'] ?? 1) <= 0) throw status(422, 'Invalid');
    this.#version += 1;
    this.stored = { ...sent, metadata: { ...sent.metadata, resourceVersion: String(this.#version) } };
    return this.stored;
  }

  async #answer(verb: string, give: () => Stored): Promise<LeaseObject> {
    await Promise.resolve();
    this.calls.push(verb);
    return structuredClone(give());
  }
}

function status(code: number, reason: string): ApiError {
  return new ApiError({ code, reason, message: reason });
}
