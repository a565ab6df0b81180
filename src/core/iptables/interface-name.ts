/**
 * Names of interfaces as rules give them: `eth0` is that interface, `eth+` every one whose name begins with `eth`.
 *
 * `+` stands for more at the end of a name alone: `e+h0` is one interface, `eth++` are those that begin with `eth+`.
 */

/** `eth` of `eth+`; undefined for the name of one interface. */
export function prefixOf(pattern: string): string | undefined {
  return pattern.endsWith('+') ? pattern.slice(0, -1) : undefined;
}

/** Holds for every packet, with or without an interface; negated for none. */
export const EVERY_INTERFACE = '+';

export function coversInterface(pattern: string, name: string): boolean {
  const prefix = prefixOf(pattern);
  return prefix === undefined ? name === pattern : name.startsWith(prefix);
}

/** Whether the kernel lets an interface have such a name: iptables takes `eth0:1` too, which no packet ever comes by. */
export function canExist(pattern: string): boolean {
  return !pattern.includes(':') && pattern !== '.' && pattern !== '..';
}
