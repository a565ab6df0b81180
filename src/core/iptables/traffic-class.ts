/**
 * Traffic classes: sets of packets as boxes, the product of one set for each thing that nat rules look at.
 *
 * What makes this small: a set is a union of intervals, not one interval. A rule that restricts one dimension, as every
 * exclusion does, takes one box out of a box and leaves one box, however long its list is; only conjunctions split a box,
 * into at most as many as they restrict dimensions.
 */
import { contains, equal, intersect, size, subtract, union, type IntervalSet } from './interval-set.ts';

/** Cheap ones first: where a box is split, it is split there first. */
export const DIMENSIONS = ['protocol', 'interface', 'uid', 'destination', 'port'] as const;

export type Dimension = (typeof DIMENSIONS)[number];

/** Every combination of one number of each set; no set is empty. */
export type TrafficClass = Readonly<Record<Dimension, IntervalSet>>;

/** What a rule asks of a packet; a dimension that is not there may be anything. An empty set matches nothing. */
export type Restriction = Partial<TrafficClass>;

/** One packet as numbers. */
export type Point = Readonly<Record<Dimension, number>>;

/** The packets of `box` that meet the restriction, or undefined when there are none. */
export function intersectClass(box: TrafficClass, restriction: Restriction): TrafficClass | undefined {
  const result: Record<Dimension, IntervalSet> = { ...box };
  for (const dimension of DIMENSIONS) {
    const wanted = restriction[dimension];
    if (wanted === undefined) continue;
    const common = intersect(box[dimension], wanted);
    if (common.length === 0) return undefined;
    result[dimension] = common;
  }
  return result;
}

/** The packets of `box` that do not meet the restriction, as disjoint boxes: at most one for each dimension of it. */
export function subtractClass(box: TrafficClass, restriction: Restriction): readonly TrafficClass[] {
  const rest: TrafficClass[] = [];
  let current = box;
  for (const dimension of DIMENSIONS) {
    const wanted = restriction[dimension];
    if (wanted === undefined) continue;
    const inside = intersect(current[dimension], wanted);
    if (inside.length === 0) return [box];
    const outside = subtract(current[dimension], wanted);
    if (outside.length === 0) continue;
    rest.push({ ...current, [dimension]: outside });
    current = { ...current, [dimension]: inside };
  }
  return rest;
}

/** Joins boxes that differ in one dimension alone, until none do. The packets stay the same. */
export function mergeClasses(boxes: readonly TrafficClass[]): readonly TrafficClass[] {
  let merged = boxes;
  for (let before = Number.POSITIVE_INFINITY; merged.length > 1 && merged.length < before;) {
    before = merged.length;
    for (const dimension of DIMENSIONS) merged = mergeAlong(merged, dimension);
  }
  return merged;
}

function mergeAlong(boxes: readonly TrafficClass[], dimension: Dimension): readonly TrafficClass[] {
  const groups = new Map<string, TrafficClass[]>();
  for (const box of boxes) {
    const key = DIMENSIONS.map((other) => (other === dimension ? '' : textOf(box[other]))).join('|');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [box]);
    else group.push(box);
  }
  if (groups.size === boxes.length) return boxes;
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length === 1) return group;
    return [{ ...first, [dimension]: union(group.map((box) => box[dimension])) }];
  });
}

/** Classes share most of their sets, so the text of each is made once. */
const texts = new WeakMap<IntervalSet, string>();

function textOf(set: IntervalSet): string {
  let text = texts.get(set);
  if (text === undefined) {
    text = set.join();
    texts.set(set, text);
  }
  return text;
}

export function sameClass(a: TrafficClass, b: TrafficClass): boolean {
  return DIMENSIONS.every((dimension) => equal(a[dimension], b[dimension]));
}

export function containsPoint(box: Restriction, point: Point): boolean {
  return DIMENSIONS.every((dimension) => {
    const set = box[dimension];
    return set === undefined || contains(set, point[dimension]);
  });
}

/** How many packets: exact, as products pass what a number holds exactly. */
export function volume(box: TrafficClass): bigint {
  return DIMENSIONS.reduce((product, dimension) => product * BigInt(size(box[dimension])), 1n);
}
