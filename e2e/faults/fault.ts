/** A fault as data: what happens, what a controller must tell meanwhile, and how soon it must be right again. */
import type { TestBed } from './test-bed.ts';

/** What a fault takes hold of; two faults that share one do not happen at once. */
export type Part = 'cluster' | 'connections' | 'controller' | 'clock' | 'credentials';

export interface Fault {
  /** A sentence. */
  readonly name: string;
  readonly uses: readonly Part[];
  /** Whether a test cannot change anything while it lasts: then it does so as soon as the fault is over. */
  readonly clusterAway?: boolean;
  /** Returns how to end it, once it has begun. */
  readonly inflict: (bed: TestBed) => Promise<() => Promise<void>>;
  readonly holdMs: number;
  /** From its end until the truth is restored, in seconds. */
  readonly within: number;
  readonly meanwhile: Meanwhile;
}

export interface Meanwhile {
  /** Informers whose metric must say that they fail, at some time; and if it is empty none may. */
  readonly failing?: readonly string[];
  /** Must match the message and error of an entry of the log. */
  readonly log?: RegExp;
  /** What /readyz says when the fault has lasted for `holdMs`. */
  readonly ready: 'ready' | 'not ready' | 'either';
}

/** Informers whose collections exist; the others only look from time to time whether theirs does. */
const WATCHING = ['pods', 'namespaces', 'configmaps', 'mutatingwebhookconfigurations'];
/** Nothing can be seen. */
export const BLIND: Meanwhile = { failing: WATCHING, log: /^list or watch failed/, ready: 'either' };
/** Everything can be seen. */
export const SEEING: Meanwhile = { failing: [], ready: 'ready' };
export const ANY: Meanwhile = { ready: 'either' };
