/** The outcome of reading a value out of foreign text: every parser here answers in these three ways, never by throwing. */

export type Reading<T> =
  | { readonly kind: 'value'; readonly value: T }
  /** iptables itself would refuse it, with about this message. */
  | { readonly kind: 'refused'; readonly message: string }
  /** iptables might take it, but it is outside what is modelled; the message names it. */
  | { readonly kind: 'not-understood'; readonly message: string };

export const value = <T>(read: T): Reading<T> => ({ kind: 'value', value: read });
export const refused = (message: string): Reading<never> => ({ kind: 'refused', message });
export const notUnderstood = (message: string): Reading<never> => ({ kind: 'not-understood', message });
