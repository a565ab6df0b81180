/**
 * Moves the wall clock of this process, as somebody who sets the machine's time would: everything that reads the date
 * sees the other one, libraries included. Timers and `performance.now()` run on, as they do on a real machine.
 */

let shift = 0;

/** From now on the date is so many milliseconds from the machine's; negative is earlier. */
export function shiftTime(ms: number): void {
  shift = ms;
}

const RealDate = Date;
const now = (): number => RealDate.now() + shift;

// A proxy and no subclass, so that dates of either kind are instances of the other.
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: ConstructorParameters<DateConstructor> | []) =>
    args.length === 0 ? new target(now()) : new target(...args),
  get: (target, property, receiver): unknown =>
    property === 'now' ? now : Reflect.get(target, property, receiver),
});
