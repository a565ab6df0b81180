/**
 * Whether this process may write. Several replicas watch and judge alike, so that each can take over at once; what the
 * cluster is told comes from one of them.
 */
export interface Leadership {
  /** Asked before every write, and true only while no other replica can believe the same of itself. */
  readonly leading: boolean;
}

/** For a replica that has no others beside it. */
export const UNCONTESTED: Leadership = { leading: true };

/** A write came up after the leadership was lost. The new leader makes up for it. */
export class NotLeadingError extends Error {
  override readonly name = 'NotLeadingError';

  constructor() {
    super('another replica leads now');
  }
}
