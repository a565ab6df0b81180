/** The outcome of reading a value out of foreign text: every parser here answers in these three ways, never by throwing. */

export type Reading<T> = Value<T> | Refused | NotUnderstood;

export interface Value<T> {
  readonly kind: 'value';
  readonly value: T;
}

/** iptables itself would refuse it, with about this message. */
export interface Refused {
  readonly kind: 'refused';
  readonly message: string;
  /** The exit status of iptables: 2 for what it cannot read, 1 for what the table does not allow, 3 for no such table. */
  readonly status: number;
}

/** iptables might take it, but it is outside what is modelled; the message names it. */
export interface NotUnderstood {
  readonly kind: 'not-understood';
  readonly message: string;
}

export const value = <T>(read: T): Value<T> => ({ kind: 'value', value: read });
export const refused = (message: string, status = 2): Refused => ({ kind: 'refused', message, status });
export const notUnderstood = (message: string): NotUnderstood => ({ kind: 'not-understood', message });

/** Goes on with a value that could be read; anything else is the answer already. */
export function andThen<A, B>(reading: Reading<A>, next: (read: A) => Reading<B>): Reading<B> {
  return reading.kind === 'value' ? next(reading.value) : reading;
}
