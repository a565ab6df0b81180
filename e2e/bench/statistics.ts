/** Numbers made of many measurements. */
import { performance } from 'node:perf_hooks';

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** @param q from 0 to 1 */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

/** `p50 3.1 ms, p99 8.0 ms, most 9.4 ms of 2,500` */
export function spread(values: readonly number[]): string {
  const at = (q: number): string => quantile(values, q).toPrecision(3);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms of ${values.length.toLocaleString('en')}`;
}

/** In milliseconds. */
export function timed(action: () => unknown): number {
  const begun = performance.now();
  action();
  return performance.now() - begun;
}
